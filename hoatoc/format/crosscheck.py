"""What one model alone cannot see: names that must exist elsewhere, quotes that must stand in the source."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import available_timezones

from simpleeval import InvalidExpression

from hoatoc.format import expression
from hoatoc.format.directive import DirectiveFile
from hoatoc.format.form import Field, Form
from hoatoc.format.ladder import Ladder, Rung
from hoatoc.format.office import Office, PostRef
from hoatoc.format.problem import Problem
from hoatoc.format.regime import Regime, Selector
from hoatoc.format.select import select
from hoatoc.format.timing import Inherited
from hoatoc.format.units import Tree, Unit, Units
from hoatoc.format.yamlfile import Path_, YamlFile
from hoatoc.phrase import Phrase

#: A quote names what is ordered; the whole text stays with its source.
_LONGEST_QUOTE = 25


def units_problems(units: Units, source: YamlFile) -> list[Problem]:
    """Keys twice, parents that are not there or of another tree, cycles, groups not declared."""
    return list(_units_problems(units, source))


def _units_problems(units: Units, source: YamlFile) -> Iterator[Problem]:
    by_key = {unit.key: unit for unit in units.units}
    seen: set[str] = set()
    for index, unit in enumerate(units.units):
        at: Path_ = ("units", index)
        if unit.key in seen:
            yield source.problem(
                (*at, "key"), Phrase("đơn vị %(unit)r có hai lần", unit=unit.key), "đổi khóa hoặc bỏ một mục"
            )
        seen.add(unit.key)
        for group in unit.groups:
            if group not in units.groups:
                known = ", ".join(units.groups)
                yield source.problem(
                    (*at, "groups"),
                    Phrase("nhóm %(group)r chưa khai ở groups", group=group),
                    Phrase("các nhóm: %(known)s", known=known),
                )
        if unit.parent is not None:
            yield from _parent_problems(unit, by_key, (*at, "parent"), source)
        names = [post.name for post in unit.posts]
        for name in {name for name in names if names.count(name) > 1}:
            hint = "đặt key khác nhau cho các chức vụ cùng vai"
            yield source.problem(
                (*at, "posts"),
                Phrase("chức vụ %(name)r có hai lần trong đơn vị %(unit)r", name=name, unit=unit.key),
                hint,
            )


def _parent_problems(unit: Unit, by_key: dict[str, Unit], at: Path_, source: YamlFile) -> Iterator[Problem]:
    parent = by_key.get(unit.parent or "")
    if parent is None:
        yield source.problem(
            at, Phrase("không có đơn vị cấp trên %(parent)r", parent=unit.parent), "khai đơn vị đó, hoặc bỏ parent"
        )
        return
    if parent.tree is not unit.tree and unit.tree is not Tree.OUTSIDE:
        hint = "cấp trên phải cùng hệ (Đảng hoặc Nhà nước) với đơn vị"
        yield source.problem(
            at, Phrase("đơn vị cấp trên %(parent)r thuộc hệ %(tree)s", parent=parent.key, tree=parent.tree.value), hint
        )
    above, passed = parent, {unit.key}
    while above.parent in by_key and above.key not in passed:
        passed.add(above.key)
        above = by_key[above.parent]
    if above.key in passed:
        yield source.problem(
            at, Phrase("đơn vị %(unit)r là cấp trên của chính nó", unit=unit.key), "sửa parent cho hết vòng"
        )


def office_problems(office: Office, units: Units, source: YamlFile) -> list[Problem]:
    """A zone or a post that is not there."""
    found = []
    if office.zone not in available_timezones():
        found.append(
            source.problem(
                ("zone",), Phrase("không có múi giờ %(zone)r", zone=office.zone), 'ví dụ: "Asia/Ho_Chi_Minh"'
            )
        )
    if office.unit not in {unit.key for unit in units.units}:
        found.append(
            source.problem(
                ("unit",), Phrase("không có đơn vị %(unit)r trong units.yaml", unit=office.unit), "khai đơn vị đó"
            )
        )
    for index, post in enumerate(office.leadership):
        found += post_problems(post, units, ("leadership", index), source)
    for degree, ladder in office.ladders.items():
        found += ladder_problems(ladder, ("ladders", degree.value), source)
    return found


def post_problems(ref: PostRef, units: Units, at: Path_, source: YamlFile) -> list[Problem]:
    """A post that is not there."""
    unit = next((unit for unit in units.units if unit.key == ref.unit), None)
    if unit is None:
        return [
            source.problem(at, Phrase("không có đơn vị %(unit)r trong units.yaml", unit=ref.unit), "khai đơn vị đó")
        ]
    if ref.post not in {post.name for post in unit.posts}:
        posts = ", ".join(post.name for post in unit.posts) or Phrase("chưa khai chức vụ nào")
        return [
            source.problem(
                at,
                Phrase("đơn vị %(unit)r không có chức vụ %(post)r", unit=ref.unit, post=ref.post),
                Phrase("các chức vụ: %(posts)s", posts=posts),
            )
        ]
    return []


def form_problems(form: Form, source: YamlFile) -> list[Problem]:
    """Fields twice, checks that do not read or that name figures the form has not."""
    found = []
    keys = [field.key for field in form.fields]
    for index, field in enumerate(form.fields):
        if field.key in keys[:index]:
            found.append(
                source.problem(("fields", index), Phrase("trường %(field)r có hai lần", field=field.key), "đổi khóa")
            )
        found += _ratio_problems(field, form, ("fields", index), source)
    for index, check in enumerate(form.checks):
        at: Path_ = ("checks", index, "that")
        try:
            unknown = expression.names(check.that) - set(keys)
        except (InvalidExpression, SyntaxError) as error:
            found.append(
                source.problem(at, Phrase("biểu thức không đọc được: %(error)s", error=error), "ví dụ: luy_ke >= moi")
            )
            continue
        words = {field.key for field in form.fields if not field.is_figure} & expression.names(check.that)
        if words:
            names = ", ".join(sorted(words))
            found.append(
                source.problem(
                    at, Phrase("biểu thức dùng trường chữ: %(fields)s", fields=names), "chỉ so sánh các trường số"
                )
            )
        if unknown:
            found.append(
                source.problem(
                    at,
                    Phrase("biểu thức dùng trường không có: %(unknown)s", unknown=", ".join(sorted(unknown))),
                    ", ".join(keys),
                )
            )
    return found


def _ratio_problems(field: Field, form: Form, at: Path_, source: YamlFile) -> Iterator[Problem]:
    numbers = [other.key for other in form.summed]
    for name in ("part", "whole"):
        key = getattr(field, name)
        if key is not None and key not in numbers:
            what = Phrase("tỷ lệ %(field)r tính từ trường số %(key)r không có", field=field.key, key=key)
            yield source.problem((*at, name), what, Phrase("các trường số: %(numbers)s", numbers=", ".join(numbers)))


def directive_problems(content: DirectiveFile, units: Units, forms: dict[str, Form], source: YamlFile) -> list[Problem]:
    """Everything in a directive file that points nowhere, and every quote the source text does not have."""
    found = [*_text_problems(content, source), *_regime_problems(content, units, forms, source)]
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def _text_problems(content: DirectiveFile, source: YamlFile) -> Iterator[Problem]:
    text = content.text
    if text.secrecy:
        yield source.problem(
            ("text", "secrecy"),
            Phrase("văn bản đóng dấu %(secrecy)r", secrecy=text.secrecy),
            "hệ thống này không nhận văn bản mật",
        )
    clauses = [obligation.clause for obligation in text.obligations]
    for index, clause in enumerate(clauses):
        if clause in clauses[:index]:
            yield source.problem(
                ("text", "obligations", index),
                Phrase("khoản %(clause)r có hai lần", clause=clause),
                "đánh số khác nhau",
            )
        timing = text.obligations[index].timing
        if isinstance(timing, Inherited) and timing.clause not in clauses:
            at: Path_ = ("text", "obligations", index, "timing", "clause")
            yield source.problem(
                at, Phrase("không có khoản %(clause)r để theo hạn", clause=timing.clause), ", ".join(clauses)
            )
        if len(text.obligations[index].quote.split()) > _LONGEST_QUOTE:
            what = Phrase("câu trích dài hơn %(most)s tiếng", most=_LONGEST_QUOTE)
            yield source.problem(("text", "obligations", index, "quote"), what, "trích phần nêu việc phải làm")


def _regime_problems(
    content: DirectiveFile, units: Units, forms: dict[str, Form], source: YamlFile
) -> Iterator[Problem]:
    text, regime = content.text, content.regime
    day = text.date or date.max
    clauses = {obligation.clause for obligation in text.obligations}
    lines = set(text.addressees)
    for index, rule in enumerate(regime.addressees):
        at: Path_ = ("regime", "addressees", index)
        if rule.line is not None and rule.line not in lines:
            yield source.problem(
                (*at, "line"),
                "kính gửi không có dòng này",
                Phrase("các dòng: %(lines)s", lines="; ".join(text.addressees)),
            )
        yield from selector_problems(rule.who, units, day, (*at, "who"), source)
    for index, report in enumerate(regime.reports):
        at = ("regime", "reports", index)
        if report.clause not in clauses:
            yield source.problem(
                (*at, "clause"), Phrase("không có khoản %(clause)r", clause=report.clause), ", ".join(sorted(clauses))
            )
        if report.form not in forms:
            known = ", ".join(forms) or Phrase("thư mục forms/ trống")
            yield source.problem(
                (*at, "form"),
                Phrase("không có biểu mẫu %(form)r", form=report.form),
                Phrase("các biểu mẫu: %(known)s", known=known),
            )
        if report.last is not None and report.last < report.first:
            yield source.problem((*at, "last"), "ngày cuối trước ngày đầu", "sửa first hoặc last")
        if report.freeze < timedelta(0):
            yield source.problem((*at, "freeze"), "chốt số liệu trước giờ chốt", 'viết từ giờ chốt trở đi, như "1h"')
        if not report.freeze <= report.lock:
            yield source.problem((*at, "lock"), "khóa nhận trước khi chốt số liệu", "để lock không nhỏ hơn freeze")
        yield from _clause_problems(forms.get(report.form), clauses, (*at, "form"), source)
        yield from selector_problems(report.who, units, day, (*at, "who"), source)
    yield from _double_problems(regime, units, day, source)
    if regime.ladder is not None:
        yield from ladder_problems(regime.ladder, ("regime", "ladder"), source)
    if regime.summary is not None:
        for place in [("to", index) for index in range(len(regime.summary.to))]:
            yield from post_problems(regime.summary.to[place[1]], units, ("regime", "summary", *place), source)
        yield from post_problems(regime.summary.through, units, ("regime", "summary", "through"), source)


def _clause_problems(form: Form | None, clauses: set[str], at: Path_, source: YamlFile) -> Iterator[Problem]:
    for field in form.fields if form else ():
        unknown = [clause for clause in field.clauses if clause not in clauses]
        if unknown:
            what = Phrase(
                "trường %(field)r của biểu mẫu theo dõi khoản không có: %(unknown)s",
                field=field.key,
                unknown=", ".join(unknown),
            )
            yield source.problem(at, what, "sửa clauses của trường, hoặc dùng biểu mẫu khác")


def _double_problems(regime: Regime, units: Units, day: date, source: YamlFile) -> Iterator[Problem]:
    """One unit, one report of a directive a day: what it is asked belongs in one form."""
    owing: dict[str, str] = {}
    for index, report in enumerate(regime.reports):
        for target in select(report.who, units, day):
            first = owing.setdefault(target.key, report.clause)
            if first != report.clause:
                what = Phrase(
                    "%(name)s phải nộp hai báo cáo mỗi ngày (khoản %(first)s và %(second)s)",
                    name=target.name,
                    first=first,
                    second=report.clause,
                )
                yield source.problem(("regime", "reports", index), what, "gộp các chỉ tiêu vào một biểu mẫu")
                return


def ladder_problems(ladder: Ladder, at: Path_, source: YamlFile) -> Iterator[Problem]:
    """Rungs that come before the one below them."""
    for name in Ladder.model_fields:
        yield from _rung_problems(getattr(ladder, name), (*at, name), source)


def _rung_problems(rungs: tuple[Rung, ...], at: Path_, source: YamlFile) -> Iterator[Problem]:
    for index in range(1, len(rungs)):
        if rungs[index].at < rungs[index - 1].at:
            yield source.problem((*at, index), "nấc này đến trước nấc trên nó", "xếp các nấc theo thời gian")


def selector_problems(who: Selector, units: Units, day: date, at: Path_, source: YamlFile) -> Iterator[Problem]:
    """Units and groups that are not there, and a selector that names nobody on `day`."""
    keys = {unit.key for unit in units.units}
    unknown_units = [key for key in (*who.units, *who.members_of, *who.without) if key not in keys]
    unknown_groups = [group for group in who.groups if group not in units.groups]
    if unknown_units:
        yield source.problem(
            at, Phrase("không có đơn vị %(units)s", units=", ".join(unknown_units)), "xem `hoatoc units list`"
        )
    if unknown_groups:
        known = ", ".join(units.groups)
        yield source.problem(
            at,
            Phrase("không có nhóm %(groups)s", groups=", ".join(unknown_groups)),
            Phrase("các nhóm: %(known)s", known=known),
        )
    if not unknown_units and not unknown_groups and not select(who, units, day):
        yield source.problem(at, "không chỉ tới đơn vị nào còn hiệu lực", "kiểm tra groups, since và until của đơn vị")
