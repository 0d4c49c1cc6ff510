"""What the states of directives and of duties are called."""

from hoatoc.ledger.schema import DirectiveState, DutyState

DIRECTIVES = {
    DirectiveState.RUNNING: "đang thực hiện", DirectiveState.SUSPENDED: "tạm dừng",
    DirectiveState.ENDED: "đã kết thúc", DirectiveState.RECALLED: "đã thu hồi",
    DirectiveState.REPLACED: "đã thay thế", DirectiveState.REMOVED: "đã bỏ",
}  # fmt: skip
DUTIES = {
    DutyState.OPEN: "đang mở", DutyState.MET: "xong đúng hạn", DutyState.MET_LATE: "xong, muộn",
    DutyState.WAIVED: "được miễn", DutyState.RETURNED: "bị trả lại, chờ văn phòng", DutyState.WITHDRAWN: "đã rút",
}  # fmt: skip
