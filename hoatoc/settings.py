"""Settings, from the environment and `.env`; every one is listed in `.env.example`."""

import os
import re
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hoatoc.errors import SettingsError

#: What tests are told, beside the settings.
_OF_TESTS = {"SOURCES", "UPDATE_GOLDEN"}
#: Where templates/ and directives/ stand: beside the package, in a checkout and in an installed wheel alike.
ROOT = Path(__file__).resolve().parent.parent


class _Prefect(BaseSettings):
    """What Prefect has been told by its own settings about where it is."""

    model_config = SettingsConfigDict(env_prefix="PREFECT_", env_file=".env", extra="ignore", frozen=True)

    ui_url: str = ""
    api_url: str = ""


class Settings(BaseSettings):
    """What an installation decides. Frozen: read once when a process starts."""

    model_config = SettingsConfigDict(env_prefix="HOATOC_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".hoatoc")
    directives: Path = ROOT / "directives"
    database_url: str = ""
    smtp_url: str = ""
    inbox_url: str = ""
    secret_key: str = ""
    public_url: str = "http://127.0.0.1:8020"
    heartbeat_url: str = ""  # called by the watchdog only while nothing is overdue; '' for none
    lang: Literal["vi", "en"] = "vi"
    prefect_ui_url: str = ""  # where the desk finds Prefect's UI; '' for what Prefect's own settings say
    link_days: int = Field(default=90, ge=0)  # how long units' links open after their directive has ended
    oidc_issuer: str = ""  # the province's single sign-on, by OpenID Connect; '' for none
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_claim: str = "preferred_username"  # what of the provider's word is an account's login

    @cached_property
    def ledger_url(self) -> str:
        """The ledger's URL: the setting, or a SQLite file in the home."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'ledger.db'}"

    @cached_property
    def control_room(self) -> str:
        """The address of Prefect's UI: the setting, or PREFECT_UI_URL, or the place of PREFECT_API_URL; '' when none
        of them is set."""
        prefect = _Prefect()
        found = self.prefect_ui_url or prefect.ui_url or prefect.api_url.rstrip("/").removesuffix("/api")
        return found.rstrip("/")

    @property
    def outbox_folder(self) -> Path:
        """Where the built-in sink keeps mail while no mail server is set."""
        return self.home / "mail"


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsError naming the variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"HOATOC_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]
        raise SettingsError("; ".join(wrong), hint="xem .env.example") from error


def unknown_names() -> dict[str, str]:
    """The HOATOC_* variables of the environment and of `.env` that are none of ours, each with the name that was
    probably meant, '' where none is near."""
    known = {name.upper() for name in Settings.model_fields}
    said = (name.upper() for name in (*os.environ, *dotenv_values(".env")))
    ours = {name.removeprefix("HOATOC_") for name in said if name.startswith("HOATOC_")}
    near = {name: get_close_matches(name, known, n=1) for name in sorted(ours - known - _OF_TESTS)}
    return {f"HOATOC_{name}": f"HOATOC_{likely[0]}" if likely else "" for name, likely in near.items()}


def masked(url: str) -> str:
    """`url` as it may be shown: without the password in it, whether it can be read as a URL or not."""
    before, at, after = url.rpartition("@")
    scheme, slashes, who = before.partition("://")
    shown = f"{scheme}{slashes}{who.partition(':')[0]}:***@" if slashes else "***@"
    return re.sub(r"(?i)(pass\w*=)[^&\s]*", r"\1***", (shown if at else "") + after)
