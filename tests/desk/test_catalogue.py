"""The catalogue of events: every kind is in it, each fits it, and what a person wrote does not."""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.database import Database
from desk import events
from desk.catalogue import CATALOGUE, ID, NAME, Entry, Fact, Misfit, Shape, require
from domain.ids import DEFAULT_BRAND
from tests.desk.decisions import NOW

KINDS: tuple[events.Kind, ...] = get_args(events.Kind)
PAGE = Path(__file__).parents[2] / "docs" / "events.md"
SAMPLES: tuple[Fact, ...] = ("tic_1", 1, True)
OPERATORS = {"article", "team", "skill", "engine", "before", "after", "by"}  # what operators give names to


def sample(shape: Shape) -> Fact:
    """Return a fact of a shape: one of its words, else an id, a number or a yes."""
    words = shape.says.removesuffix(", or nothing").removeprefix("one of ").split(", ")
    return next(fact for fact in (*SAMPLES, *words) if shape.fits(fact))


def whole(entry: Entry) -> dict[str, Fact]:
    return {name: sample(shape) for name, shape in entry.facts.items()}


def least(entry: Entry) -> dict[str, Fact]:
    return {name: sample(shape) for name, shape in entry.facts.items() if not shape.optional}


def line(kind: str, entry: Entry) -> str:
    """Return the row of a kind as the page shows it."""
    facts = "; ".join(f"`{name}` {shape.says}" for name, shape in entry.facts.items())
    return f"| `{kind}` | {entry.says} | {facts or 'nothing'} |"


def test_every_kind_has_an_entry() -> None:
    assert [kind for kind in KINDS if kind not in CATALOGUE] == []


def test_the_page_shows_the_catalogue() -> None:
    rows = [row for row in PAGE.read_text("utf-8").splitlines() if row.startswith("| `")]

    assert rows == [line(kind, entry) for kind, entry in CATALOGUE.items()]


async def test_every_kind_is_recorded_with_all_of_its_facts_and_with_the_least(database: Database) -> None:
    async with database.engine.begin() as connection:
        for kind in KINDS:
            for data in (whole(CATALOGUE[kind]), least(CATALOGUE[kind])):
                await events.record(connection, DEFAULT_BRAND, None, kind, NOW, **data)


async def test_what_does_not_fit_is_not_stored(database: Database) -> None:
    async with database.engine.begin() as connection:
        with pytest.raises(Misfit, match="mark of 'csat_given' is 'five': it must be a number"):
            await events.record(connection, DEFAULT_BRAND, None, "csat_given", NOW, mark="five")


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        ("ticket_praised", {}, "no kind of event 'ticket_praised'"),
        ("csat_given", {"mark": 5, "comment": "Great"}, "no fact 'comment': it has mark"),
        ("csat_given", {}, "mark of 'csat_given' is None"),
        ("csat_given", {"mark": True}, "is True"),
        ("csat_given", {"mark": float("nan")}, "is nan"),
        ("ticket_solved", {"by": "Anna from support"}, "must be an id"),
        ("ticket_solved", {"by": "x" * 201}, "must be an id"),
        ("message_received", {"message": "msg_1", "number": 1, "channel": "my phone"}, "one of chat, email"),
        ("article_voted", {"article": "a", "up": 1}, "true or false"),
    ],
)
def test_a_misfit_is_told_with_its_value_and_the_way_out(kind: str, data: Mapping[str, Fact], why: str) -> None:
    with pytest.raises(Misfit, match=why):
        require(kind, data)


@given(words=st.text(min_size=1).filter(lambda text: len(text.split()) > 1))
def test_nothing_that_a_person_wrote_fits_but_where_operators_give_names(words: str) -> None:
    for kind, entry in CATALOGUE.items():
        for name, shape in entry.facts.items():
            if name not in OPERATORS or shape.says.startswith(ID.says):
                with pytest.raises(Misfit):
                    require(kind, {**whole(entry), name: words})


def test_names_are_given_by_operators_only() -> None:
    named = {name for entry in CATALOGUE.values() for name, shape in entry.facts.items() if NAME.says in shape.says}

    assert named <= OPERATORS
