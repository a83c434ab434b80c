"""A follow-up is put into words that stand alone, where a model can do that, and only for the search."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agents import rewriter
from agents.triager import Engines
from domain.budget import Budget
from domain.decisions import EngineUse, Usage
from domain.ids import DEFAULT_BRAND, AskId, CaseId
from domain.triage import Ask
from domain.turns import Turn, Utterance
from engines.engine import EngineError, EngineUnavailable
from engines.scripted import Scripted
from engines.tasks import RewriteAnswer, RewriteTask

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HISTORY = (
    Utterance("customer", "Can I get a refund for the Team plan?"),
    Utterance("bot", "We refund a payment within 14 days."),
)
TURN = Turn(CaseId("cas_1"), DEFAULT_BRAND, "And how long does it take?", HISTORY)
ASK = Ask(AskId("a1"), "And how long does it take?")
WHOLE = "How long does a refund for the Team plan take?"


def budget() -> Budget:
    return Budget(lambda: NOON, NOON + timedelta(seconds=20))


def engines(*answers: str | EngineError) -> Engines:
    best = Scripted([RewriteAnswer(questions=[it]) if isinstance(it, str) else it for it in answers])
    return Engines(embedded=Scripted(), best=best)


def asked(engines: Engines) -> int:
    assert isinstance(engines.best, Scripted)
    return len(engines.best.tasks)


async def test_a_follow_up_is_searched_by_words_that_stand_alone() -> None:
    found = await rewriter.rewrite(TURN, [ASK], engines(WHOLE), budget())

    assert found == {"a1": WHOLE}


async def test_only_short_asks_are_put_into_other_words_all_in_one_call() -> None:
    long = Ask(AskId("a2"), "Could you also tell me which of my two cards the money for March will go back to?")
    also = Ask(AskId("a3"), "And for Solo?")
    model = Scripted([RewriteAnswer(questions=[WHOLE, "Can I get a refund for the Solo plan?"])])

    found = await rewriter.rewrite(TURN, [ASK, long, also], Engines(Scripted(), model), budget())

    assert found == {"a1": WHOLE, "a3": "Can I get a refund for the Solo plan?"}
    assert model.tasks == [RewriteTask((ASK.text, also.text), HISTORY)]


@pytest.mark.parametrize(
    "question",
    [
        "",
        "How long does a refund take, more than 30 days?",
        "word " * 60,
    ],
)
async def test_words_that_say_nothing_too_much_or_a_figure_nobody_named_are_not_searched(question: str) -> None:
    assert await rewriter.rewrite(TURN, [ASK], engines(question), budget()) == {}


@pytest.mark.parametrize("text", ["And for Studio?", "What about error FW-1203?", "Is it 14 days?"])
async def test_a_name_a_code_and_a_figure_of_the_ask_must_stay(text: str) -> None:
    lost = await rewriter.rewrite(TURN, [replace(ASK, text=text)], engines("Do you refund a payment?"), budget())
    kept = await rewriter.rewrite(TURN, [replace(ASK, text=text)], engines(f"Refunds: {text}"), budget())

    assert lost == {}
    assert kept == {"a1": f"Refunds: {text}"}


async def test_a_first_question_and_a_long_one_cost_no_call() -> None:
    model = engines(WHOLE)
    long = replace(ASK, text="How long does it take until the money for the Team plan is back on my card?")

    assert await rewriter.rewrite(replace(TURN, history=()), [ASK], model, budget()) == {}
    assert await rewriter.rewrite(TURN, [long], model, budget()) == {}
    assert asked(model) == 0


async def test_draft_and_check_come_first_where_a_model_has_read_the_turn_or_rests() -> None:
    model, read, resting = engines(WHOLE), budget(), budget()
    read.spent.append(Usage(1, 600, 100))
    resting.answered_by.append(EngineUse("embedded", None, "The model failed several times in a row and rests"))

    assert await rewriter.rewrite(TURN, [ASK], model, read) == {}
    assert await rewriter.rewrite(TURN, [ASK], model, resting) == {}
    assert asked(model) == 0


async def test_nobody_is_asked_without_a_model() -> None:
    embedded = Scripted([RewriteAnswer(questions=[WHOLE])])

    assert await rewriter.rewrite(TURN, [ASK], Engines(embedded, embedded), budget()) == {}
    assert embedded.tasks == []


async def test_a_model_that_fails_leaves_the_question_and_the_case_as_they_were() -> None:
    case = budget()

    assert await rewriter.rewrite(TURN, [ASK], engines(EngineUnavailable("gone")), case) == {}
    assert case.answered_by == []


def test_a_portion_is_one_call_on_the_same_account_and_never_more_than_the_whole() -> None:
    case = budget()
    case.spent.append(Usage(2, 3000, 0))
    portion = case.portion(1000, 4.0)

    portion.spent.append(Usage(1, 400, 0))

    assert portion.seconds_left() == 4.0
    assert not portion.allows(1)
    assert case.usage().model_calls == 3
    assert case.portion(1000, 90).seconds_left() == 20
    assert not case.portion(1000, 4.0).allows(1)
