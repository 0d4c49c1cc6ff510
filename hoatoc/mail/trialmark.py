"""How the letters of a trial differ: they go to the desk, and say so before anything else."""

from hoatoc.mail.letters import Letter

#: Before every subject of a trial, as mail filters like it.
MARK = "[CHẠY THỬ]"


def marked(letter: Letter, name: str, address: str) -> Letter:
    """`letter` as the desk gets it in a trial, instead of `name` at `address`; its HTML says so by itself, in the
    layout."""
    told = [
        f"*** {MARK[1:-1]} ***",
        "Thư này chỉ gửi cho bàn trực để xem trước; không đơn vị nào nhận được, không tính vào sổ theo dõi.",
        f"Khi ban hành thật, thư gửi cho: {name} <{address}>",
    ]
    return Letter(f"{MARK} {letter.subject}", "\n".join([*told, "", letter.text]), letter.html)
