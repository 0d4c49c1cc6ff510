"""How the desk's pages call things: where a duty stands, how far it has got, what happened, whose tree it is."""

from hoatoc.format.text import Urgency
from hoatoc.format.units import Tree
from hoatoc.ledger.schema import CallResult
from hoatoc.rollout.matrix import RETURNED
from hoatoc.rollout.statistics import Progress
from portal.language import Language
from portal.standing import Standing, Tone

#: What events call the system.
SYSTEM = ("hoatoc", "")


def stands(column: str, language: Language) -> Standing:
    """Where a duty stands, by its column of the books."""
    say = language.say
    return {
        "on_time": Standing(Tone.DONE, say("đúng hạn")), "late": Standing(Tone.LATE, say("muộn")),
        "missing": Standing(Tone.OVERDUE, say("quá hạn")), "exempt": Standing(Tone.QUIET, say("được miễn")),
        "unreachable": Standing(Tone.OVERDUE, say("không gửi được")), "open": Standing(Tone.DUE, say("còn hạn")),
        RETURNED: Standing(Tone.LATE, say("bị trả lại")),
    }[column]  # fmt: skip


def progress(language: Language) -> dict[str, str]:
    """How far a duty has got, in the order of the board's filter."""
    say = language.say
    return {
        Progress.LATE: say("quá hạn"), Progress.RECEIVED: say("thư đã đến"), Progress.ACKNOWLEDGED: say("đã xác nhận"),
        Progress.REPORTED: say("đã thực hiện"), Progress.ESCALATED: say("đã lên nấc"),
        Progress.UNREACHABLE: say("không gửi được"), Progress.RETURNED: say("bị trả lại"),
        Progress.ASKED: say("đang xin"),
    }  # fmt: skip


def urgencies(language: Language) -> dict[str, str]:
    """The degrees of urgency."""
    say = language.say
    return {
        Urgency.FLASH: say("hỏa tốc"), Urgency.VERY_URGENT: say("thượng khẩn"), Urgency.URGENT: say("khẩn"),
        Urgency.NORMAL: say("thường"),
    }  # fmt: skip


def trees(language: Language) -> dict[str, str]:
    """The hierarchies."""
    say = language.say
    return {Tree.PARTY: say("Đảng"), Tree.STATE: say("chính quyền"), Tree.OUTSIDE: say("ngoài hai hệ")}


def calls(language: Language) -> dict[str, str]:
    """What comes of a call."""
    say = language.say
    return {
        CallResult.REACHED: say("đã nói chuyện"), CallResult.NO_ANSWER: say("không ai nghe máy"),
        CallResult.WRONG_NUMBER: say("nhầm số"),
    }  # fmt: skip


def event(kind: str, language: Language) -> str:
    """What an event is called; one that has no name here is shown by its own word."""
    return _directives(language).get(kind) or _duties(language).get(kind) or _others(language).get(kind) or kind


def who(actor: str, language: Language) -> str:
    """Who did it: the system, an account, a unit."""
    if actor in SYSTEM:
        return language.say("hệ thống")
    what, _, name = actor.partition(":")
    return name if what in ("account", "addressee", "desk") and name else actor


def _directives(language: Language) -> dict[str, str]:
    say = language.say
    return {
        "directive_issued": say("Văn bản được ban hành"), "directive_amended": say("Văn bản được sửa đổi"),
        "directive_suspended": say("Văn bản tạm dừng"), "directive_running": say("Văn bản tiếp tục thực hiện"),
        "directive_ended": say("Văn bản kết thúc"), "directive_recalled": say("Văn bản bị thu hồi"),
        "directive_replaced": say("Văn bản được thay thế"), "period_opened": say("Mở kỳ báo cáo"),
        "period_locked": say("Khóa kỳ báo cáo"), "period_left_out": say("Bỏ qua kỳ báo cáo"),
        "summary_frozen": say("Chốt số liệu"), "step_missed": say("Lượt chạy bị lỡ"),
        "deadline_passed_before_issue": say("Hạn đã qua trước khi gửi văn bản"), "trial_begun": say("Bắt đầu chạy thử"),
        "trial_removed": say("Bỏ lần chạy thử"), "issue_proposed": say("Đề nghị ban hành"),
        "issue_approved": say("Duyệt ban hành"), "issue_refused": say("Không duyệt ban hành"),
        "issue_withdrawn": say("Rút đề nghị ban hành"), "issue_outdated": say("Đề nghị ban hành đã cũ"),
    }  # fmt: skip


def _duties(language: Language) -> dict[str, str]:
    say = language.say
    return {
        "duty_opened": say("Mở việc"), "duty_met": say("Xong, đúng hạn"), "duty_met_late": say("Xong, muộn"),
        "duty_waived": say("Được miễn"), "duty_withdrawn": say("Rút việc"), "duty_returned": say("Đơn vị trả lại"),
        "duty_open": say("Văn phòng giao lại đơn vị"), "duty_extended": say("Gia hạn"),
        "duty_resumed": say("Tính hạn tiếp sau tạm dừng"), "duty_reassigned": say("Chuyển việc"),
        "duty_escalated": say("Lên nấc"), "report_submitted": say("Nộp báo cáo"),
        "report_reopened": say("Cho nộp sau giờ khóa"), "task_reported": say("Báo kết quả"),
        "roster_handed_in": say("Nộp danh sách"), "roster_opened": say("Xem danh sách"),
        "roster_deleted": say("Xóa danh sách hết hạn"), "coverage_entered": say("Cập nhật chỉ tiêu"),
        "explanation_given": say("Gửi giải trình"), "extension_asked": say("Xin gia hạn"),
        "extension_granted": say("Văn phòng đồng ý gia hạn"),
        "extension_refused": say("Văn phòng không đồng ý gia hạn"), "permission_asked": say("Xin phép"),
        "permission_granted": say("Đồng ý đề nghị xin phép"),
        "permission_refused": say("Không đồng ý đề nghị xin phép"),
    }  # fmt: skip


def _others(language: Language) -> dict[str, str]:
    say = language.say
    return {
        "receipt_recorded": say("Đơn vị xác nhận đã nhận"), "addressee_unreachable": say("Thư không tới được đơn vị"),
        "addressee_reachable": say("Thư lại tới được đơn vị"), "call_logged": say("Gọi điện"),
        "specialist_assigned": say("Phân công trong đơn vị"), "specialist_revoked": say("Thôi phân công"),
        "notice_written": say("Viết thư"), "notice_sent": say("Gửi thư"), "notice_skipped": say("Không gửi thư"),
        "notice_refused": say("Thư không gửi được"), "notice_deferred": say("Máy chủ thư hẹn gửi lại"),
        "notice_joined": say("Gộp vào thư đang chờ"),
        "notice_readdressed": say("Thư chuyển sang hộp thư mới"),
        "mail_collected": say("Nhận thư đến"), "message_handled": say("Xử lý thư trả lời"),
        "signed_in": say("Đăng nhập"), "signed_out": say("Đăng xuất"),
        "api_token_made": say("Cấp mã API"), "api_token_revoked": say("Thu hồi mã API"),
        "login_locked": say("Khóa đăng nhập tạm thời"), "sign_in_link_made": say("Cấp liên kết đăng nhập"),
        "directory_changed": say("Sửa danh bạ"), "draft_kept": say("Lưu tệp văn bản"),
        "role_changed": say("Đổi vai trò"), "account_enabled": say("Mở lại tài khoản"),
        "account_added": say("Thêm tài khoản"), "account_disabled": say("Khóa tài khoản"),
        "password_changed": say("Đổi mật khẩu"), "link_revoked": say("Thay liên kết của đơn vị"),
        "key_retired": say("Thu hồi khóa ký"),
    }  # fmt: skip
