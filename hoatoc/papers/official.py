"""The official paper of a period's summary, as data: what stands where, in State or Party form.

State: Nghị định 30/2020/NĐ-CP, Phụ lục I (báo cáo). Party: Hướng dẫn 36-HD/VPTW (2018). What the office has not decided
(number, symbol, the name of who signs) stays blank for văn thư to fill in: nothing is invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count

from hoatoc.localtime import local_date, spoken, spoken_day
from hoatoc.papers.charts import COLUMNS
from hoatoc.papers.naming import balanced, cited, edition_of, formal_day, full, post_of, short_of
from hoatoc.rollout.bulletin import Bulletin
from hoatoc.templating import by_area, changed, number, signed

#: More names than this go to the counts of areas, or to the annex's alone; the workbook has them all.
_MOST_NAMES = 40


@dataclass(frozen=True)
class Table:
    """A table: column titles, their shares of the width, which columns hold figures, and the rows."""

    head: tuple[str, ...]
    widths: tuple[float, ...]
    figures: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Block:
    """A piece of the text: a numbered heading, a paragraph, list items, or a table."""

    heading: str = ""
    text: str = ""
    items: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Paper:
    """One official paper. `party` chooses the form; `above` is the agency over the issuing one, `edition` says of a
    later edition which one it is ('' for the first), `addressed` are the lines of kính gửi, `annexed` says on the annex
    what it belongs to. Names and the subject are broken into lines where they should be."""

    party: bool
    above: str
    issuer: str
    number: str
    place_and_date: str
    kind: str
    subject: str
    edition: str
    addressed: tuple[str, ...]
    blocks: tuple[Block, ...]
    recipients: tuple[str, ...]
    role: str
    name: str
    annex: Block | None
    annexed: str
    seal: str


def paper(bulletin: Bulletin, *, number_: str = "", symbol: str = "") -> Paper:
    """The paper of a frozen summary; `number_` and `symbol` ("BC-VPTU") as văn thư gives them, blank before."""
    content = bulletin.content
    assert content is not None, "a paper is made of a frozen summary"
    frozen_at = datetime.fromisoformat(content["frozen_at"])
    day = date.fromisoformat(content["date"])
    signer = bulletin.signer
    numbered = _number(number_, symbol, party=signer.party)
    issued = formal_day(local_date(frozen_at, bulletin.directive.zone))
    annex = _annex(bulletin)
    blocks = [
        Block(text=f"Thực hiện {cited(bulletin.text)}, {signer.unit} tổng hợp báo cáo {formal_day(day)} của các cơ "
              f"quan, đơn vị (số liệu chốt lúc {spoken(frozen_at, bulletin.directive.zone)}) như sau:"),
        *_numbered([
            *_corrections(bulletin), _reporting(bulletin, annexed=annex is not None), _figures(bulletin),
            *_explanations(bulletin), *_errata(bulletin),
        ]),
        Block(text=f"{signer.unit} trân trọng báo cáo{_end(party=signer.party)}"),
    ]  # fmt: skip
    return Paper(
        party=signer.party, above=balanced(signer.above.upper()), issuer=balanced(short_of(signer).upper()),
        number=numbered, place_and_date=f"{bulletin.place}, {issued}", kind="BÁO CÁO",
        subject=f"Kết quả báo cáo ngày {spoken_day(day)}\nthực hiện {bulletin.words['title']}",
        edition=_in_brackets(edition_of(content, bulletin.directive.zone)),
        addressed=() if signer.party else _addressed([full(reader) for reader in bulletin.readers]),
        blocks=tuple(blocks), recipients=_recipients(bulletin), role=post_of(signer).upper(), name=signer.holder,
        annex=annex, annexed=f"(Kèm theo Báo cáo {_lower(numbered).replace(':', '')} {issued} của {signer.unit})",
        seal=_seal(bulletin),
    )  # fmt: skip


def _addressed(readers: Sequence[str]) -> tuple[str, ...]:
    """Kính gửi of a report to those above (Phụ lục I, II.9.d): one on its line, several on lines of their own."""
    if len(readers) == 1:
        return tuple(readers)
    return tuple(f"- {reader}{'.' if reader == readers[-1] else ';'}" for reader in readers)


def _number(number_: str, symbol: str, *, party: bool) -> str:
    blank = "\u00a0" * 8
    if party:
        return f"Số {number_.zfill(2) if number_ else blank}-{symbol or 'BC/'}"
    return f"Số: {number_.zfill(2) if number_ else blank}/{symbol or 'BC-'}"


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _end(*, party: bool) -> str:
    return "." if party else "./."


def _in_brackets(lines: Sequence[str]) -> str:
    return "({})".format("\n".join(lines)) if lines else ""


def _seal(bulletin: Bulletin) -> str:
    said = f"Mã kiểm tra số liệu (SHA-256): {bulletin.data_hash}"
    replaced = (bulletin.content or {}).get("replaces")
    return f"{said}\nThay cho bản có mã: {replaced['data_hash']}" if replaced else said


def _numbered(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with their headings numbered; one without a heading goes on with the one before it."""
    numbers = count(1)
    return [replace(block, heading=f"{next(numbers)}. {block.heading}") if block.heading else block for block in blocks]


def _reporting(bulletin: Bulletin, *, annexed: bool) -> Block:
    content = bulletin.content or {}
    books = content["books"]
    told = ", ".join(f"{number(books[key])} {words}" for key, (words, _) in COLUMNS.items() if books[key])
    rates = content["rates"]
    text = f"Có {number(books['expected'])} đơn vị phải báo cáo: {told}."
    if rates["reporting"] is not None:
        text += f" Tỷ lệ báo cáo {number(rates['reporting'])}%, đúng hạn {number(rates['timeliness'])}%."
    if content["opened_late"]:
        opened = spoken(datetime.fromisoformat(content["opened_late"]), bulletin.directive.zone)
        text += f" Hệ thống đã dừng và chỉ mở kỳ này lúc {opened}, sau hạn nộp."
    text += " Chi tiết theo cấp tại Phụ lục kèm theo." if annexed else ""
    said = (("missing", "Chưa báo cáo"), ("unreachable", "Không liên lạc được"), ("late", "Báo cáo chậm"))
    items = tuple(f"{words}: {_names(content[key])}." for key, words in said if content[key])
    return Block("Tình hình báo cáo", text, items)


def _names(units: Sequence[dict[str, str]]) -> str:
    areas = by_area(units)
    if len(areas) > 1:
        return "; ".join(_named(area, members, whole=len(units) <= _MOST_NAMES) for area, members in areas)
    named = "; ".join(unit["name"] for unit in units[:_MOST_NAMES])
    more = len(units) - _MOST_NAMES
    return f"{named} và {number(more)} đơn vị khác" if more > 0 else named


def _named(area: str, units: Sequence[dict[str, str]], *, whole: bool) -> str:
    """An area with how many of its units it is about, and which, while there is room for them."""
    told = f"{area or 'nơi khác'} {number(len(units))} đơn vị"
    return f"{told} ({', '.join(unit['name'] for unit in units)})" if whole else told


def _figures(bulletin: Bulletin) -> Block:
    content = bulletin.content or {}
    rows = tuple(
        (str(index), item["label"], item["unit"], number(item["total"]), number(item["previous"]),
         signed(item["change"]) or "—", number(item["reported"]))
        for index, item in enumerate(content["figures"], 1)
    )  # fmt: skip
    head = ("TT", "Chỉ tiêu", "Đơn vị tính", f"Ngày {spoken_day(date.fromisoformat(content['date']))[:5]}", "Kỳ trước",
            "Tăng, giảm", "Số đơn vị báo")  # fmt: skip
    text = _without(content["books"])
    text += " Tăng, giảm chỉ tính trên các đơn vị có báo cáo cả hai kỳ." if content["series"][1:] else ""
    widths = (0.06, 0.35, 0.11, 0.13, 0.13, 0.13, 0.09)
    table = Table(head, widths, (False, False, False, True, True, True, True), rows)
    return Block("Số liệu tổng hợp", text.strip(), table=table)


def _without(books: Mapping[str, int]) -> str:
    """Whose figures the totals lack: who has not reported is one thing, whom no mail reaches is another."""
    if books["expected"] and not books["on_time"] + books["late"]:
        return "Chưa có đơn vị nào báo số liệu."
    lacking = [
        f"{number(books[key])} đơn vị {COLUMNS[key][0]}" for key in ("missing", "unreachable", "open") if books[key]
    ]
    return f"Chưa gồm số liệu của {', '.join(lacking)}." if lacking else ""


def _explanations(bulletin: Bulletin) -> list[Block]:
    """The units' words for what is unusual in their figures."""
    items = tuple(
        f"{unit.name}: {'; '.join(unit.warnings)}. Đơn vị giải trình: {unit.explanation.rstrip('.')}."
        for unit in bulletin.units
        if unit.warnings and unit.explanation
    )
    return [Block("Số liệu khác thường và giải trình của đơn vị", items=items)] if items else []


def _corrections(bulletin: Bulletin) -> list[Block]:
    """What a later edition is there for: who has sent what since, and the totals that it changes."""
    content = bulletin.content or {}
    if "replaces" not in content:
        return []
    replaced = content["replaces"]
    rows = tuple(
        (item["label"], item["unit"], number(replaced["totals"].get(item["key"])), number(item["total"]),
         _difference(replaced["totals"].get(item["key"]), item["total"]))
        for item in content["figures"]
        if item["total"] != replaced["totals"].get(item["key"])
    )  # fmt: skip
    at = spoken(datetime.fromisoformat(replaced["frozen_at"]), bulletin.directive.zone)
    since = number(len(content["errata"]))
    text = f"Báo cáo này thay cho bản có số liệu chốt lúc {at}, gồm thêm {since} báo cáo gửi hoặc sửa sau khi chốt:"
    told = Block("Nội dung điều chỉnh", text, _erratum_items(bulletin))
    head = ("Chỉ tiêu", "Đơn vị tính", "Bản trước", "Bản này", "Tăng, giảm")
    table = Table(head, (0.41, 0.14, 0.15, 0.15, 0.15), (False, False, True, True, True), rows)
    if not rows:
        return [told, Block(text="Tổng số của kỳ này không đổi.")]
    return [told, Block(text="Tổng số thay đổi như sau:", table=table)]


def _difference(before: int | str | None, after: int | str | None) -> str:
    if before is None or after is None:
        return "—"
    return signed(Decimal(after) - Decimal(before))


def _errata(bulletin: Bulletin) -> list[Block]:
    """What came in for earlier periods; a later edition begins with it."""
    items = () if "replaces" in (bulletin.content or {}) else _erratum_items(bulletin)
    return [Block("Bổ sung, sửa đổi số liệu các kỳ trước", items=items)] if items else []


def _erratum_items(bulletin: Bulletin) -> tuple[str, ...]:
    content, zone = bulletin.content or {}, bulletin.directive.zone
    return tuple(
        f"{item['name']}: báo cáo ngày {spoken_day(date.fromisoformat(item['date']))} "
        f"{'gửi' if item['kind'] == 'late' else 'sửa'} lúc {spoken(datetime.fromisoformat(item['at']), zone)}"
        f"{changed(item['changes'])}."
        for item in content["errata"]
    )


def _recipients(bulletin: Bulletin) -> tuple[str, ...]:
    if not bulletin.signer.party:
        return ("Như trên;", "Lưu: VT.")
    return (*(f"{full(reader)} (để báo cáo)," for reader in bulletin.readers), f"Lưu {bulletin.signer.unit}.")


def _annex(bulletin: Bulletin) -> Block | None:
    """The books at each level of the tree."""
    nodes = [node for node in bulletin.nodes if node.level]
    if not nodes:
        return None
    head = ("Đơn vị", "Phải báo cáo", *(words.capitalize() for words, _ in COLUMNS.values()))
    rows = [
        ("\u2003" * (node.level - 1) + node.name, number(node.books.expected),
         *(number(getattr(node.books, key)) for key in COLUMNS))
        for node in nodes
    ]  # fmt: skip
    total = bulletin.nodes[0].books
    rows.append(("Cộng", number(total.expected), *(number(getattr(total, key)) for key in COLUMNS)))
    widths = (0.28, *[0.72 / (len(head) - 1)] * (len(head) - 1))
    table = Table(head, widths, (False, *[True] * (len(head) - 1)), tuple(rows))
    return Block("TÌNH HÌNH BÁO CÁO THEO CẤP", table=table)
