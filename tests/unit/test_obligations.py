"""Every obligation of the list made from the source documents stands in a directive, word for word.

The list and the texts are not in the repository: HOATOC_SOURCES names the folder that holds `obligations.yaml` and
`seeds/`."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from hoatoc.format.folder import Draft, find_draft
from hoatoc.format.quotes import fold, quote_problems
from hoatoc.settings import ROOT

#: Each document of the list, and the directive made from it.
DIRECTIVES = {
    "BL-2021-NEWS": "bac-lieu/thong-tin-2021-11-12",
    "KG-13-CV-BCD": "kien-giang/13-cv-bcd",
    "BL-4516-UBND-KGVX": "bac-lieu/4516-ubnd-kgvx",
    "DB-CDK-2021-05-10": "dien-bien/cong-dien-2021-05-10",
    "BP-360-CV-TU": "binh-phuoc/360-cv-tu",
    "BP-396-CV-TU": "binh-phuoc/396-cv-tu",
    "BP-1722-UBND-KGVX": "binh-phuoc/1722-ubnd-kgvx",
}


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of the list and the texts."""
    named = os.environ.get("HOATOC_SOURCES")
    if not named:
        pytest.skip("HOATOC_SOURCES is not set: the list of obligations and the texts are not in the repository")
    folder = Path(named)
    if not (folder / "obligations.yaml").is_file() or not (folder / "seeds").is_dir():
        pytest.skip(f"HOATOC_SOURCES names {folder}, which does not hold obligations.yaml and seeds/")
    return folder


@pytest.fixture(scope="session")
def listed(sources: Path) -> dict[str, list[dict[str, Any]]]:
    """The obligations of the list, by document."""
    data = yaml.safe_load((sources / "obligations.yaml").read_text(encoding="utf-8"))
    return {document["id"]: document["obligations"] for document in data["documents"]}


@lru_cache
def draft_of(document: str) -> Draft:
    return find_draft(ROOT / "directives", DIRECTIVES[document])[1]


def test_the_list_has_140_obligations_of_seven_documents(listed: dict[str, list[dict[str, Any]]]) -> None:
    assert set(listed) == set(DIRECTIVES)
    assert len({obligation["id"] for obligations in listed.values() for obligation in obligations}) == 140
    assert sum(len(draft_of(document).content.text.obligations) for document in DIRECTIVES) == 140


@pytest.mark.parametrize("document", DIRECTIVES)
def test_every_obligation_stands_in_its_directive_with_the_same_quote(
    document: str, listed: dict[str, list[dict[str, Any]]]
) -> None:
    held = {item.clause: fold(item.quote) for item in draft_of(document).content.text.obligations}
    assert held == {str(item["ref"]): fold(item["quote"]) for item in listed[document]}


@pytest.mark.parametrize("document", DIRECTIVES)
def test_every_quote_stands_in_the_text_as_signed(document: str, sources: Path) -> None:
    assert list(quote_problems(draft_of(document), sources / "seeds")) == []
