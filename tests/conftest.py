"""Fixtures for all tests: real databases, a real mail listener, and a directive issued on them."""

import gc
import os
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, settings

from hoatoc.accounts import password
from hoatoc.format.folder import Draft, OfficeFolder
from hoatoc.ledger.engine import Ledger, open_ledger
from hoatoc.ledger.migrate import migrate
from tests.worlds.ledgers import Ledgers
from tests.worlds.mailserver import MailServer, mail_server
from tests.worlds.memory import keep_files_in_memory
from tests.worlds.postgresql import Server, running_server
from tests.worlds.rollouts import World, issued

# The same examples in every run. HYPOTHESIS_PROFILE=search looks for new ones.
_calm = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
_phases = (Phase.explicit, Phase.generate, Phase.shrink)
settings.register_profile("fixed", derandomize=True, database=None, phases=_phases, **_calm)
settings.register_profile("search", max_examples=1000, **_calm)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

Issue = Callable[..., World]

keep_files_in_memory()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: of two processes that share the files out, neither is left with a long one."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What stands now, modules above all, stays to the end: no collection need look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def cheap_passwords() -> Iterator[None]:
    """Passwords that cost next to nothing to hash. What they cost otherwise is held in tests/unit/test_password.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        password._nobodys.cache_clear()
        yield
    password._nobodys.cache_clear()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of this session's own, with a migrated template."""
    with running_server() as server:
        server.create_template()
        ledger = open_ledger(server.url(server.template))
        migrate(ledger)
        ledger.close()
        yield server


@pytest.fixture(scope="session")
def _template_folder(tmp_path_factory: pytest.TempPathFactory) -> "os.PathLike[str]":
    return tmp_path_factory.mktemp("sqlite")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def ledgers(request: pytest.FixtureRequest, _template_folder: "os.PathLike[str]") -> Iterator[Ledgers]:
    """Makes fresh ledgers at the newest revision, on each database."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    made = Ledgers(request.param, _template_folder, server)
    yield made
    made.close()


@pytest.fixture
def sqlite_ledgers(_template_folder: "os.PathLike[str]") -> Iterator[Ledgers]:
    """The same on SQLite alone, where the database is not what is tested."""
    made = Ledgers("sqlite", _template_folder)
    yield made
    made.close()


@pytest.fixture
def ledger(ledgers: Ledgers) -> Ledger:
    """A fresh ledger, on each database."""
    return ledgers.open()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A real SMTP listener."""
    with mail_server() as server:
        yield server


@pytest.fixture
def world(ledger: Ledger, mail: MailServer) -> World:
    """The small office's directive, issued; no pass has run."""
    return issued(ledger, mail.relay)


@pytest.fixture
def issue_in(ledger: Ledger, mail: MailServer) -> Issue:
    """Issues another office's directive, on each database."""

    def make(made: tuple[OfficeFolder, Draft], **when: object) -> World:
        return issued(ledger, mail.relay, made, **when)  # type: ignore[arg-type]

    return make
