from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

import graph
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, CaseId
from domain.turns import Turn
from embedding.minilm import MiniLM
from embedding.remembering import Remembering
from engines.embedded.engine import Embedded
from prompts import policy
from tests.agents.scopes import INSIDE, OUTSIDE
from tests.calibrated import Sends
from tests.shelf import REFUNDS, Shelf, article

WORDINGS = [(team, text) for team, texts in OUTSIDE.items() for text in texts.strip().splitlines()]


@pytest.fixture(scope="module")
def context() -> Iterator[graph.Context]:
    with ThreadPoolExecutor(1) as pool:
        engine = Embedded(Remembering(MiniLM()), pool)
        shelf = Shelf([article("refunds", "Refunds", REFUNDS)])
        yield graph.Context(shelf, engine, engine, policy.load(), lambda: datetime.now(UTC), Sends("embedded"))


async def decide(context: graph.Context, text: str) -> Decision:
    return await graph.handle(Turn(CaseId("cas_1"), DEFAULT_BRAND, text, (), "api"), context)


@pytest.mark.parametrize("text", [text for _, text in WORDINGS])
async def test_a_request_outside_goes_to_a_person_and_gets_no_opinion(context: graph.Context, text: str) -> None:
    decision = await decide(context, text)

    assert decision.outcome == "handed_over"
    assert decision.reply is not None
    assert not any(sentence.kind != "courtesy" for sentence in decision.reply.sentences)


async def test_nearly_every_request_outside_is_named_so_and_goes_to_its_owner(context: graph.Context) -> None:
    decisions = [(team, await decide(context, text)) for team, text in WORDINGS]

    packets = [(team, decision.handover) for team, decision in decisions if decision.handover]
    outside = [packet for _, packet in packets if packet.reason == "out_of_scope"]
    owned = [packet for team, packet in packets if packet.team == team]
    assert len(outside) >= 0.9 * len(WORDINGS)
    assert len(owned) >= 0.85 * len(WORDINGS)


async def test_what_the_desk_answers_is_not_called_outside(context: graph.Context) -> None:
    decisions = [(text, await decide(context, text)) for text in INSIDE.strip().splitlines()]

    strange = [text for text, decision in decisions if decision.triage and "out_of_scope" in decision.triage.flags]
    assert len(strange) <= 0.04 * len(decisions), strange


async def test_an_ask_outside_is_declined_beside_one_that_is_answered(context: graph.Context) -> None:
    text = "How do I ask for a refund of a payment? And which marketing strategy would you recommend for my shop?"

    decision = await decide(context, text)

    assert [ask.state for ask in decision.asks] == ["answered", "declined"]
    assert decision.reply is not None
    assert context.policy.phrases["en"].declined in decision.reply.text
