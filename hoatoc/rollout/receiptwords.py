"""What counts as "đã nhận" when a unit writes it in a mail: words that can mean nothing else."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What a reply says: that the directive was `received`, and whether it says `more`, which somebody has to read."""

    received: bool
    more: bool


def read(body: str, *, name: str, title: str) -> Words:
    """What `body` says, a mail of the unit called `name` about the directive called `title`.

    A receipt is what begins with a sentence whose words are all of a few known ones or of these two names, without a
    doubt anywhere. What follows that sentence does not undo it: "Đã nhận. Xin lùi hạn." comes from somebody who has the
    directive, and need not be pressed to acknowledge it; what it asks for waits at the desk."""
    clauses = list(_clauses(_clean(body)))
    if not clauses or any(_is_doubtful(_words(clause)) for clause in clauses):
        return Words(False, bool(clauses))
    first, *rest = clauses
    if not _is_receipt(_words(first), _WHO | set(_words(name)), _WHAT | set(_words(title))):
        return Words(False, True)
    shouted = first.isupper()
    return Words(True, not all(_adds_nothing(clause, name, shouted=shouted) for clause in rest))


def _key(word: str) -> str:
    """A word whichever of its letters bears the tone: "hoà" and "hòa" are one."""
    return "".join(sorted(unicodedata.normalize("NFD", word.casefold()), key=_TONES.__contains__))


def _words(text: str) -> list[str]:
    return [_key(word) for word in re.findall(r"\?|[^\s?,;:!()“”\"]+", text)]


_TONES = "\u0300\u0301\u0303\u0309\u0323"
#: Words that put a receipt in doubt wherever they stand: such a mail is read before anything is recorded.
_DOUBT = frozenset(_words("? không chưa chẳng chả nhưng nhầm sai thiếu lỗi hỏng mất hủy khong chua nhung nham thieu"))
#: Who speaks, beside the unit's own name, and what is said before the word itself.
_WHO = frozenset(
    _words("đơn vị cơ quan văn phòng chúng tôi bên em mình ubnd hđnd ủy ban nhân dân đảng ok oke vâng dạ rồi xin xác"
           " nhận báo cáo kính thưa anh chị các đồng chí")
)  # fmt: skip
#: What has been received, beside the directive's own name; thanks, and that it will be done as ordered.
_WHAT = frozenset(
    _words("được đủ đầy văn bản công điện hỏa tốc khẩn thông báo chỉ thị quyết định kế hoạch nghị quyết hướng dẫn thư"
           " mail email tài liệu nội dung số ngày này trên ạ nhé nha ok rồi xin cảm cám ơn trân trọng anh chị các em"
           " đồng chí quý cơ quan và sẽ nghiêm túc khẩn trương tổ chức triển khai thực hiện chấp hành theo đạo ngay")
)  # fmt: skip
#: What may stand in sentences of their own and asks for nothing; how those are called who sign.
_COURTESY = frozenset(
    _words("xin cảm cám ơn trân trọng kính thư chào ạ nhé ok vâng dạ anh chị em các đồng chí quý cơ quan đơn vị và sẽ"
           " nghiêm túc khẩn trương tổ chức triển khai thực hiện chấp hành ngay"
           " chánh phó trưởng văn phòng giám đốc chủ tịch bí thư chuyên viên cán bộ ký tên người nhận tm kt tl t/m k/t"
           " t/l tm. kt. tl. thay mặt ban thường trực ủy phụ trách hành chính tổng hợp đt sđt tel điện thoại email fax")
)  # fmt: skip
_CORES = [_words(said) for said in ("đã nhận", "đã tiếp nhận", "da nhan", "da tiep nhan")]
#: The soldier's answer says that an order was received and understood.
_CLEAR = [_words(said) for said in ("rõ", "đã rõ")]
#: Words of requests: what holds one is neither a greeting nor a name, but courtesy at most.
_ASKS = frozenset(_words("xin nhờ mong lùi vắng hoãn đề"))
_GREETING = re.compile(r"(kính (gửi|chào|thưa)|chào|thân gửi|dear)\b", re.IGNORECASE)
#: What begins a signature (RFC 3676, 4.3); and the line that telephones put below.
_BELOW = re.compile(r"(-- ?|_{5,})$")
_SENT_FROM = re.compile(
    r"((được |đã )?gửi từ|sent from) (\w+ )?(iphone|ipad|outlook|yahoo|gmail|mail|samsung|android|zalo)\b[^:]*$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?<![.,;!…/])[.,;!…/]+(?=\s|$)|\s[-–—]+\s")
_REACHED_AT = re.compile(
    r"((đt|sđt|tel|điện thoại|di động|fax|email|mail|web(site)?)\W{1,4})?([^\s@]+@[^\s@]+|https?:\S+|[\d\s+().-]{8,})$",
    re.IGNORECASE,
)


def _clauses(text: str) -> Iterator[str]:
    """The parts of sentences as they were typed, without quotes, a greeting, and what a program puts below."""
    greeting = True
    for line in text.splitlines():
        if _BELOW.match(line.strip()):
            return
        if line.lstrip().startswith(">") or _SENT_FROM.match(line.strip()):
            continue
        for part in _ENDS.split(line):
            clause = part.strip(" \"'“”‘’*-–—()[]:/.,;!…")
            if clause and not (greeting and _GREETING.match(clause) and _ASKS.isdisjoint(_words(clause))):
                greeting = False
                yield clause


def _is_doubtful(words: list[str]) -> bool:
    return not _DOUBT.isdisjoint(words)


def _is_receipt(words: list[str], who: set[str] | frozenset[str], what: set[str] | frozenset[str]) -> bool:
    for core in _CORES:
        for at in range(len(words) - len(core) + 1):
            if words[at : at + len(core)] == core:
                return _are_of(words[:at], who) and _are_of(words[at + len(core) :], what)
    return any(words[: len(core)] == core and _are_of(words[len(core) :], what) for core in _CLEAR)


def _are_of(words: Iterable[str], known: Iterable[str]) -> bool:
    """Whether all `words` are `known`; those typed without marks by whoever has no Vietnamese keyboard, too."""
    plain = {_unmarked(word) for word in known}
    return set(words) <= {*known, *plain} if all(word.isascii() for word in words) else set(words) <= set(known)


def _adds_nothing(clause: str, name: str, *, shouted: bool) -> bool:
    """Whether a sentence is a courtesy or part of a signature: an address, a person's or an office's name."""
    if not _ASKS.isdisjoint(_words(clause)):
        return _are_of(_words(clause), _COURTESY)
    if _REACHED_AT.match(clause) or f" {' '.join(_words(clause))} " in f" {' '.join(_words(name))} ":
        return True
    capitals = [] if shouted else [word for word in clause.split() if word[0].isupper()]
    if capitals[:1] == clause.split()[:1] and capitals[:2] != clause.split()[:2]:
        del capitals[0]  # it begins the sentence
    return _are_of(_words(clause), {*_COURTESY, *_words(" ".join(capitals))})


def _clean(text: str) -> str:
    """`text` with its letters and their marks together, without byte order marks and the like, and with one kind of
    space."""
    visible = (mark for mark in unicodedata.normalize("NFC", text) if unicodedata.category(mark) != "Cf")
    return re.sub(r"[^\S\n\r]", " ", "".join(visible))


def _unmarked(word: str) -> str:
    return word.replace("đ", "d").encode("ascii", "ignore").decode()
