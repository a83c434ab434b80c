"""What is found to be wrong with a help center."""

from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from domain.articles import Article, Standing, Uses
from domain.ids import ArticleId, BrandId
from embedding.minilm import MiniLM
from evals.benchmarks import contradictions
from kb_index import contents
from kb_index.contents import Contents
from kb_index.health import Finding, examine
from kb_index.one_shot import read_folder
from tests.kb_index.conftest import HELP_CENTER, NOW, SEATS, Process, article
from tests.test_layers import ROOT

TODAY = datetime(2026, 11, 21, tzinfo=UTC)
GUARANTEE = (
    "If a workshop is cancelled because too few guests have signed up, every guest is told by e-mail and the whole "
    "deposit goes back to the card that it was paid with."
)


@pytest.fixture(scope="module")
def demo_contents(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM, pool: Executor) -> Contents:
    return read_folder(ROOT / "demo" / "help_center", tmp_path_factory.mktemp("cache"), minilm, pool)


@pytest.fixture(scope="module")
def demo(demo_contents: Contents) -> tuple[Finding, ...]:
    return examine(demo_contents, TODAY)


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


def test_most_contradictions_are_found_also_in_other_words(demo_contents: Contents, minilm: MiniLM) -> None:
    contradicting, planted = contradictions.plant(demo_contents, minilm, Random(21), count=20, left_out=0.2)

    conflicts = [finding for finding in examine(contradicting, TODAY) if finding.kind == "conflict"]

    pairs = {frozenset((it.original, it.into)) for it in planted}
    assert len(planted) == 20
    assert len(pairs & {frozenset(finding.articles) for finding in conflicts[:25]}) >= 13


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


@pytest.mark.parametrize(
    ("other", "conflicting"),
    [
        ("Guests may cancel a workshop up to 48 hours before it begins.", True),
        ("Guests may cancel a workshop up to 1 day before it begins.", False),
        ("Guests may cancel a workshop up to 15 minutes before it begins.", False),
        ("Guests may cancel a workshop at least 48 hours before it begins.", False),
        ("Guests on the Team plan may cancel a workshop up to 48 hours before it begins.", True),
    ],
)
def test_a_conflict_is_another_figure_for_the_same_thing(kb: Path, found: Found, other: str, conflicting: bool) -> None:
    (kb / "cancelling.md").write_text(
        "# Cancelling\n\nGuests may cancel a workshop up to 24 hours before the workshop begins."
    )
    (kb / "workshops.md").write_text(f"# Workshops\n\n{other}")

    assert [finding.kind for finding in found()] == ["conflict"] * conflicting


def test_another_plan_is_no_conflict(kb: Path, found: Found) -> None:
    (kb / "solo.md").write_text("# Storage\n\nOn the Solo plan uploaded files are kept for 30 days, then removed.")
    (kb / "team.md").write_text("# Files\n\nOn the Team plan uploaded files are kept for 90 days, then removed.")

    assert found() == ()


def test_figures_in_code_are_no_statements(kb: Path, found: Found) -> None:
    log = "```\nThe upload of the photo archive took {} seconds on this computer.\n```"
    (kb / "slow.md").write_text(f"# Slow uploads\n\n{log.format(90)}")
    (kb / "quick.md").write_text(f"# Quick uploads\n\n{log.format(30)}")

    assert found() == ()


def test_what_customers_can_read_of_an_internal_article_is_a_leak(kb: Path, found: Found) -> None:
    rule = "Refunds above 500 EUR are checked by two colleagues, who look for stolen cards and repeated requests."
    (kb / "fraud.md").write_text(f"---\nvisibility: internal\n---\n# Checks for fraud\n\n{rule}")
    (kb / "returns.md").write_text(f"# Returns\n\nMoney comes back in 5 days.\n\n## Large amounts\n\n{rule}")

    (finding,) = found()

    assert (finding.kind, finding.articles) == ("leak", ("fraud", "returns"))
    assert "customers can read 100% of the internal 'fraud' in 'returns'" in finding.message


def test_a_link_to_an_article_by_its_number_may_say_an_older_title(kb: Path, found: Found) -> None:
    base = "https://help.example/hc/en-us/articles"
    (kb / "pay.md").write_text(f"---\nid: 360016119519\nurl: {base}/360016119519\n---\n# Pay\n\nBy card or in cash.")
    (kb / "start.md").write_text(f"# Start\n\nRead [this]({base}/360016119519-How-to-pay) and [that]({base}/4406-x).")

    assert [finding.quotes for finding in found()] == [(f"[that]({base}/4406-x)",)]


def reviewed(name: str, review_by: date | None = None) -> Article:
    edited = datetime(2020, 1, 1, tzinfo=UTC)
    return article(name, name, "Everything about it.", updated_at=edited, review_by=review_by)


def kept(*articles: Article, standings: Mapping[str, Standing], uses: Uses | None = None) -> Contents:
    told = {ArticleId(name): standing for name, standing in standings.items()}
    return Contents(articles, (), np.empty((0, MiniLM.dimension), np.float32), told, uses)


def test_an_article_is_stale_once_its_review_date_has_passed_however_old_it_is() -> None:
    due, planned = reviewed("due", date(2026, 11, 1)), reviewed("planned", date(2027, 1, 1))

    findings = examine(kept(due, planned, standings={}), TODAY)

    assert [(finding.kind, finding.articles) for finding in findings] == [("stale", ("due",))]
    assert "was to be reviewed by 2026-11-01" in findings[0].message


def test_a_review_makes_an_article_fresh_and_the_most_viewed_stale_one_comes_first() -> None:
    standings = {
        "seldom": Standing(1, TODAY, views=10),
        "often": Standing(1, TODAY, views=2000),
        "fresh": Standing(1, TODAY, reviewed_at=TODAY - timedelta(days=3)),
    }

    findings = examine(kept(*map(reviewed, standings), standings=standings), TODAY)

    assert [finding.articles for finding in findings] == [("often",), ("seldom",)]
    assert "viewed 2,000 times" in findings[0].message


def test_an_article_is_unused_when_many_questions_since_it_was_stored_never_found_it() -> None:
    hours = tuple(TODAY - timedelta(hours=hour) for hour in range(100, 0, -1))
    old, new = Standing(1, TODAY - timedelta(days=90)), Standing(1, TODAY - timedelta(hours=9))
    fresh = article("fresh", "New", "Just written.")

    findings = examine(kept(SEATS, fresh, standings={"seats": old, "fresh": new}, uses=Uses(hours, {})), TODAY)
    unknown = examine(kept(SEATS, standings={"seats": old}), TODAY)
    found_once = examine(kept(SEATS, standings={"seats": old}, uses=Uses(hours, {SEATS.id: 1})), TODAY)

    assert [(finding.kind, finding.articles) for finding in findings] == [("unused", ("seats",))]
    assert "not found once in 100 questions" in findings[0].message
    assert unknown == found_once == ()


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
