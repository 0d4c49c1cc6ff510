"""What a person has written in a mail: its text, without what it quotes."""

import html
import re
from collections.abc import Iterator
from email.message import EmailMessage

from hoatoc.mail import attached, parts
from hoatoc.mail.charset import decoded

#: More than this is nobody's typing.
_MOST = 200_000
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<dropped>style|script|title)\b.*?(?:</(?P=dropped)[^<>]*>|\Z)"
    r"|<(?P<tag>/?[a-z][a-z0-9]*)[^<>]*>|<[/!?][^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCKS = frozenset(
    ["address", "article", "blockquote", "br", "div", "dd", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
     "ol", "p", "pre", "section", "table", "tr", "ul"]
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
#: The line that says whose words follow, however it is broken; "Vào 16:00 ngày 23/11/2021, Văn phòng đã viết:".
_ATTRIBUTION = re.compile(
    r"((on|vào|ngày|lúc)\b(?=.*\d).{5,300}|.{0,200}\S@\S.{0,100})(wrote|đã viết)\s*:", re.IGNORECASE
)
_LONGEST_ATTRIBUTION = 3
#: What the mail below is announced with where it is not quoted line by line.
_FORWARDED = re.compile(
    r"-{2,} ?(original message|forwarded message|thư gốc|tin nhắn gốc|thư đã chuyển tiếp|thư chuyển tiếp)"
    r"|begin forwarded message:",
    re.IGNORECASE,
)
_FROM = re.compile(r"[*_]*(from|từ|người gửi)[*_]*\s*:", re.IGNORECASE)
#: What stands soon below it in every mail's head. "Từ: 7h" with "Đến: 11h" below is somebody's own words.
_HEAD = re.compile(r"[*_]*(sent|date|subject|đã gửi|ngày gửi|chủ đề|tiêu đề)[*_]*\s*:", re.IGNORECASE)
_HEAD_LINES = 5


def of(message: EmailMessage) -> str:
    """The text of a mail, all its parts; of what is said twice the plain one."""
    return "\n".join(filter(None, (text.strip() for text in _texts(message))))


def own(text: str) -> str:
    """`text` without the lines it quotes and the mail below it; all of it where nothing else is left."""
    kept = "\n".join(_own_lines([line.rstrip() for line in text.splitlines()]))
    return kept.strip().rstrip("_").rstrip() or text.strip()


def _own_lines(lines: list[str]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        after = _after_attribution(lines, at)
        if (after and not _is_quoted(_next(lines, after))) or _begins_mail(lines, at):
            return
        if not after and not _is_quoted(lines[at]):
            yield lines[at]
        at = after or at + 1


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _next(lines: list[str], at: int) -> str:
    """The first line from `at` on that says something; a quoted nothing when none does."""
    return next((line for line in lines[at : at + 10] if line.strip()), ">")


def _after_attribution(lines: list[str], at: int) -> int:
    """Where an attribution that begins at `at` has ended; 0 when none does."""
    for end in range(at + 1, min(at + _LONGEST_ATTRIBUTION, len(lines)) + 1):
        if not lines[end - 1].strip() or _is_quoted(lines[end - 1]):
            return 0
        if _ATTRIBUTION.fullmatch(" ".join(line.strip() for line in lines[at:end])):
            return end
    return 0


def _begins_mail(lines: list[str], at: int) -> bool:
    line = lines[at].strip()
    if _FORWARDED.match(line):
        return True
    return bool(_FROM.match(line)) and any(_HEAD.match(below.strip()) for below in lines[at + 1 : at + 1 + _HEAD_LINES])


def _texts(part: EmailMessage) -> list[str]:
    kind = parts.kind(part)
    if part.is_multipart():
        said = [_texts(child) for child in parts.children(part)] if kind.startswith("multipart/") else []
        return _best(part, said) if kind == "multipart/alternative" else [text for texts in said for text in texts]
    if attached.is_attached(part):
        return []
    text = decoded(parts.octets(part), _charset(part))[:_MOST]
    return [_plain(text) if kind == "text/html" else text]


def _best(part: EmailMessage, said: list[list[str]]) -> list[str]:
    """Of the ways in which the same is said the plain one, if it says anything."""
    kinds = [parts.kind(child) for child in parts.children(part)]
    ways = sorted(zip(kinds, said, strict=True), key=lambda way: way[0] != "text/plain")
    return next((texts for _, texts in ways if "".join(texts).strip()), [])


def _charset(part: EmailMessage) -> str:
    try:
        return str(part.get_content_charset(""))
    except Exception:  # noqa: BLE001  # whatever the parser of parameters stumbles over
        return ""


def _plain(source: str) -> str:
    """The words of HTML, a line a block; what it quotes is marked as in plain text."""
    said: list[str] = []
    at = depth = 0
    for found in _MARKUP.finditer(source):
        said.append(_unescaped(source[at : found.start()]))
        at = found.end()
        tag = (found["tag"] or "").lower()
        if tag.lstrip("/") == "blockquote":
            depth = max(0, depth + (-1 if tag.startswith("/") else 1))
        if tag.lstrip("/") in _BLOCKS:
            said.append("\n> " if depth else "\n")
        elif tag in _CELLS:
            said.append(" ")
    said.append(_unescaped(source[at:]))
    lines = (" ".join(line.split()) for line in "".join(said).split("\n"))
    return re.sub("\n{3,}", "\n\n", "\n".join(lines))


def _unescaped(text: str) -> str:
    return html.unescape(" ".join(f"|{text}|".split())[1:-1])
