"""A letter offers a reply as a way to settle what it asks for exactly where replies come to the system."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hoatoc.ledger.engine import Ledger
from hoatoc.mail import compose
from hoatoc.mail.frame import Frame
from hoatoc.mail.letters import Letter
from hoatoc.mail.mould import Mould
from hoatoc.templating import TEMPLATES, environment
from tests.worlds.mailserver import MailServer
from tests.worlds.rollouts import DUE, ISSUED, issued

RECEIPT, REPORT = "để xác nhận: hai chữ “Đã nhận”", "để báo cáo: kèm mẫu Excel tải tại trang, đã điền số liệu"


@pytest.mark.parametrize("signed", [True, False])
def test_a_reply_is_offered_only_where_it_would_be_read_and_the_letter_still_has_a_mould(
    ledger: Ledger, mail: MailServer, monkeypatch: pytest.MonkeyPatch, signed: bool
) -> None:
    wanted, moulds = [], []

    def cast(frame: Frame, render: Callable[[dict[str, Any]], Letter]) -> Mould:
        wanted.append(frame)
        moulds.append(Mould(frame, render))
        return moulds[-1]

    monkeypatch.setattr(compose, "Mould", cast)
    world = issued(ledger, replace(mail.relay, signed_returns=signed))
    world.go(ISSUED)
    world.follow(DUE - timedelta(hours=1))
    asked = {notice.message_id for step in ("dispatch", "remind") for notice in world.notices(step=step)}
    said = [" ".join(kept.text.split()) for kept in mail.kept if kept.message_id in asked]
    assert len(said) == len(asked) > 2
    assert {"hoặc trả lời thư này" in words for words in said} == {signed}
    assert len(moulds) == len(wanted) > 1  # of the dispatch, of the reminder


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ([], ""), (["task"], ""), (["receipt"], ", hoặc trả lời thư này bằng hai chữ “Đã nhận”,"),
        (["report", "report"], ", hoặc trả lời thư này kèm mẫu báo cáo Excel (tải tại trang) đã điền số liệu,"),
        (["receipt", "task"], f", hoặc trả lời thư này ({RECEIPT}),"),
        (["receipt", "report"], f", hoặc trả lời thư này ({RECEIPT}; {REPORT}),"),
    ],
)  # fmt: skip
def test_a_reply_settles_what_is_named_and_no_other_duty(kinds: list[str], said: str) -> None:
    parts: Any = environment(TEMPLATES / "mail").get_template("_text.txt").module
    assert parts.by_reply(kinds).strip("\n") == said
