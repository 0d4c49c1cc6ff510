"""Golden mails: 13-CV/BCĐ runs its first two days, and what its readers are sent is compared with files.

The mails go the whole way: issued, dispatched, claimed, composed, sent over SMTP. `HOATOC_UPDATE_GOLDEN=1 pytest
tests/golden` rewrites the files; read the difference as the one who gets the mail."""

import email
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from hoatoc.ledger.schema import Notice
from hoatoc.rollout import relief, requests
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import Kept, MailServer, Manner, mail_server
from tests.worlds.rollouts import DUE, ISSUED, NEXT_SLOT, SLOT, World, kien_giang_issued

MAILS = Path(__file__).parent / "mails"
UPDATE = "HOATOC_UPDATE_GOLDEN"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FREEZE = DUE + HOUR

DEAD_MAILBOX = "so-giao-thong-van-tai@kiengiang.example"
PROMPT = ("so-y-te", "so-tai-chinh", "so-noi-vu", "thanh-uy-rach-gia", "huyen-uy-chau-thanh", "tinh-doan")
LATE = "so-tu-phap"  # reports twenty minutes after the cut-off
AFTER_FREEZE = "so-cong-thuong"  # reports the next morning, after the summary was sent
ACKNOWLEDGES_ONLY = "so-xay-dung"

#: Each file: the step it is of, who got it, and when it fell due.
GOLDEN = {
    "dispatch-to-a-department": ("dispatch", "so-y-te", ISSUED),
    "dispatch-to-a-district-committee": ("dispatch", "huyen-uy-chau-thanh", ISSUED),
    "dispatch-to-a-member-of-the-committee": ("dispatch", "ban-chap-hanh-dang-bo-tinh/uv-03", ISSUED),
    "dispatch-to-a-party-organisation": ("dispatch", "bcsd-ubnd-tinh", ISSUED),
    "reminder-of-two-duties": ("remind", "so-du-lich", DUE - HOUR),
    "reminder-of-the-report-alone": ("remind", ACKNOWLEDGES_ONLY, DUE - HOUR),
    "reminder-to-a-member-of-the-committee": ("remind", "ban-chap-hanh-dang-bo-tinh/uv-03", DUE - HOUR),
    "press-of-two-duties": ("press", "so-du-lich", DUE),
    "press-of-the-report-alone": ("press", ACKNOWLEDGES_ONLY, DUE),
    "digest-to-the-peoples-committee": ("superior", "ubnd-tinh/head", DUE + HOUR / 2),
    "digest-to-the-leadership": ("leadership", "tinh-uy/head", FREEZE),
    "summary-of-the-first-day": ("summary", "ban-chi-dao-phong-chong-dich/head", FREEZE),
    "summary-of-the-second-day": ("summary", "ban-chi-dao-phong-chong-dich/head", FREEZE + DAY),
    "requests-to-the-desk": ("requests", "desk", FREEZE + DAY + HOUR),
}


#: Those that say something else where replies come to the system.
ANSWERABLE = {
    "dispatch-where-replies-count": ("dispatch", "so-y-te", ISSUED),
    "reminder-of-two-duties-where-replies-count": ("remind", "so-du-lich", DUE - HOUR),
    "reminder-of-the-report-where-replies-count": ("remind", ACKNOWLEDGES_ONLY, DUE - HOUR),
}


def figures(nth: int, day: int) -> dict[str, str]:
    """What the `nth` unit reports on the first or the second day, as people type."""
    asked, new = nth % 4 + day, nth % 3
    return {
        "nhiem_moi": str(new), "nhiem_luy_ke": str(11 * nth + new * (day + 1)), "xet_nghiem_tuan": f"1.{nth:02}{day}",
        "mau_gop": str(250 + nth), "ra_tinh_xin": str(asked), "ra_tinh_dong_y": str(asked // 2),
        "ra_tinh_tu_choi": str(asked - asked // 2), "vi_pham_5k": str(day), "ghi_chu": "",
    }  # fmt: skip


@dataclass(frozen=True)
class Mails:
    """What was sent in these two days."""

    world: World
    by_message_id: dict[str, Kept]

    def find_notice(self, step: str, recipient: str, due_at: datetime) -> Notice:
        """The one notice of that step to that recipient, or to the one of its posts that the step is for."""
        [notice] = [
            row
            for row in self.world.notices(step=step)
            if row.due_at == due_at and (row.recipient == recipient or row.recipient.startswith(f"{recipient}/"))
        ]
        return notice

    def find(self, step: str, recipient: str, due_at: datetime) -> Kept:
        """The mail it became."""
        return self.by_message_id[self.find_notice(step, recipient, due_at).message_id]


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mails]:
    """The two days, played, and every mail of them."""
    ledgers = Ledgers("sqlite", tmp_path_factory.mktemp("golden"))
    with mail_server() as server:
        world = kien_giang_issued(ledgers.open(), server.relay)
        _play(world, server)
    yield Mails(world, {kept.message_id: kept for kept in server.kept})
    ledgers.close()


@pytest.fixture(scope="module")
def answerable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mails]:
    """The first letters, with signed return addresses."""
    ledgers = Ledgers("sqlite", tmp_path_factory.mktemp("answerable"))
    with mail_server() as server:
        world = kien_giang_issued(ledgers.open(), replace(server.relay, signed_returns=True))
        world.run()
        world.acknowledge(ACKNOWLEDGES_ONLY)
        world.follow(DUE - HOUR)
    yield Mails(world, {kept.message_id: kept for kept in server.kept})
    ledgers.close()


def _play(world: World, server: MailServer) -> None:
    server.treat(DEAD_MAILBOX, Manner.UNKNOWN)
    world.run()
    world.follow(DUE - 6 * HOUR)
    world.acknowledge(ACKNOWLEDGES_ONLY)
    for nth, key in enumerate(PROMPT):
        world.report(key, SLOT, **figures(nth, 0))
    world.follow(DUE + HOUR / 3)
    world.report(LATE, SLOT, **figures(6, 0))
    world.follow(DUE + 16 * HOUR)
    world.report(AFTER_FREEZE, SLOT, **figures(7, 0))
    correction = {**figures(0, 0), "vi_pham_5k": "3"}
    world.report(PROMPT[0], SLOT, **correction)  # after the summary was sent
    world.follow(DUE + 18 * HOUR)
    for nth, key in enumerate((*PROMPT, LATE, AFTER_FREEZE)):
        world.report(key, NEXT_SLOT, **figures(nth, 1))
    world.follow(FREEZE + DAY)
    _ask(world)
    world.follow(FREEZE + DAY + HOUR)


def _ask(world: World) -> None:
    """In the hour after the second day one asks for more time, one gives a report back and one the document."""
    now = FREEZE + DAY + HOUR / 2 + timedelta(minutes=5)
    third = "2021-11-26/P1D"
    world.at(now)
    with world.ledger.write() as session:
        requests.ask(
            session, world.addressee(PROMPT[0]), world.duty(PROMPT[0], third).id, DUE + 2 * DAY + 4 * HOUR,
            reason="Hệ thống báo cáo của tuyến huyện đang hỏng, dự kiến tối mai mới khắc phục xong",
            by_name="Nguyễn Thị Mai, Phó Chánh Văn phòng", now=now,
        )  # fmt: skip
        for key, slot, why in (
            (PROMPT[1], third, "Số liệu xét nghiệm do Sở Y tế nắm"),
            ("so-du-lich", "", "Văn bản gửi nhầm, việc của Sở Văn hóa và Thể thao"),
        ):
            duty = relief.duty_of(session, world.duty(key, slot).id)
            relief.send_back(
                session, world.addressee(key), duty, reason=why, by_name="Trần Văn Bình", channel="portal", now=now
            )


def _body(kept: Kept, kind: str) -> str:
    part = kept.message.get_body((kind,))
    assert part is not None
    text = str(part.get_content()).replace("\r\n", "\n")
    # The key ring of the tests is fixed, yet a link also carries the addressee's number in the ledger.
    text = re.sub(r"(http://portal\.example/v/)[\w.~-]+", r"\1TOKEN", text)
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


def _as_text(kept: Kept) -> str:
    # Headers by RFC 2047, which knows no space between two encoded words; Python's newer parser puts one into names.
    raw = email.message_from_bytes(kept.content)
    shown = ("From", "To", "Reply-To", "Date", "Subject")
    head = [f"{name}: {make_header(decode_header(raw[name]))}" for name in shown]
    return re.sub(r"\+[a-z2-7]{24}@", "+TOKEN@", "\n".join([*head, "", _body(kept, "plain")]))


def _compare(path: Path, made: str) -> None:
    if os.environ.get(UPDATE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: {UPDATE}=1 makes it"
    assert made == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GOLDEN)
def test_a_mail_reads_as_its_golden_file(mails: Mails, name: str) -> None:
    kept = mails.find(*GOLDEN[name])

    _compare(MAILS / f"{name}.txt", _as_text(kept))
    _compare(MAILS / f"{name}.html", _body(kept, "html"))


@pytest.mark.parametrize("name", ANSWERABLE)
def test_a_mail_that_can_be_answered_says_so(answerable: Mails, name: str) -> None:
    kept = answerable.find(*ANSWERABLE[name])

    _compare(MAILS / f"{name}.txt", _as_text(kept))
    _compare(MAILS / f"{name}.html", _body(kept, "html"))


def test_a_summary_calls_a_thing_as_its_picture_does_and_shows_the_lines_beside_their_figures(mails: Mails) -> None:
    html = _body(mails.find(*GOLDEN["summary-of-the-second-day"]), "html")
    said = " ".join(re.sub(r"<[^>]*>", "", html).split())
    bar, lines = re.findall(r'alt="([^"]+)"', html)

    assert [words for words in bar.split(", ") if words not in said] == []
    assert html.index(">Số liệu<") < html.index(">Diễn biến 2 kỳ gần nhất<") < html.index(lines)
    assert html.index(lines) < html.index(">Chưa báo cáo (60)<")


def test_a_change_says_what_it_compares(mails: Mails) -> None:
    html = _body(mails.find(*GOLDEN["summary-of-the-second-day"]), "html")

    assert "(+/−)" not in html
    assert html.count("so cùng đơn vị: ") == 8
    assert "tăng giảm của những đơn vị báo cáo cả hai kỳ" in html


def test_the_templates_of_a_daily_rollout_are_all_shown(mails: Mails) -> None:
    shown = {mails.find_notice(*wanted).template for wanted in GOLDEN.values()}

    assert shown == {"dispatch", "reminder", "escalation_digest", "daily_summary", "desk_requests"}


def test_there_is_no_golden_file_without_its_mail() -> None:
    assert {path.stem for path in MAILS.iterdir()} == {*GOLDEN, *ANSWERABLE}


def test_every_mail_of_a_directive_hangs_in_one_thread(mails: Mails) -> None:
    references = {str(kept.message["References"]) for kept in mails.by_message_id.values()}

    assert references == {"<kien-giang.13-cv-bcd.hoatoc@tinhuy.kiengiang.example>"}


def test_a_subject_fits_on_a_phone(mails: Mails) -> None:
    longest = max((str(kept.message["Subject"]) for kept in mails.by_message_id.values()), key=len)

    assert len(longest) <= 90, longest


def test_no_line_of_a_text_but_a_name_or_a_link_is_wider_than_a_text_client(mails: Mails, answerable: Mails) -> None:
    sent = {name: mails.find(*wanted) for name, wanted in GOLDEN.items()}
    sent |= {name: answerable.find(*wanted) for name, wanted in ANSWERABLE.items()}
    for name, kept in sent.items():
        for line in _body(kept, "plain").splitlines():
            assert len(line) <= 78 or line.startswith("Kính gửi:"), f"{name}: {line}"
