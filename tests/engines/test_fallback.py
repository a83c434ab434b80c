"""The first engine is asked until it fails; then the second, and the case says why."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from engines.engine import AnswerUnusable, AnswerWithheld, BudgetExhausted, Engine, EngineError, EngineUnavailable
from engines.fallback import Breaker, Fallback
from engines.scripted import Scripted
from engines.tasks import CheckAnswer
from tests.engines.given import budget, check_task

BY_MODEL = CheckAnswer(support=[1.0], completeness=[1.0], tone=1.0, reasons=[])
BY_RULES = CheckAnswer(support=[0.5], completeness=[0.5], tone=0.5, reasons=[])
DOWN = EngineUnavailable("The server answered HTTP 503")


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


async def ask(engine: Engine, clock: Clock) -> CheckAnswer:
    """Ask within a case of its own."""
    return await engine.answer(check_task(), budget(now=clock))


async def test_the_first_engine_answers_while_it_works() -> None:
    case = budget()

    answer = await Fallback(Scripted([BY_MODEL]), Scripted([BY_RULES])).answer(check_task(), case)

    assert answer == BY_MODEL
    assert case.engine().fallback is None


@pytest.mark.parametrize("error", [DOWN, AnswerUnusable("It was cut off"), BudgetExhausted("No calls are left")])
async def test_the_second_engine_answers_when_the_first_fails_and_the_reason_is_noted(error: EngineError) -> None:
    case = budget()

    answer = await Fallback(Scripted([error]), Scripted([BY_RULES])).answer(check_task(), case)

    assert answer == BY_RULES
    assert case.engine().fallback == str(error)


async def test_a_case_that_fell_back_does_not_ask_the_first_engine_again() -> None:
    case = budget()
    first = Scripted([DOWN, BY_MODEL])
    engine = Fallback(first, Scripted([BY_RULES, BY_RULES]))

    answers = [await engine.answer(check_task(), case), await engine.answer(check_task(), case)]

    assert answers == [BY_RULES, BY_RULES]
    assert len(first.tasks) == 1


async def test_the_second_engines_error_is_raised_when_both_fail() -> None:
    with pytest.raises(AnswerUnusable, match="Nothing to say"):
        await ask(Fallback(Scripted([DOWN]), Scripted([AnswerUnusable("Nothing to say")])), Clock())


async def test_a_first_engine_that_keeps_failing_is_left_alone_until_it_has_cooled_down() -> None:
    clock, first = Clock(), Scripted([DOWN] * 3 + [BY_MODEL] * 2)
    engine = Fallback(first, Scripted([BY_RULES] * 9), Breaker(failures=3, cool_down=timedelta(seconds=30)))

    while_down = [await ask(engine, clock) for _ in range(5)]
    asked_while_down = len(first.tasks)
    clock.advance(30)
    afterwards = [await ask(engine, clock) for _ in range(2)]

    assert while_down == [BY_RULES] * 5
    assert asked_while_down == 3
    assert afterwards == [BY_MODEL] * 2


async def test_a_failed_trial_starts_another_cool_down() -> None:
    clock, first = Clock(), Scripted([DOWN] * 3 + [BY_MODEL])
    engine = Fallback(first, Scripted([BY_RULES] * 9), Breaker(failures=2, cool_down=timedelta(seconds=30)))

    for seconds in (0, 0, 30, 29):
        clock.advance(seconds)
        await ask(engine, clock)
    asked = len(first.tasks)
    clock.advance(1)

    assert asked == 3
    assert await ask(engine, clock) == BY_MODEL


async def test_only_one_case_tries_while_the_others_pass_by() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, cool_down=timedelta(seconds=30))
    await ask(Fallback(Scripted([DOWN]), Scripted([BY_RULES]), breaker), clock)
    clock.advance(30)
    slow = Scripted([BY_MODEL, BY_MODEL], delay=0.01)
    engine = Fallback(slow, Scripted([BY_RULES] * 9), breaker)

    answers = await asyncio.gather(*(ask(engine, clock) for _ in range(3)))

    assert answers == [BY_MODEL, BY_RULES, BY_RULES]


async def test_a_trial_that_is_called_off_leaves_room_for_the_next() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, cool_down=timedelta(seconds=30))
    await ask(Fallback(Scripted([DOWN]), Scripted([BY_RULES]), breaker), clock)
    clock.advance(30)

    trial = asyncio.create_task(ask(Fallback(Scripted([BY_MODEL], delay=60), Scripted(), breaker), clock))
    await asyncio.sleep(0)
    trial.cancel()
    await asyncio.wait([trial])

    assert await ask(Fallback(Scripted([BY_MODEL]), Scripted(), breaker), clock) == BY_MODEL


async def test_a_refusal_or_a_filter_does_not_count_as_a_failure_of_the_server() -> None:
    clock = Clock()
    first = Scripted([AnswerWithheld("Model 'large' refused to answer")] * 5 + [BY_MODEL])
    engine = Fallback(first, Scripted([BY_RULES] * 5), Breaker(failures=2))

    answers = [await ask(engine, clock) for _ in range(6)]

    assert answers == [BY_RULES] * 5 + [BY_MODEL]


async def test_a_case_without_budget_says_nothing_about_the_engine() -> None:
    clock = Clock()
    engine = Fallback(
        Scripted([BudgetExhausted("No calls are left")] * 3 + [BY_MODEL]),
        Scripted([BY_RULES] * 3),
        Breaker(failures=1),
    )

    answers = [await ask(engine, clock) for _ in range(4)]

    assert answers == [BY_RULES] * 3 + [BY_MODEL]
