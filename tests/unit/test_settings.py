"""What the environment says, and what follows from it."""

import pytest

from hoatoc.settings import Settings

NOTHING = {"HOATOC_PREFECT_UI_URL": "", "PREFECT_UI_URL": "", "PREFECT_API_URL": ""}


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, ""),
        ({"PREFECT_API_URL": "http://127.0.0.1:4200/api"}, "http://127.0.0.1:4200"),
        ({"PREFECT_API_URL": "http://127.0.0.1:4200/api/"}, "http://127.0.0.1:4200"),
        ({"PREFECT_API_URL": "http://127.0.0.1:4200/api", "PREFECT_UI_URL": "http://ui:1/"}, "http://ui:1"),
        ({"HOATOC_PREFECT_UI_URL": "https://prefect.example/", "PREFECT_UI_URL": "http://ui:1"},
         "https://prefect.example"),
    ],
)  # fmt: skip
def test_the_control_room_is_where_our_setting_or_prefects_own_say(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], where: str
) -> None:
    for name, value in (NOTHING | said).items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None).control_room == where  # type: ignore[call-arg]  # pydantic-settings takes it
