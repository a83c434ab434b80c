from dataclasses import replace

from pydantic import TypeAdapter

import graph
from domain.decisions import Decision
from domain.turns import Utterance
from engines.engine import EngineUnavailable
from engines.scripted import Scripted
from engines.tasks import CheckAnswer, DraftAnswer, DraftedSentence, TriageAnswer, TriageTask
from tests.api.conftest import ANSWER, House, calling

TRIAGE = TriageAnswer(
    asks=["Can I get a refund?"],
    intent="refund",
    sentiment="neutral",
    flags=[],
    language="en",
    confidence=0.9,
    reasons=[],
)
DRAFT = DraftAnswer(
    sentences=[DraftedSentence(text=ANSWER, kind="fact", ask=1, evidence=[1, 2, 3])],
    answered=[1],
    clarified=[],
    declined=[],
)
CHECK = CheckAnswer(support=[1.0], completeness=[0.9], tone=1.0, reasons=[])


def scripted(house: House, *answers: TriageAnswer | DraftAnswer | CheckAnswer | EngineUnavailable) -> House:
    engine = Scripted(answers)
    return replace(house, context=replace(house.context, engine=engine, embedded=engine))


async def test_a_draft_is_the_decision_of_the_hub(house: House) -> None:
    async with calling(scripted(house, TRIAGE, DRAFT, CHECK)) as caller:
        response = await caller.post("/v1/drafts", json={"text": "Can I get a refund?"})

    decision = TypeAdapter(Decision).validate_python(response.json())
    assert (response.status_code, decision.ticket) == (200, None)
    assert decision.reply is not None
    cited = [sentence for sentence in decision.reply.sentences if sentence.citations]
    assert [(sentence.text, sentence.citations[0].article) for sentence in cited] == [(ANSWER, "refunds")]


async def test_a_draft_whose_engine_fails_is_a_handover_and_no_error(house: House) -> None:
    async with calling(scripted(house, EngineUnavailable("down"))) as caller:
        response = await caller.post("/v1/drafts", json={"text": "Can I get a refund?"})

    assert (response.status_code, response.json()["outcome"]) == (200, "handed_over")


async def test_a_draft_writes_nothing_to_the_desk(house: House) -> None:
    async with calling(scripted(house, TRIAGE, DRAFT, CHECK)) as caller:
        await caller.post("/v1/drafts", json={"text": "Can I get a refund?"})

    assert await house.desk.count_open() == 0


async def test_a_history_is_understood_in_both_forms(house: House) -> None:
    told = scripted(house, EngineUnavailable("first"), EngineUnavailable("second"))
    lines = ["user: Hello", "agent: Hello: how can I help?"]
    objects = [{"author": "customer", "text": "Hello"}, {"author": "bot", "text": "Hello: how can I help?"}]

    async with calling(told) as caller:
        for history in (lines, objects):
            await caller.post("/v1/drafts", json={"text": "Can I get a refund?", "history": history})

    assert heard(told.context) == [(Utterance("customer", "Hello"), Utterance("bot", "Hello: how can I help?"))] * 2


def heard(context: graph.Context) -> list[tuple[Utterance, ...]]:
    assert isinstance(context.engine, Scripted)
    return [task.history for task in context.engine.tasks if isinstance(task, TriageTask)]
