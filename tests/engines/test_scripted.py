"""The engine of prepared answers does what a test says, and says what is missing."""

import pytest

from engines.engine import EngineUnavailable
from engines.scripted import Scripted
from engines.tasks import CheckAnswer, TriageAnswer
from tests.engines.given import budget, check_task, triage_task

TRIAGE = TriageAnswer(
    asks=["Why?"], intent="billing", sentiment="neutral", flags=[], language="en", confidence=0.9, reasons=[]
)
CHECK = CheckAnswer(support=[1.0], completeness=[1.0], tone=1.0, reasons=[])


async def test_each_task_gets_the_next_answer_of_its_shape() -> None:
    engine = Scripted([TRIAGE, CHECK])
    case = budget()

    answers = [await engine.answer(check_task(), case), await engine.answer(triage_task(), case)]

    assert answers == [CHECK, TRIAGE]
    assert [type(task).__name__ for task in engine.tasks] == ["CheckTask", "TriageTask"]
    assert case.engine().name == "scripted"


async def test_a_prepared_error_is_raised_in_its_turn() -> None:
    engine = Scripted([EngineUnavailable("It is night"), CHECK])

    with pytest.raises(EngineUnavailable, match="It is night"):
        await engine.answer(check_task(), budget())

    assert await engine.answer(check_task(), budget()) == CHECK


async def test_a_missing_answer_is_named() -> None:
    engine = Scripted([TRIAGE])

    with pytest.raises(EngineUnavailable, match=r"No CheckAnswer is prepared for task 1; left are \['TriageAnswer'\]"):
        await engine.answer(check_task(), budget())
