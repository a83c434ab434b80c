"""Whatever a model server does, a message ends answered or with a person, in time, without an error text."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

import graph
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, CaseId
from domain.turns import Turn, Utterance
from embedding.minilm import MiniLM
from engines.embedded.engine import Embedded
from engines.fallback import Fallback
from engines.openai_compatible import Endpoint, OpenAICompatible
from prompts import policy
from tests.calibrated import Sends
from tests.shelf import REFUNDS, Shelf, article
from tests.stub_server import FAULTS, StubServer

QUESTION = "How do I ask for a refund?"
SHIPPED = policy.load()
EMBEDDED = Embedded(MiniLM(), ThreadPoolExecutor(1))


ASKED = (Utterance("customer", "Can I have my money back?"), Utterance("bot", "We refund a payment in full."))


async def decide(url: str, text: str, history: tuple[Utterance, ...] = ()) -> Decision:
    model = OpenAICompatible(Endpoint(url, "a-key", "small", "large", timeout=0.5))
    context = graph.Context(
        index=Shelf([article("refunds", "Refunds", REFUNDS)]),
        engine=Fallback(model, EMBEDDED),
        embedded=EMBEDDED,
        policy=SHIPPED,
        now=lambda: datetime.now(UTC),
        sending=Sends("embedded"),
    )
    try:
        return await graph.handle(Turn(CaseId("case_1"), DEFAULT_BRAND, text, history, "chat"), context)
    finally:
        await model.close()


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_customer_is_answered_or_handed_over_whatever_the_model_does(fault: str) -> None:
    async with StubServer(fault) as server:
        began = datetime.now(UTC)
        decision = await decide(server.url, QUESTION)
        seconds = (datetime.now(UTC) - began).total_seconds()

    assert decision.outcome in ("answered", "handed_over")
    assert decision.reply is not None
    assert len(server.requests) <= 3
    assert seconds < graph.SECONDS_FOR_A_CHAT


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_follow_up_is_answered_or_handed_over_too(fault: str) -> None:
    async with StubServer(fault) as server:
        decision = await decide(server.url, QUESTION, ASKED)

    assert decision.outcome in ("answered", "handed_over")
    assert decision.reply is not None
    assert len(server.requests) <= 3


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_word_of_a_fault_reaches_the_customer(fault: str) -> None:
    async with StubServer(fault) as server:
        decision = await decide(server.url, QUESTION)

    assert decision.reply is not None
    own = {sentence for phrases in SHIPPED.phrases.values() for sentence in vars(phrases).values()}
    quoted = {sentence.text for sentence in decision.reply.sentences if sentence.citations}
    rest = {sentence.text for sentence in decision.reply.sentences} - own - quoted
    assert rest <= {"“Ask for a refund”:", "“Exceptions”:"}


async def test_a_server_that_is_not_there_costs_nothing_but_a_reason() -> None:
    decision = await decide("http://127.0.0.1:9/v1", QUESTION)

    assert decision.engine.name == "embedded"
    assert decision.engine.fallback is not None
    assert decision.reply is not None
    assert "Select Request refund." in decision.reply.text or decision.outcome == "handed_over"
