"""What a table says to a question: one row, and of a comparison the column that was named."""

import pytest

from domain.articles import Passage
from domain.ids import ArticleId, AskId, PassageId
from domain.search import Evidence
from embedding.minilm import MiniLM
from embedding.remembering import Remembering
from engines.embedded import extracts
from engines.embedded.tables import Row
from engines.embedded.units import units

EMBEDDER = Remembering(MiniLM())
PLANS = """| | Basic | Extra | Max |
|---|---|---|---|
| Monthly price | 5 EUR | 12 EUR | 40 EUR |
| Yearly price | 50 EUR | 120 EUR | 400 EUR |
| Storage | 1 GB | 10 GB | 90 GB |
| Phone support | no | no | yes |"""
CHOICE = """- Basic suits one person.
- Extra suits a small shop with several tills, and a month of use is easily paid by one booking.
- Max suits a chain."""
CODES = """| Code | Meaning | What to do |
|---|---|---|
| QX-101 | Paper jam | Open the lid |
| QX-102 | No paper | Add a roll |"""


def evidence(text: str, heading: str, start: int = 0) -> Evidence:
    passage = Passage(PassageId(heading), ArticleId("plans"), "Plans", None, (heading,), text, start, start + len(text))
    return Evidence(AskId("a1"), passage, score=0.6, dense=0.6, lexical=0.6)


def lines(ask: str, *found: Evidence) -> list[str]:
    extract = extracts.find(ask, list(enumerate(found, 1)), EMBEDDER)
    return [Row.of(unit).line(ask) if unit.shape == "row" else unit.text for unit in extract.units] if extract else []


@pytest.mark.parametrize(
    ("ask", "line"),
    [
        ("How much is Extra per month?", "- Monthly price: Extra 12 EUR"),
        ("what does max cost for a year", "- Yearly price: Max 400 EUR"),
        ("How much storage comes with Basic?", "- Storage: Basic 1 GB"),
        ("Is there phone support?", "- Phone support: Basic no, Extra no, Max yes"),
    ],
)
def test_the_cell_is_told_where_the_row_and_the_column_that_were_named_meet(ask: str, line: str) -> None:
    told = lines(ask, evidence(CHOICE, "How to choose"), evidence(PLANS, "Prices", start=500))

    assert told[0] == line


def test_what_a_code_means_comes_with_what_to_do() -> None:
    told = lines("My printer says QX-102", evidence(CODES, "Codes"))

    assert told == ["- QX-102: Meaning No paper, What to do Add a roll"]


def test_a_row_reads_the_same_whoever_asks_for_nothing_in_particular() -> None:
    row = Row.of(units(1, evidence(PLANS, "Prices"))[2])

    assert row.line("and then?") == "- Storage: Basic 1 GB, Extra 10 GB, Max 90 GB"


def test_of_a_table_few_rows_are_told() -> None:
    told = lines("What is the price?", evidence(PLANS, "Prices"))

    assert len(told) <= 2
