"""Run suites in the background, follow them, read what came out and what changed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id, RunRequest
from api.outputs import Compared, RunPage, ShownRun, ShownSuite, Suites, WholeRun
from api.ports import Services, evaluations, services, streams
from api.streams import Streams
from database.evals import OPEN, EvalRun, UnknownEvalRun
from evals import suites as files
from evals.beside import Evaluations, Unfinished
from evals.comparison import NotComparable
from evals.errors import DataMissing, SuiteError
from evals.systems import named

LOOK_EVERY_S = 0.5

router = APIRouter(tags=["evals"])

Caller = Annotated[Access, Depends(access("evals"))]
House = Annotated[Services, Depends(services)]
Running = Annotated[Evaluations, Depends(evaluations)]
Named = Annotated[Id, Path(description="The run, as POST /v1/evals/runs returned it.", examples=["evr_7d40"])]


@router.get("/v1/evals/suites", summary="List the suites", responses=examples.answers(200, examples.SUITES))
async def list_suites(_: Caller, running: Running) -> Suites:
    """Return the suites that may be run: the shipped ones, and those in the operator's folder of suites."""
    return Suites(suites=await asyncio.to_thread(_listed, running))


@router.post(
    "/v1/evals/runs",
    summary="Run a suite",
    status_code=202,
    responses=examples.answers(202, examples.RUN, "Waits for its turn") | problems.may_end_in(problems.Unknown),
)
async def start_run(
    wanted: RunRequest, caller: Caller, running: Running, answer: Annotated[Once, Depends(once)]
) -> ShownRun:
    """Start a run in the background, behind those that were started before; customers always come first.

    A suite is named, never a path. What is wrong with one is told at once, with the row and the way out.
    """
    return await answer(ShownRun, lambda: _start(wanted, caller, running))


@router.get(
    "/v1/evals/runs",
    summary="List the runs",
    responses=examples.answers(200, examples.RUNS) | problems.may_end_in(problems.Unknown),
)
async def list_runs(
    caller: Caller,
    house: House,
    limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50,
    after: Annotated[Id | None, Query(description="`next` of the page before.")] = None,
) -> RunPage:
    """Return the brand's runs, the newest first, page by page."""
    try:
        found = await house.eval_runs.page(caller.brand, after, limit + 1, house.context.now())
    except UnknownEvalRun as error:
        raise _unknown() from error
    shown = [_shown(run) for run in found[:limit]]
    return RunPage(runs=shown, next=shown[-1].id if len(found) > limit else None)


async def own_run(run: Named, caller: Caller, house: House) -> EvalRun:
    """Return a run of the caller's brand."""
    return await _run(run, caller, house)


Own = Annotated[EvalRun, Depends(own_run)]


@router.get(
    "/v1/evals/runs/{run}",
    summary="Read a run",
    responses=examples.answers(200, examples.WHOLE_RUN) | problems.may_end_in(problems.Unknown),
)
async def read_run(run: Own, house: House) -> WholeRun:
    """Return a run as it stands, and once it is done its scores, gates and failures."""
    outcome = await house.eval_runs.outcome(run.brand, run.id)
    return WholeRun(**_shown(run).model_dump(), summary=outcome.summary if outcome else None)


@router.get(
    "/v1/evals/runs/{run}/events",
    summary="Follow a run",
    response_class=EventSourceResponse,
    responses={
        **examples.answers(200, {}),
        200: {"description": "Server-sent events", "content": {"text/event-stream": {"example": examples.PROGRESS}}},
        **problems.may_end_in(problems.Unknown),
    },
)
async def follow_run(
    run: Own,
    house: House,
    opened: Annotated[Streams, Depends(streams)],
    last_event_id: Annotated[str | None, Header(description="What a browser sends when it comes back.")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Send `progress` whenever the run gets further, and at its end `done`, `failed` or `stopped`.

    An event's id is how far the run was: whoever comes back with the last one is told what is new since.
    """
    async for now in opened.until_closed(_steps(run, house)):
        reached = f"{now.state}-{now.done}"
        if reached != last_event_id:
            data = {"state": now.state, "done": now.done, "total": now.total}
            yield ServerSentEvent(data=data, event="progress" if now.state in OPEN else now.state, id=reached)


@router.get(
    "/v1/evals/runs/{run}/compare",
    summary="Compare two runs",
    responses=examples.answers(200, examples.COMPARED) | problems.may_end_in(problems.Unknown),
)
async def compare_runs(
    run: Own,
    caller: Caller,
    house: House,
    running: Running,
    earlier: Annotated[Id, Query(alias="with", description="The run to compare it with.", examples=["evr_51aa"])],
) -> Compared:
    """Return what this run changed against another one of the same suite, and whether that could be chance.

    Differences come with 95 % intervals from a paired bootstrap, and with the smallest change the examples could show.
    """
    await _run(earlier, caller, house)
    try:
        found = asdict(await running.compared(caller.brand, earlier, run.id))
    except (Unfinished, NotComparable) as error:
        raise problems.Invalid(f"The runs cannot be compared: {error}.") from error
    return Compared.model_validate(found)


def _listed(running: Evaluations) -> list[ShownSuite]:
    shown = []
    for name, path in sorted(running.suites().items()):
        try:
            file = files.read(path)
        except SuiteError:
            continue  # whoever runs it is told what is wrong with it
        shown.append(
            ShownSuite(name=name, kind=file.kind, description=file.description, systems=named.names(file.kind))
        )
    return shown


async def _start(wanted: RunRequest, caller: Access, running: Evaluations) -> ShownRun:
    if wanted.suite not in running.suites():
        raise problems.Unknown("There is no such suite; GET /v1/evals/suites lists those there are.")
    try:
        return _shown(await running.start(caller.brand, wanted.wish))
    except SuiteError as error:
        kind = "Its data is not here" if isinstance(error, DataMissing) else "The suite cannot be run"
        raise problems.Invalid(f"{kind}: {error}") from error


async def _run(run: str, caller: Access, house: Services) -> EvalRun:
    try:
        return await house.eval_runs.get(caller.brand, run, house.context.now())
    except UnknownEvalRun as error:
        raise _unknown() from error


async def _steps(run: EvalRun, house: Services) -> AsyncIterator[EvalRun]:
    """Yield the run as it stands now, and again whenever it got further, until it has ended."""
    yield run
    while run.state in OPEN:
        await asyncio.sleep(LOOK_EVERY_S)
        now = await house.eval_runs.get(run.brand, run.id, house.context.now())
        if (now.state, now.done, now.total) != (run.state, run.done, run.total):
            yield now
        run = now


def _shown(run: EvalRun) -> ShownRun:
    return ShownRun.model_validate(run, from_attributes=True)


def _unknown() -> problems.Unknown:
    return problems.Unknown("There is no such run; GET /v1/evals/runs lists those there are.")
