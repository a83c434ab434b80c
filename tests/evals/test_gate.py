"""The project's own gate: the demo's help center must be answered as well as the suites record."""

from evals import evaluation
from evals.evaluation import Plan
from services import Tools


async def test_the_demo_is_answered_as_well_as_its_suites_record(tools: Tools) -> None:
    paths = [evaluation.SHIPPED / f"{name}.yaml" for name in ("demo", "demo-retrieval", "demo-given")]

    found = await evaluation.evaluate(Plan(tuple(paths), ("deskhand",)), tools)

    gates = [gate for run in found.runs for gate in run.gates]
    assert found.skipped == ()
    assert [gate.reason for gate in gates if not gate.passed] == []
    assert {gate.scorer for gate in gates} >= {"passed", "outcome", "must_not_include", "answered", "hit@5", "tone"}
    assert [run.score("failed").value for run in found.runs] == [0.0, 0.0, 0.0]  # type: ignore[union-attr]  # always there
