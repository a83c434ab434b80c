"""What is found to be wrong with a help center."""

from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.ids import ArticleId, BrandId
from embedding.minilm import MiniLM
from kb_index import contents
from kb_index.health import Finding, examine
from kb_index.one_shot import read_folder
from tests.kb_index.conftest import HELP_CENTER, NOW, Process, article
from tests.test_layers import ROOT

TODAY = datetime(2026, 11, 21, tzinfo=UTC)
GUARANTEE = (
    "If a workshop is cancelled because too few guests have signed up, every guest is told by e-mail and the whole "
    "deposit goes back to the card that it was paid with."
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM, pool: Executor) -> tuple[Finding, ...]:
    read = read_folder(ROOT / "demo" / "help_center", tmp_path_factory.mktemp("cache"), minilm, pool)
    return examine(read, TODAY)


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    """A small folder with nothing wrong in it."""
    folder = tmp_path / "help"
    folder.mkdir()
    (folder / "deposits.md").write_text(f"# Deposits\n\n{GUARANTEE} See [cancelling](cancelling.md#late).")
    (folder / "cancelling.md").write_text("# Cancelling\n\nA guest may cancel until 24 hours before the workshop.")
    (folder / "invoices.md").write_text("# Invoices\n\nAn invoice is kept for 10 years. [Law](https://law.example/10)")
    return folder


@pytest.fixture
def found(kb: Path, tmp_path: Path, minilm: MiniLM, pool: Executor) -> "Found":
    return Found(kb, tmp_path / "cache", minilm, pool)


class Found:
    """Examines the folder as it is now."""

    def __init__(self, kb: Path, cache: Path, minilm: MiniLM, pool: Executor) -> None:
        self._parts = (kb, cache, minilm, pool)

    def __call__(self) -> tuple[Finding, ...]:
        return examine(read_folder(*self._parts), TODAY)


def test_the_planted_contradiction_is_among_the_first_with_both_quotes(demo: tuple[Finding, ...]) -> None:
    conflicts = [finding for finding in demo if finding.kind == "conflict"]

    places = {frozenset(finding.articles): place for place, finding in enumerate(conflicts)}

    place = places[frozenset({ArticleId("refunds-for-subscriptions"), ArticleId("yearly-billing")})]
    assert place < 3
    assert "within 14 days" in " ".join(conflicts[place].quotes)
    assert "within 30 days" in " ".join(conflicts[place].quotes)
    assert len(conflicts) < 10


def test_the_stale_articles_are_named_the_oldest_first(demo: tuple[Finding, ...]) -> None:
    stale = [finding.articles[0] for finding in demo if finding.kind == "stale"]

    assert stale == [
        "print-receipts",
        "import-bookings-from-spreadsheet",
        "embed-booking-button",
        "staff-working-hours",
        "connect-outlook-calendar",
    ]


def test_translations_are_neither_duplicates_nor_conflicts(demo: tuple[Finding, ...]) -> None:
    translated = [name for finding in demo for name in finding.articles if name.endswith(("-es", "-de"))]

    assert translated == []


def test_translations_in_one_language_are_left_alone(kb: Path, found: Found) -> None:
    (kb / "copy.md").write_text(f"---\ntranslation_of: deposits\n---\n# Deposits, plainly\n\n{GUARANTEE}")

    assert found() == ()


def test_a_clean_folder_has_no_findings(found: Found) -> None:
    assert found() == ()


def test_an_article_that_was_copied_is_found_with_its_original(kb: Path, found: Found) -> None:
    (kb / "prepayments.md").write_text(f"# Deposits for guests\n\n{GUARANTEE} This is automatic.")

    (finding,) = found()

    assert finding.kind == "duplicate"
    assert set(finding.articles) == {"deposits", "prepayments"}


@pytest.mark.parametrize("target", ["refund-policy", "../billing/refunds.md", "https://help.example/en/gone#top"])
def test_a_link_to_no_article_is_broken(kb: Path, found: Found, target: str) -> None:
    (kb / "start.md").write_text(f"---\nurl: https://help.example/en/start\n---\n# Start\n\nRead [this]({target}).")

    (finding,) = found()

    assert (finding.kind, finding.articles, finding.quotes) == ("broken_link", ("start",), (f"[this]({target})",))


@pytest.mark.parametrize(
    "target", ["invoices", "./invoices.md", "#below", "mailto:a@b.example", "https://other.example/en/x", "plan.pdf"]
)
def test_a_link_to_an_article_or_elsewhere_is_not(kb: Path, found: Found, target: str) -> None:
    (kb / "start.md").write_text(f"---\nurl: https://help.example/en/start\n---\n# Start\n\nRead [this]({target}).")

    assert found() == ()


def test_a_public_article_must_not_send_customers_to_an_internal_one(kb: Path, found: Found) -> None:
    (kb / "fraud.md").write_text("---\nvisibility: internal\n---\n# Fraud\n\nSee [invoices](invoices).")
    (kb / "start.md").write_text("# Start\n\nRead [this](fraud).")

    (finding,) = found()

    assert "customers cannot open it" in finding.message


async def test_what_is_served_is_examined_as_it_is_now(process: Process) -> None:
    brand = BrandId("default")
    window = "You can get a full refund of a payment if you write to support within {} days of the payment date."
    terms, yearly = article("terms", "Refund terms", window.format(14)), article("yearly", "Yearly", window.format(30))
    await process.indexer.put(brand, [*HELP_CENTER, terms, yearly], NOW)

    before = examine(await contents.of_brand(process.store, brand, process.embedder.id), NOW)
    await process.indexer.delete(brand, yearly.id, NOW)
    after = examine(await contents.of_brand(process.store, brand, process.embedder.id), NOW)

    assert ("terms", "yearly") in [finding.articles for finding in before if finding.kind == "conflict"]
    assert [finding for finding in after if "yearly" in finding.articles] == []
