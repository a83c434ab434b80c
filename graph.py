"""The hub: what happens to a turn, in order.

    START -> triage -> retrieve -> draft -> check -> gate -> END
                                    ^________|         |
                               one redraft at most     +---> hand_over -> END

A request for a person, and what concerns safety, law or abuse, goes from triage straight to hand_over. A thinking node
that fails or runs out of time goes there too; whatever else raises ends in the minimal handover of `handle`.
Each node reads the keys its argument names and writes the one key it returns.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Literal

import structlog
from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command
from opentelemetry.trace import NoOpTracer, Tracer
from typing_extensions import TypedDict

import prompts
from agents import checker, drafter, gate, handover, notices, retriever, rewriter, secrets, triager
from agents.gate import Sending
from agents.retriever import Found
from agents.triager import Engines
from domain.budget import Budget
from domain.decisions import Decision, Gate, Handover, HandoverReason, TriageSummary
from domain.drafts import Draft
from domain.ids import BrandId
from domain.policy import Policy
from domain.triage import Flag, Triage
from domain.turns import Turn
from domain.verdicts import Verdict
from engines import watching
from engines.engine import Engine
from kb_index.index import Index

DRAFTS_AT_MOST = 2
SECONDS_FOR_A_CHAT = 20
SECONDS_ELSEWHERE = 60
STEPS_AT_MOST = 20
PROMPTS = ("triage", "rewrite", "draft", "check", "repair")

AT_ONCE: dict[Flag, HandoverReason] = {
    "wants_person": "asked_for_person",
    "safety": "safety",
    "legal": "policy",
    "abuse": "policy",
}

log = structlog.get_logger()


async def _unheard(status: str) -> None:
    """Tell nobody: the default of whoever follows a case."""


@dataclass(frozen=True)
class Context:
    """The ports of the nodes; `sending` says what may be sent to a brand's customers without a person.

    `tracer` gets a span of each turn and of each thinking node in it, without anybody's words.
    """

    index: Index
    engine: Engine
    embedded: Engine
    policy: Policy
    now: Callable[[], datetime]
    sending: Callable[[BrandId], Sending] = gate.nothing
    tracer: Tracer = field(default_factory=NoOpTracer)

    @property
    def engines(self) -> Engines:
        """Return who may be asked what an engine without a model could do as well, or not at all."""
        return Engines(embedded=self.embedded, best=self.engine)


@dataclass(frozen=True)
class Pass:
    """One turn's way through the hub: the ports, what it may spend, who follows it, how long each node took."""

    context: Context
    budget: Budget
    note: Callable[[str], Awaitable[None]] = _unheard
    timings_ms: dict[str, float] = field(default_factory=dict)


class Received(TypedDict):
    """A turn arrived."""

    turn: Turn


class Triaged(Received):
    """We know what it asks."""

    triage: Triage


class Retrieved(Triaged):
    """We know what the help center says."""

    found: Found


class Drafted(Retrieved):
    """We have a reply, and every reply before it."""

    drafts: tuple[Draft, ...]


class Checked(Drafted):
    """We know what is wrong with the last reply."""

    verdict: Verdict


class Gated(Checked):
    """We know whether it may be sent."""

    gate: Gate


class Drafting(Retrieved, total=False):
    """What the drafter reads: the drafts and the verdict exist from the second round on."""

    drafts: tuple[Draft, ...]
    verdict: Verdict


class Case(Received, total=False):
    """Everything a case can hold; how much depends on how far it came."""

    triage: Triage
    found: Found
    drafts: tuple[Draft, ...]
    verdict: Verdict
    gate: Gate
    handover: Handover
    fault: str


class Update(TypedDict, total=False):
    """What a node writes: one of these."""

    triage: Triage
    found: Found
    drafts: tuple[Draft, ...]
    verdict: Verdict
    gate: Gate
    handover: Handover
    fault: str


async def triage(state: Received, runtime: Runtime[Pass]) -> Update:
    """Find out what the customer asks."""
    ports, budget = runtime.context.context, runtime.context.budget
    return {"triage": await triager.triage(state["turn"], ports.engines, ports.policy, budget)}


async def retrieve(state: Triaged, runtime: Runtime[Pass]) -> Update:
    """Look it up in the help center."""
    ports, turn, triaged = runtime.context.context, state["turn"], state["triage"]
    reworded = await rewriter.rewrite(turn, triaged.asks, ports.engines, runtime.context.budget)
    return {"found": await retriever.retrieve(turn, triaged.asks, triaged.language, ports.index, reworded)}


async def draft(state: Drafting, runtime: Runtime[Pass]) -> Update:
    """Write a reply, or mend the last one."""
    ports, budget = runtime.context.context, runtime.context.budget
    basis = (state["turn"], state["triage"], state["found"].evidence)
    if "verdict" in state:
        before = (state["drafts"][-1], state["verdict"])
        return {"drafts": (*state["drafts"], await drafter.redraft(*basis, before, ports.engine, ports.policy, budget))}
    return {"drafts": (await drafter.draft(*basis, ports.engine, ports.policy, budget),)}


async def check(state: Drafted, runtime: Runtime[Pass]) -> Update:
    """Judge the last reply."""
    ports, budget = runtime.context.context, runtime.context.budget
    last, evidence = state["drafts"][-1], state["found"].evidence
    return {"verdict": await checker.check(last, state["triage"], evidence, ports.engines, ports.policy, budget)}


async def pass_gate(state: Checked, runtime: Runtime[Pass]) -> Update:
    """Decide whether the reply may be sent."""
    ports, found = runtime.context.context, state["found"]
    basis = (state["turn"], state["triage"], found, state["drafts"][-1], state["verdict"])
    return {"gate": gate.decide(*basis, ports.policy, ports.sending(state["turn"].brand))}


async def hand_over(state: Case, runtime: Runtime[Pass]) -> Update:
    """Give the ticket to a person, with everything found so far."""
    packet = handover.hand_over(
        state["turn"],
        _reason(state),
        runtime.context.context.policy,
        triage=state.get("triage"),
        evidence=state["found"].evidence if "found" in state else (),
        draft=state["drafts"][-1] if "drafts" in state else None,
        verdict=state.get("verdict"),
        missing=(state["fault"],) if "fault" in state else (),
    )
    return {"handover": packet}


def _reason(state: Case) -> HandoverReason:
    if "fault" in state:
        return "fault"
    if "gate" in state and state["gate"].handover:
        return state["gate"].handover
    return next(AT_ONCE[flag] for flag in AT_ONCE if flag in state["triage"].flags)


def after_triage(state: Triaged) -> Literal["retrieve", "hand_over"]:
    """Let a person take at once what only a person should."""
    return "hand_over" if set(AT_ONCE) & set(state["triage"].flags) else "retrieve"


def after_check(state: Checked) -> Literal["draft", "gate"]:
    """Mend a faulty reply once."""
    mendable = state["drafts"][-1].sentences and len(state["drafts"]) < DRAFTS_AT_MOST
    return "draft" if mendable and not state["verdict"].passes else "gate"


def after_gate(state: Gated) -> Literal["hand_over", "__end__"]:
    """End, or give the ticket to a person."""
    return "hand_over" if state["gate"].outcome == "handed_over" else "__end__"


async def to_a_person(state: Case, error: NodeError) -> Command[Literal["hand_over"]]:
    """Hand over when a thinking node fails."""
    log.warning("node failed", node=error.node, error=repr(error.error), case=state["turn"].case)
    return Command(goto="hand_over", update={"fault": f"{error.node} failed: {type(error.error).__name__}"})


def clocked(name: str, node: Callable[..., Awaitable[Update]]) -> Callable[..., Awaitable[Update]]:
    """Return the node under the case's deadline, its time noted and its start told to whoever follows."""

    @functools.wraps(node)
    async def run(state: Any, runtime: Runtime[Pass]) -> Update:
        here = runtime.context
        began = here.context.now()
        await here.note(name)
        try:
            with watching.span(here.context.tracer, f"invoke_agent {name}", _agent(name)):
                async with asyncio.timeout(here.budget.seconds_left()):
                    return await node(state, runtime)
        finally:
            took = (here.context.now() - began) / timedelta(milliseconds=1)
            here.timings_ms[name] = round(here.timings_ms.get(name, 0.0) + took, 2)

    return run


def _agent(name: str) -> dict[str, str]:
    return {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}


Hub = CompiledStateGraph[Case, Pass, Received, Case]


@functools.cache
def build() -> Hub:
    """Wire the nodes together, once."""
    builder = StateGraph(Case, context_schema=Pass, input_schema=Received)
    for name, node in (("triage", triage), ("retrieve", retrieve), ("draft", draft), ("check", check)):
        builder.add_node(name, clocked(name, node), error_handler=to_a_person)
    builder.add_node("gate", pass_gate)
    builder.add_node("hand_over", hand_over)
    builder.add_edge(START, "triage")
    builder.add_conditional_edges("triage", after_triage)
    builder.add_edge("retrieve", "draft")
    builder.add_edge("draft", "check")
    builder.add_conditional_edges("check", after_check)
    builder.add_conditional_edges("gate", after_gate)
    builder.add_edge("hand_over", END)
    return builder.compile()


async def handle(turn: Turn, context: Context, note: Callable[[str], Awaitable[None]] = _unheard) -> Decision:
    """Take one turn through the hub and return its decision, whatever happens on the way.

    `note` is told the name of each node as it starts.
    """
    with watching.span(context.tracer, "invoke_workflow turn", _workflow(turn)) as span:
        decision = await _handle(turn, context, note)
        span.set_attribute("deskhand.outcome", decision.outcome)
        if decision.handover:
            span.set_attribute("deskhand.handover.reason", decision.handover.reason)
    return decision


def _workflow(turn: Turn) -> dict[str, str]:
    named = {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "turn"}
    talk = {"gen_ai.conversation.id": turn.ticket} if turn.ticket else {}
    return {**named, **talk, "deskhand.case": turn.case, "deskhand.brand": turn.brand, "deskhand.channel": turn.channel}


async def _handle(turn: Turn, context: Context, note: Callable[[str], Awaitable[None]]) -> Decision:
    turn = secrets.kept_out(turn)
    began = context.now()
    seconds = SECONDS_FOR_A_CHAT if turn.channel == "chat" else SECONDS_ELSEWHERE
    here = Pass(context, Budget(context.now, began + timedelta(seconds=seconds)), note)
    try:
        done = await build().ainvoke(
            {"turn": turn}, config={"recursion_limit": STEPS_AT_MOST}, context=here, version="v2"
        )
        return decided(done.value, here, began)
    except Exception as error:
        log.exception("case failed", case=turn.case)
        return _minimal(here, turn, began, f"the hub failed: {type(error).__name__}")


def give_up(turn: Turn, context: Context, fault: str) -> Decision:
    """Return the minimal handover of a turn that is not to be tried again, saying why."""
    turn = secrets.kept_out(turn)
    began = context.now()
    return _minimal(Pass(context, Budget(context.now, began)), turn, began, fault)


def _minimal(here: Pass, turn: Turn, began: datetime, fault: str) -> Decision:
    packet = handover.hand_over(turn, "fault", here.context.policy, missing=(fault,))
    return decided({"turn": turn, "fault": fault, "handover": packet}, here, began)


def decided(case: Case, here: Pass, began: datetime) -> Decision:
    """Return the decision a finished case amounts to; its outcome is derived here and nowhere else."""
    turn, packet, passed = case["turn"], case.get("handover"), case.get("gate")
    triaged, last = case.get("triage"), case["drafts"][-1] if "drafts" in case else None
    policy, ended = here.context.policy, here.context.now()
    here.timings_ms["total"] = round((ended - began) / timedelta(milliseconds=1), 2)
    return Decision(
        case=turn.case,
        ticket=turn.ticket,
        outcome="handed_over" if packet else passed.outcome if passed else "handed_over",
        confidence=passed.confidence if passed else None,
        reply=notices.reply(turn, policy, triaged, last, passed, packet),
        asks=packet.asks if packet else last.asks if last else (),
        promises=last.promises if last and not packet else (),
        triage=_summed_up(triaged) if triaged else None,
        evidence=handover.shown(case["found"].evidence) if "found" in case else (),
        verdict=case.get("verdict"),
        handover=packet,
        reasons=_reasons(case),
        engine=here.budget.engine(last.writer if last else ""),
        versions=_versions(policy),
        usage=here.budget.usage(),
        timings_ms=here.timings_ms,
        decided_at=ended,
        features=passed.features if passed else {},
    )


def _versions(policy: Policy) -> dict[str, str]:
    worded = {f"prompt:{name}": prompts.version(name) for name in PROMPTS}
    edition = {"policy": policy.version, "policy_number": str(policy.number)}
    return {"deskhand": version("deskhand"), **edition, **worded}


def _summed_up(triaged: Triage) -> TriageSummary:
    shown = {name: value for name, value in vars(triaged).items() if name not in ("asks", "outside", "frustration")}
    return TriageSummary(**shown)


def _reasons(case: Case) -> tuple[str, ...]:
    packet, passed = case.get("handover"), case.get("gate")
    handed = (f"handed over: {packet.reason}",) if packet else ()
    return (*handed, *(passed.reasons if passed else ()), *((case["fault"],) if "fault" in case else ()))
