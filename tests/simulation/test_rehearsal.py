"""Rehearsals: the same seed tells the same tale, the books of every one balance, and the bulk intake is the core's."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hoatoc.errors import FormatError
from hoatoc.format.folder import Draft, OfficeFolder, find_draft, office_paths, read_office
from hoatoc.format.ladder import Step
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Base, Report
from hoatoc.rehearsal.account import summary
from hoatoc.rehearsal.behaviour import Behaviour, Chance, Manner, read_behaviour
from hoatoc.rehearsal.figures import Typist
from hoatoc.rehearsal.page import render
from hoatoc.rehearsal.play import begin
from hoatoc.rehearsal.rehearse import rehearse, signing_morning
from hoatoc.rehearsal.stage import throwaway_ledger
from hoatoc.settings import ROOT
from tests.worlds.ledgers import dump
from tests.worlds.offices import small_office
from tests.worlds.rollouts import ISSUED

GOLDEN = Path(__file__).parent.parent / "golden" / "rehearsals"
KEYS = sorted(key for path in office_paths(ROOT / "directives") for key in read_office(path).drafts)
#: A document that bears no date is issued on this day.
UNDATED = datetime(2021, 11, 12, 1, tzinfo=UTC)


def small(**shares: float) -> tuple[OfficeFolder, Draft, Behaviour]:
    folder, draft = small_office(6, 6, 2).read()
    return folder, draft, Behaviour(shares={Manner(name): share for name, share in shares.items()})


def told(days: int = 3, seed: int = 1, **shares: float) -> dict[str, Any]:
    folder, draft, behaviour = small(**(shares or {manner.value: 1 for manner in Manner}))
    return rehearse(folder, draft, at=ISSUED, days=days, seed=seed, behaviour=behaviour)


@pytest.mark.parametrize("key", KEYS)
def test_the_rehearsal_of_each_directive_is_the_one_that_was_approved(key: str) -> None:
    folder, draft = find_draft(ROOT / "directives", key)
    account = summary(rehearse(folder, draft, at=signing_morning(folder, draft, UNDATED), days=5))
    golden = GOLDEN / f"{key.replace('/', '--')}.json"
    if os.environ.get("HOATOC_UPDATE_GOLDEN"):
        golden.write_text(json.dumps(account, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert account == json.loads(golden.read_text(encoding="utf-8")), "changed on purpose? HOATOC_UPDATE_GOLDEN=1"
    assert all(account["checks"].values())


def test_steps_stand_in_the_order_of_the_ladder() -> None:
    account = told(silent=1)
    columns = list(account["notices"]["by_step"])
    assert columns == [step for step in ("dispatch", *Step, "summary") if step in columns]
    assert len(columns) > 4
    for day in account["days"]:
        assert list(day["by_step"]) == [step for step in columns if step in day["by_step"]]


def test_a_rung_that_is_moved_moves_in_what_is_kept_of_a_rehearsal() -> None:
    def superiors(at: str) -> set[str]:
        files = small_office(3, 3)
        files.directive["regime"]["ladder"]["report"][2]["at"] = at
        folder, draft = files.read()
        account = summary(rehearse(folder, draft, at=ISSUED, days=2, behaviour=Behaviour(shares={Manner.SILENT: 1})))
        return {item["at"][11:16] for item in account["ladder"] if item["step"] == "superior"}

    assert superiors("45m") - superiors("30m") == {"16:45"}
    assert superiors("30m") - superiors("45m") == {"16:30"}


def test_the_same_seed_tells_the_same_tale_and_another_seed_another() -> None:
    assert told() == told()
    assert told()["days"] != told(seed=2)["days"]


@pytest.mark.parametrize(
    ("check", "drawn"),
    [(None, True), ({"that": "luy_ke >= before(luy_ke) + 11", "says": "Tăng quá chậm."}, False),
     ({"that": "luy_ke >= before(luy_ke) + 11", "says": "Tăng quá chậm.", "severity": "warning"}, False)],
    ids=["no check", "an error against yesterday", "a warning against yesterday"],
)  # fmt: skip
def test_figures_are_drawn_only_where_the_form_takes_them_day_after_day(
    check: dict[str, str] | None, drawn: bool
) -> None:
    files = small_office()
    files.form["checks"] += [check] if check else []
    files.form["fields"].append({"key": "anh", "label": "Ảnh", "type": "file", "required": False})
    typist = Typist(files.read()[0].forms["bao-cao"], Chance(1))
    typed = typist.type("so-0", 3)
    assert (int(typed["luy_ke"]) > 0) is drawn
    assert typed["anh"] == ""


def test_a_form_that_wants_each_day_above_the_last_is_rehearsed() -> None:
    files = small_office(3, 3)
    files.form["checks"].append({"that": "luy_ke > before(luy_ke)", "says": "Lũy kế phải tăng."})
    folder, draft = files.read()
    for one_by_one in (False, True):
        with throwaway_ledger() as ledger:
            play = begin(ledger, folder, draft, at=ISSUED, days=4, seed=1,
                         behaviour=Behaviour(shares={Manner.PROMPT: 1}), one_by_one=one_by_one)  # fmt: skip
            play.run()
            assert play.refused == 0
            with ledger.read() as session:
                assert session.scalar(select(func.count(Report.id))) == 6 * 4


def test_a_share_of_units_behaves_as_asked() -> None:
    assert told(prompt=1)["rehearsal"]["manners"] == {"prompt": 14}
    assert told(prompt=1)["escalations"] == []
    silent = told(silent=1)
    assert silent["duties"]["on_time"] == silent["duties"]["late"] == 0
    assert silent["duties"]["missing"] > 0
    assert silent["escalations"]


def test_the_prompt_are_told_once_and_never_reminded() -> None:
    assert set(told(prompt=1)["notices"]["by_step"]) == {"dispatch", "summary"}


def test_a_dead_mailbox_presses_nobody() -> None:
    account = told(dead=1)
    assert account["escalations"] == []
    assert len(account["to_phone"]) == 14
    assert account["duties"]["unreachable"] == account["duties"]["expected"]


def test_who_is_reminded_reports_on_time_and_who_is_pressed_reports_late() -> None:
    reminded, slow = told(reminded=1)["duties"], told(slow=1)["duties"]
    assert reminded["on_time"] > 0
    assert reminded["missing"] == 0
    assert slow["on_time"] == 0
    assert slow["late"] > 0


def test_wrong_figures_are_sent_back_and_mended() -> None:
    account = told(wrong_first=1)
    assert account["refused_reports"] == 36
    assert account["duties"]["missing"] == 0


def test_what_the_mail_server_puts_off_arrives_later() -> None:
    folder, draft, behaviour = small(prompt=1)
    account = rehearse(folder, draft, at=ISSUED, days=1, behaviour=behaviour.model_copy(update={"deferred": 0.5}))
    assert any(beat.get("deferred") for beat in account["timeline"])
    assert account["notices"]["pending"] == 0
    assert all(account["checks"].values())


def test_a_unit_s_manner_can_be_fixed() -> None:
    folder, draft, behaviour = small(prompt=1)
    fixed = behaviour.model_copy(update={"units": {"so-0": Manner.DEAD}})
    assert rehearse(folder, draft, at=ISSUED, days=1, behaviour=fixed)["to_phone"] == ["Sở 0"]


def test_taking_reports_in_at_once_leaves_the_ledger_as_one_by_one_does() -> None:
    bulk, single = (_played(one_by_one=one_by_one) for one_by_one in (False, True))
    assert bulk.keys() == single.keys()
    for table in bulk:
        assert bulk[table] == single[table], table


def _played(*, one_by_one: bool) -> dict[str, list[str]]:
    folder, draft, behaviour = small(**{manner.value: 1 for manner in Manner})
    with throwaway_ledger() as ledger:
        play = begin(
            ledger, folder, draft, at=ISSUED, days=3, seed=3, behaviour=behaviour, one_by_one=one_by_one
        )  # fmt: skip
        play.run()
        return _without_chance(ledger)


def _without_chance(ledger: Ledger) -> dict[str, list[str]]:
    """Every row, but for ids that only say in which order rows of one instant were written, and drawn Message-IDs."""
    drawn = {"notice": {"message_id", "owner", "lease_until"}, "event": {"id"}, "revision": {"id", "report_id"},
             "report": {"id", "warnings", "explanation"}, "receipt": {"id"}}  # fmt: skip
    drawn["revision"] |= {"warnings", "explanation"}
    found = {}
    for name, rows in dump(ledger).items():
        columns = [column.name for column in Base.metadata.tables[name].columns]
        left_out = drawn.get(name, set())
        found[name] = sorted(
            repr([value for column, value in zip(columns, row, strict=True) if column not in left_out]) for row in rows
        )
    return found


def test_the_page_holds_everything_it_shows() -> None:
    page = render(told())
    assert page.count("<svg") == 3
    assert "<script" not in page
    assert "http://" not in page.replace("http://portal.example", "")
    assert "src=" not in page


def test_a_behaviour_file_names_what_is_wrong(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("shares: {prompt: 3, dead: 1}\nawake: {since: 07:00, until: 20:00}\n")
    assert read_behaviour(good).shares == {Manner.PROMPT: 3, Manner.DEAD: 1}
    bad.write_text("shares: {prompt: 3}\nshare: 2\n")
    with pytest.raises(FormatError, match="share"):
        read_behaviour(bad)


def test_dice_fall_by_what_is_asked_and_not_by_the_order() -> None:
    one, other = Chance(1), Chance(1)
    assert (one.share("a"), one.share("b")) == tuple(reversed((other.share("b"), other.share("a"))))
    assert {one.between(1, 3, number) for number in range(60)} == {1, 2, 3}
