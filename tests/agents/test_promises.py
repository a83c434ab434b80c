"""A promise passes where somebody has taken it on, by a time that is to come, and nowhere else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agents import checker, drafter
from agents.triager import Engines
from domain.articles import Passage
from domain.budget import Budget
from domain.drafts import Citation, Draft, Promise, Sentence
from domain.ids import ArticleId, AskId, PassageId
from domain.search import Evidence
from domain.triage import Ask, Priority, Triage
from domain.verdicts import Fault, Verdict
from engines.scripted import Scripted
from engines.tasks import CheckAnswer
from prompts import policy
from tests.desk.decisions import NOW

ASK = Ask(AskId("ask_1"), "Where is my parcel?", "answered")
BODY = "A parcel leaves our house within two days."
PASSAGE = Passage(PassageId("parcels#1"), ArticleId("parcels"), "Parcels", None, (), BODY, 0, len(BODY))
FACT = Sentence(BODY, "fact", ASK.id, (Citation(PASSAGE.article, PASSAGE.id, BODY, 0, len(BODY)),))
CALL = Sentence("We will call you back tomorrow about the parcel.", "promise", ASK.id)
OWED = Promise(CALL.text, "support", NOW + timedelta(days=1))
TRIAGE = Triage((ASK,), "shipping", Priority.P3, "neutral", "en", (), ("general",), (), 0.9, ())


async def faults(*promises: Promise) -> list[tuple[str, int | None]]:
    engine = Scripted([CheckAnswer(support=[1.0], completeness=[1.0], tone=1.0, reasons=[])])
    found = await checker.check(
        Draft((FACT, CALL), (ASK,), promises),
        TRIAGE,
        [Evidence(ASK.id, PASSAGE, score=1.0, dense=0.9, lexical=1.0)],
        Engines(engine, engine),
        policy.load(),
        Budget(lambda: NOW, NOW + timedelta(seconds=20)),
    )
    return [(fault.check, fault.sentence) for fault in found.faults]


async def test_a_promise_with_an_owner_and_a_time_to_come_passes() -> None:
    assert await faults(OWED) == []


@pytest.mark.parametrize(
    "promise",
    [replace(OWED, owner=""), replace(OWED, due=NOW), replace(OWED, text="We will write to you.")],
    ids=["of nobody", "for the past", "another one"],
)
async def test_a_promise_that_nobody_keeps_is_a_fault(promise: Promise) -> None:
    assert ("promise", 1) in await faults(promise)


async def test_a_promise_that_is_not_said_is_not_owed() -> None:
    cut = Verdict(1.0, 1.0, 1.0, 1.0, (Fault("citation", "sentence 2 speaks of it", 1),))

    kept = drafter.cut(Draft((FACT, CALL), (ASK,), (OWED,)), replace(cut, faults=()))
    gone = drafter.cut(Draft((FACT, CALL), (ASK,), (OWED,)), cut)

    assert kept.promises == (OWED,)
    assert gone.promises == ()
