"""The directory is kept in the file and in the ledger at once, and a changed mailbox matters now."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from hoatoc.errors import ChangedMeanwhile, FormatError
from hoatoc.format.folder import OfficeFolder, find_draft, read_office
from hoatoc.format.shelf import NotWritable, fingerprint
from hoatoc.format.units import Post, Role, Unit
from hoatoc.ledger.engine import Ledger
from hoatoc.ledger.schema import Addressee, Directive, Event, NoticeState, WakeUp, table
from hoatoc.ledger.schema import Unit as Row
from hoatoc.localtime import NEVER
from hoatoc.rollout import keeping, phone, readdress, summons
from hoatoc.rollout.answers import GIVE_UP
from tests.worlds.mailserver import MailServer, Manner
from tests.worlds.offices import KEY, Files, small_office
from tests.worlds.rollouts import ISSUED, RECEIPT_DUE, World, issued

AN = "account:an"
LATER = ISSUED + timedelta(minutes=30)


@pytest.fixture
def files() -> Files:
    return small_office()


@pytest.fixture
def office(files: Files, tmp_path: Path) -> OfficeFolder:
    """The small office, in files."""
    return read_office(files.write(tmp_path))


def unit(folder: OfficeFolder, key: str, **changed: object) -> Unit:
    found = next(unit for unit in folder.units.units if unit.key == key)
    return found.model_copy(update=changed)


def keep(ledger: Ledger, folder: OfficeFolder, *units: Unit, now: datetime = LATER) -> OfficeFolder:
    seen = fingerprint(folder.path / keeping.UNITS)
    with ledger.write() as session:
        made = keeping.edition(folder, units)
        return keeping.save(session, folder, made, seen=seen, now=now, by=AN)


def rolled_out(ledger: Ledger, mail: MailServer, folder: OfficeFolder) -> World:
    world = issued(ledger, mail.relay, find_draft(folder.path, KEY))
    world.run()
    return world.at(LATER)


def assert_document_came(world: World) -> None:
    """The document reached the first unit at its new mailbox, and the unit is reachable."""
    [letter] = world.notices(template="dispatch", recipient="so-0")
    assert (letter.state, letter.to_address) == (NoticeState.SENT, "moi@mau.example")
    assert world.addressee("so-0").unreachable_at == NEVER


def test_an_edit_is_in_the_file_in_the_ledger_and_in_the_history(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    rolled_out(ledger, mail, office)
    after = keep(ledger, office, unit(office, "so-0", name="Sở Y tế"))
    assert unit(after, "so-0").name == "Sở Y tế"
    assert read_office(office.path).units == after.units
    with ledger.read() as session:
        assert session.scalars(select(Row.name).where(Row.key == "so-0")).one() == "Sở Y tế"
        event = session.scalars(select(Event).where(Event.kind == "directory_changed")).one()
    assert (event.actor, event.subject) == (AN, "directory:tinh-mau")
    assert event.detail["units"] == [{"key": "so-0", "new": False, "lines": ["tên: Sở 0 → Sở Y tế"]}]


def test_an_office_that_has_issued_nothing_is_in_its_file_alone(ledger: Ledger, office: OfficeFolder) -> None:
    keep(ledger, office, unit(office, "so-0", name="Sở Y tế"))
    with ledger.read() as session:
        assert session.scalars(select(Row)).all() == []


def test_two_desks_at_once_do_not_undo_each_other(ledger: Ledger, office: OfficeFolder) -> None:
    seen = fingerprint(office.path / keeping.UNITS)
    keep(ledger, office, unit(office, "so-0", name="Sở Y tế"))
    made = keeping.edition(office, [unit(office, "so-0", name="Sở Xây dựng")])
    with pytest.raises(ChangedMeanwhile), ledger.write() as session:
        keeping.save(session, office, made, seen=seen, now=LATER, by=AN)
    assert unit(read_office(office.path), "so-0").name == "Sở Y tế"


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"parent": "huyen-0"}, "thuộc hệ party"), ({"parent": "so-0"}, "cấp trên của chính nó"),
     ({"groups": ("khong-co",)}, "chưa khai")],
)  # fmt: skip
def test_what_does_not_hold_together_is_not_written(
    office: OfficeFolder, changed: dict[str, object], says: str
) -> None:
    before = fingerprint(office.path / keeping.UNITS)
    with pytest.raises(FormatError, match=says) as refused:
        keeping.edition(office, [unit(office, "so-0", **changed)])
    assert says in keeping.problems_of(refused.value)[0]
    assert fingerprint(office.path / keeping.UNITS) == before


def test_drafts_that_would_break_are_named(office: OfficeFolder) -> None:
    gone = [unit(office, f"huyen-{number}", until=date(2021, 1, 1)) for number in (0, 1)]
    assert keeping.edition(office, gone).breaks == [KEY]
    assert keeping.edition(office, gone[:1]).breaks == []


def test_a_folder_that_may_not_be_written_is_told_plainly(
    ledger: Ledger, office: OfficeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hoatoc.format.shelf.unfinished", refuse)
    with pytest.raises(NotWritable) as refused:
        keep(ledger, office, unit(office, "so-0", name="X"))
    assert "HOATOC_DIRECTIVES" in refused.value.hint


def test_a_dead_mailbox_that_is_corrected_gets_the_document(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("so-0@mau.example", Manner.UNKNOWN)
    world = rolled_out(ledger, mail, office)
    assert world.addressee("so-0").unreachable_at < NEVER
    with ledger.write() as session:  # the next pass has been asked for, at its time
        wake = session.get_one(WakeUp, world.directive_id)
        wake.generation, wake.due_at = 1, LATER + timedelta(hours=1)
        assert summons.summoned(session, LATER) == []
    keep(ledger, office, unit(office, "so-0", mail="moi@mau.example"))
    with ledger.read() as session:
        assert [item.cause for item in summons.summoned(session, LATER)] == ["có thư mới"]
    assert world.addressee("so-0").unreachable_at == NEVER
    world.run()
    assert [kept.recipient for kept in mail.kept if "moi" in kept.recipient] == ["moi@mau.example"]
    [letter] = world.notices(template="dispatch", to_address="moi@mau.example")
    assert letter.state is NoticeState.SENT
    assert [event.detail["address"] for event in world.events("notice_readdressed")] == ["moi@mau.example"]
    assert len(world.events("addressee_reachable")) == 1


def test_a_unit_without_a_mailbox_gets_the_document_with_its_first(
    ledger: Ledger, mail: MailServer, files: Files, tmp_path: Path
) -> None:
    entry = files.unit("so-0")
    del entry["mail"]
    entry["posts"] = []
    folder = read_office(files.write(tmp_path))
    world = rolled_out(ledger, mail, folder)
    keep(ledger, folder, unit(folder, "so-0", mail="moi@mau.example"))
    world.run()
    assert "moi@mau.example" in {kept.recipient for kept in mail.kept}


def test_of_a_reminder_that_came_back_from_a_mailbox_replaced_since_nobody_is_phoned(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("focal.so-0@mau.example", Manner.UNKNOWN)
    world = rolled_out(ledger, mail, office)
    world.follow(RECEIPT_DUE - timedelta(minutes=30))
    assert to_phone(world) == ["so-0"]
    posts = unit(office, "so-0").posts
    mended = tuple(post.model_copy(update={"mail": post.mail.replace("focal.", "moi.")}) for post in posts)
    keep(ledger, office, unit(office, "so-0", posts=mended), now=world.now)
    assert to_phone(world) == []


def to_phone(world: World) -> list[str]:
    with world.ledger.read() as session:
        directive = session.get_one(Directive, world.directive_id)
        return [one.addressee.key for one in phone.silent(session, directive, world.now)]


def test_a_letter_that_waits_goes_to_the_new_mailbox(ledger: Ledger, mail: MailServer, office: OfficeFolder) -> None:
    mail.treat("so-0@mau.example", Manner.GREYLIST)
    world = rolled_out(ledger, mail, office)
    keep(ledger, office, unit(office, "so-0", mail="moi@mau.example"))
    world.follow(LATER + timedelta(hours=6))
    assert "moi@mau.example" in {kept.recipient for kept in mail.kept}
    assert "so-0@mau.example" not in {kept.recipient for kept in mail.kept}


def test_a_letter_that_waits_for_somebody_who_has_left_the_post_goes_to_the_unit(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("focal.so-0@mau.example", Manner.GREYLIST)
    world = rolled_out(ledger, mail, office)
    world.follow(RECEIPT_DUE - timedelta(minutes=59))
    keep(ledger, office, unit(office, "so-0", posts=unit(office, "so-0").posts[:1]), now=world.now)
    [reminder] = world.notices(template="reminder", recipient="so-0")
    assert (reminder.state, reminder.to_address) == (NoticeState.PENDING, "so-0@mau.example")


def test_a_letter_that_the_old_mailbox_has_put_off_for_long_goes_to_the_new_one_at_once(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("so-0@mau.example", Manner.GREYLIST)
    world = rolled_out(ledger, mail, office)
    world.follow(ISSUED + timedelta(hours=5))
    [letter] = world.notices(template="dispatch", recipient="so-0")
    assert letter.next_attempt_at > world.now + timedelta(minutes=30)
    keep(ledger, office, unit(office, "so-0", mail="moi@mau.example"), now=world.now)
    world.run()
    assert [kept.recipient for kept in mail.kept if "moi" in kept.recipient] == ["moi@mau.example"]


def test_what_the_old_mailbox_put_off_for_days_is_not_held_against_the_new_one(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("so-0@mau.example", Manner.GREYLIST)
    world = rolled_out(ledger, mail, office)
    world.follow(ISSUED + GIVE_UP - timedelta(hours=1))
    mail.treat("moi@mau.example", Manner.GREYLIST, times=1)
    keep(ledger, office, unit(office, "so-0", mail="moi@mau.example"), now=world.now)
    world.go(ISSUED + GIVE_UP + timedelta(hours=1))
    [letter] = world.notices(template="dispatch", to_address="moi@mau.example")
    assert (letter.state, letter.answer_code) == (NoticeState.PENDING, 450)
    assert world.addressee("so-0").unreachable_at == NEVER


def test_an_address_that_two_had_stays_with_the_one_who_keeps_it(
    ledger: Ledger, mail: MailServer, files: Files, tmp_path: Path
) -> None:
    files.unit("so-0")["mail"] = files.unit("so-1")["mail"] = "chung@mau.example"
    mail.treat("chung@mau.example", Manner.UNKNOWN)
    folder = read_office(files.write(tmp_path))
    world = rolled_out(ledger, mail, folder)
    keep(ledger, folder, unit(folder, "so-0", mail="moi@mau.example"))
    world.run()
    letters = {letter.recipient: letter for letter in world.notices(template="dispatch")}
    assert (letters["so-0"].state, letters["so-0"].to_address) == (NoticeState.SENT, "moi@mau.example")
    assert (letters["so-1"].state, letters["so-1"].to_address) == (NoticeState.UNDELIVERABLE, "chung@mau.example")
    assert world.addressee("so-0").unreachable_at == NEVER
    assert world.addressee("so-1").unreachable_at < NEVER


def test_a_unit_without_a_mailbox_gets_the_document_at_its_new_clerks(
    ledger: Ledger, mail: MailServer, files: Files, tmp_path: Path
) -> None:
    entry = files.unit("so-0")
    del entry["mail"]
    entry["posts"] = []
    folder = read_office(files.write(tmp_path))
    world = rolled_out(ledger, mail, folder)
    clerk = Post(role=Role.CLERK, title="Văn thư", mail="vanthu@mau.example")
    keep(ledger, folder, unit(folder, "so-0", posts=(clerk,)))
    world.run()
    assert [kept.recipient for kept in mail.kept if "vanthu" in kept.recipient] == ["vanthu@mau.example"]
    assert world.addressee("so-0").unreachable_at == NEVER


def test_a_member_without_a_mailbox_gets_the_document_at_the_units_new_one(
    ledger: Ledger, mail: MailServer, files: Files, tmp_path: Path
) -> None:
    body = files.unit("ban-chap-hanh")
    del body["mail"], body["posts"][0]["mail"]
    folder = read_office(files.write(tmp_path))
    world = rolled_out(ledger, mail, folder)
    assert world.addressee("ban-chap-hanh/uv-0").unreachable_at < NEVER
    keep(ledger, folder, unit(folder, "ban-chap-hanh", mail="moi@mau.example"))
    world.run()
    assert [kept.recipient for kept in mail.kept if "moi" in kept.recipient] == ["moi@mau.example"]
    assert world.addressee("ban-chap-hanh/uv-0").unreachable_at == NEVER


def test_a_dead_mailbox_that_is_taken_away_first_and_replaced_later_gets_the_document(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("so-0@mau.example", Manner.UNKNOWN)
    world = rolled_out(ledger, mail, office)
    after = keep(ledger, office, unit(office, "so-0", mail=None))
    assert world.addressee("so-0").unreachable_at < NEVER
    keep(ledger, after, unit(after, "so-0", mail="moi@mau.example"))
    world.run()
    assert_document_came(world)


def test_a_letter_that_was_under_way_when_the_mailbox_was_corrected_follows_once_it_is_refused(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("so-0@mau.example", Manner.GREYLIST)
    world = rolled_out(ledger, mail, office)
    with ledger.write() as session:
        session.execute(update(Row).where(Row.key == "so-0").values(mail="moi@mau.example"))
    mail.treat("so-0@mau.example", Manner.UNKNOWN)
    world.follow(LATER + timedelta(minutes=10))
    assert_document_came(world)


def test_a_mailbox_that_is_dead_too_makes_the_unit_unreachable_again(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("so-0@mau.example", Manner.UNKNOWN)
    mail.treat("moi@mau.example", Manner.UNKNOWN)
    world = rolled_out(ledger, mail, office)
    keep(ledger, office, unit(office, "so-0", mail="moi@mau.example"))
    world.run()
    assert world.addressee("so-0").unreachable_at == LATER
    assert len(world.events("notice_readdressed")) == 1


def test_mailboxes_of_more_units_than_a_statement_has_parameters_change_at_once(
    ledger: Ledger, mail: MailServer, office: OfficeFolder
) -> None:
    mail.treat("so-0@mau.example", Manner.UNKNOWN)
    world = rolled_out(ledger, mail, office)
    many = [f"x-{n}" for n in range(33_000)]
    with ledger.write() as session:
        so = session.execute(select(table(Row)).where(Row.key == "so-0")).one()
        alike = {name: value for name, value in so._asdict().items() if name != "id"}
        session.execute(insert(table(Row)), [{**alike, "key": key, "mail": f"{key}@moi.example"} for key in many])
        session.execute(update(Row).where(Row.key == "so-0").values(mail="moi@mau.example"))
        before = {key: f"{key}@cu.example" for key in many} | {"so-0": "so-0@mau.example"}
        assert readdress.follow(session, so.office_id, before, now=LATER, by=AN) == 1
    assert world.addressee("so-0").unreachable_at == NEVER


def test_a_running_directive_keeps_its_addressees(ledger: Ledger, mail: MailServer, office: OfficeFolder) -> None:
    world = rolled_out(ledger, mail, office)
    before = {addressee.key for addressee in world.all(Addressee)}
    new = Unit.model_validate({**unit(office, "so-0").model_dump(), "key": "so-moi", "name": "Sở Mới"})
    keep(ledger, office, new, unit(office, "so-1", until=date(2021, 11, 22)))
    world.run()
    assert {addressee.key for addressee in world.all(Addressee)} == before
