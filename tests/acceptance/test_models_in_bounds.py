"""What a model may cost a message, and whose draft it stays: the hub over HTTP, with servers that know no measure."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer

import graph
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, CaseId
from domain.turns import Turn, Utterance
from embedding.minilm import VOCABULARY, MiniLM
from engines.embedded.engine import Embedded
from engines.fallback import Fallback
from engines.openai_compatible import Endpoint, OpenAICompatible
from prompts import policy
from tests.acceptance import hostile
from tests.calibrated import Sends
from tests.shelf import REFUNDS, Shelf, article
from tests.stub_server import FAULTS, Behaviour, StubServer, says

Model = Callable[[dict[str, Any]], Behaviour]
CALLS, PROMPT_TOKENS = 3, 3500
SLACK = 1.02  # a call is weighed before its server counts it, and these tokens split JSON finer than a model's do
TOKENIZER = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
SHIPPED = policy.load()
EMBEDDED = Embedded(MiniLM(), ThreadPoolExecutor(1))
LONG = "\n\n".join(
    f"## Refund case {number}\n\n{'A refund of a yearly plan is worked out from the days that are left of it. ' * 9}"
    for number in range(30)
)
SHELF = Shelf([article("refunds", "Refunds", REFUNDS), article("cases", "Refund cases", LONG)])
QUESTION = "How do I ask for a refund? And is a setup fee refunded as well?"
TALKED = tuple(Utterance("customer" if turn % 2 else "bot", "We spoke of a refund. " * 40) for turn in range(10))
OURS = {"text": "Setup fees are never refunded.", "kind": "fact", "ask": 1, "evidence": [1, 2, 3]}
DRAFT = {"sentences": [OURS], "answered": [1], "clarified": [], "declined": []}


def willing(request: dict[str, Any]) -> Behaviour:
    """Draft from an article, and fail whatever else is asked."""
    return (
        says(json.dumps(DRAFT)) if "You write a reply" in request["messages"][0]["content"] else FAULTS["server error"]
    )


def garrulous(request: dict[str, Any]) -> Behaviour:
    """Answer at length, and with more than was asked for."""
    return says(json.dumps(DRAFT | {"extra": "As I said, " * 200}))


def wrong(request: dict[str, Any]) -> Behaviour:
    """Answer in a shape that nobody asked for."""
    return FAULTS["wrong answer"]


def counting(model: Model) -> Model:
    """Return a model whose server counts the tokens it reads, as those of the trade do."""

    def answer(request: dict[str, Any]) -> Behaviour:
        behaviour = model(request)
        completion = json.loads(behaviour.body)
        if "usage" in completion:
            completion["usage"] = {"prompt_tokens": tokens(request), "completion_tokens": 200}
        return replace(behaviour, body=json.dumps(completion))

    return answer


MODELS: dict[str, Model] = {
    "willing": willing,
    "garrulous": garrulous,
    "wrong": wrong,
    "leaking": hostile.leaking,
    "obedient": hostile.obedient,
}


async def decide(server: StubServer, sends: str, text: str = QUESTION) -> Decision:
    model = OpenAICompatible(Endpoint(server.url, "a-key", "small", "large", timeout=2.0))
    ports = graph.Context(SHELF, Fallback(model, EMBEDDED), EMBEDDED, SHIPPED, lambda: datetime.now(UTC), Sends(sends))
    try:
        return await graph.handle(Turn(CaseId("case_1"), DEFAULT_BRAND, text, TALKED), ports)
    finally:
        await model.close()


def tokens(request: dict[str, Any]) -> int:
    """Count the tokens of a prompt by a vocabulary that knows nothing of how the hub estimates them."""
    return sum(len(TOKENIZER.encode(str(message["content"])).ids) for message in request["messages"])


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("text", [QUESTION, "And that?", f"{QUESTION} {'It began in spring and never ended. ' * 200}"])
async def test_a_message_costs_three_calls_and_3500_prompt_tokens_at_most(name: str, text: str) -> None:
    async with StubServer(counting(MODELS[name])) as server:
        await decide(server, "openai_compatible", text)

    assert len(server.requests) <= CALLS
    assert sum(map(tokens, server.requests)) <= PROMPT_TOKENS * SLACK


async def test_a_draft_counts_as_its_writers_whoever_checked_it() -> None:
    """The embedded engine checks it in the end; that it was graded must not speak for the model."""
    async with StubServer(willing) as server:
        decision = await decide(server, sends="embedded", text="Is a setup fee refunded?")

    assert decision.reply is not None
    assert "Setup fees are never refunded." in decision.reply.text
    assert (decision.outcome, decision.confidence) == ("suggested", None)
    assert decision.engine.name == "openai_compatible"
    assert decision.engine.fallback is not None
