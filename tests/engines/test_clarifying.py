"""Where a table answers differently by what nobody named, the hub asks back, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import graph
from agents import gate
from agents.gate import Sending
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, BrandId, CaseId
from domain.turns import Turn, Utterance
from embedding.minilm import MiniLM
from embedding.remembering import Remembering
from engines.embedded.engine import Embedded
from prompts import policy
from tests.calibrated import Sends, calibration
from tests.shelf import Shelf, article

POLICY = policy.load()
EMBEDDER = Remembering(MiniLM())
ASK = "How much storage is included?"
STORAGE = """| Plan | Storage |
|---|---|
| Basic | 2 GB |
| Extra | 20 GB |
| Large | 60 GB |
| Vast | 200 GB |"""
FEW = "\n".join(STORAGE.splitlines()[:5])
BY_DAY = STORAGE.replace("Plan", "Weekday")


async def decide(
    text: str,
    table: str = STORAGE,
    sending: Callable[[BrandId], Sending] | None = None,
    history: tuple[Utterance, ...] = (),
) -> Decision:
    shelf = Shelf([article("storage", "How much storage is included", table)])
    engine = Embedded(EMBEDDER, ThreadPoolExecutor(1))
    sends = sending or Sends("embedded")
    context = graph.Context(shelf, engine, engine, POLICY, lambda: datetime.now(UTC), sends)
    return await graph.handle(Turn(CaseId("cas_1"), DEFAULT_BRAND, text, history, "api"), context)


async def test_an_answer_that_differs_by_plan_is_asked_back_about() -> None:
    decision = await decide(ASK)

    assert decision.outcome == "answered"
    assert [ask.state for ask in decision.asks] == ["clarified"]
    assert decision.reply is not None
    assert POLICY.speak("en").clarify in decision.reply.text
    assert [one.text for one in decision.reply.sentences if one.citations] == [
        "- Basic",
        "- Extra",
        "- Large",
        "- Vast",
    ]


async def test_who_names_a_plan_is_told_its_row() -> None:
    decision = await decide("How much storage is included in Large?")

    assert [ask.state for ask in decision.asks] == ["answered"]
    assert decision.reply is not None
    assert "- Large: Storage 60 GB" in decision.reply.text


async def test_what_can_be_told_at_once_is_told() -> None:
    few, all_of_them, by_day = await decide(ASK, FEW), await decide(f"{ASK} List all plans."), await decide(ASK, BY_DAY)

    assert {ask.state for one in (few, all_of_them, by_day) for ask in one.asks} == {"answered"}


async def test_the_question_is_put_once_and_its_answer_heard() -> None:
    asked = Utterance("bot", f"{POLICY.speak('en').clarify} - Basic - Extra - Large - Vast")
    history = (Utterance("customer", ASK), asked)

    again, named = await decide(ASK, history=history), await decide("Extra", history=history)

    assert [ask.state for ask in again.asks] == ["answered"]
    assert named.reply is not None
    assert "- Extra: Storage 20 GB" in named.reply.text


async def test_asking_back_needs_no_confidence_but_an_installation_that_sends() -> None:
    unsure = Sending(calibration("embedded", offset=-4.0))

    sent, kept = await decide(ASK, sending=lambda _: unsure), await decide(ASK, sending=gate.nothing)

    assert (sent.outcome, kept.outcome) == ("answered", "suggested")
    assert "it only asks back, and claims nothing" in sent.reasons
