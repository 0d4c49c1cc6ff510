"""The exchange codes of a document, and the steps of a notice, in the portal's words."""

from hoatoc.rollout.exchange import Code, Stage
from portal.language import Language


def code_words(code: Code, language: Language) -> str:
    """What a code says of a unit."""
    say = language.say
    return {
        Code.INBOX: say("Thư đã đến đơn vị"), Code.REJECTION: say("Đơn vị trả lại"),
        Code.ACCEPTANCE: say("Đơn vị xác nhận đã nhận"), Code.ASSIGNMENT: say("Đã phân công"),
        Code.PROCESSING: say("Đã triển khai"), Code.FINISH: say("Hoàn thành"),
    }[code]  # fmt: skip


def way_words(stage: Stage, language: Language) -> str:
    """How a code came about, where that is not the button on the page; '' otherwise. Of a call, whoever took it down
    stands with the name."""
    say = language.say
    return {
        "report": say("khi nộp báo cáo"), "task": say("khi báo kết quả việc được giao"),
        "assign": say("khi phân công"), "mail": say("bằng thư trả lời"),
    }.get(stage.channel, "") if stage.code is Code.ACCEPTANCE else ""  # fmt: skip


def step_words(step: str, language: Language) -> str:
    """What the step of a notice is called."""
    say = language.say
    return {
        "dispatch": say("Gửi văn bản"), "remind": say("Nhắc"), "press": say("Đôn đốc"),
        "superior": say("Báo cấp trên"), "leadership": say("Danh sách chậm"), "explain": say("Yêu cầu giải trình"),
        "assign": say("Phân công"), "decide": say("Xin phép chờ trả lời"), "answered": say("Trả lời xin phép"),
    }.get(step, say("Thông báo thay đổi"))  # fmt: skip
