"""Decisions as the hub would make them, for tests that need one."""

from dataclasses import replace
from datetime import UTC, datetime

from domain.decisions import Decision, EngineUse, FoundPassage, Handover, Outcome, Reply, TriageSummary, Usage
from domain.drafts import Citation, Sentence
from domain.ids import ArticleId, AskId, CaseId, PassageId
from domain.triage import Ask, Priority
from domain.turns import Turn

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPLY = "You can change your address under Profile."


def answered(turn: Turn, priority: Priority = Priority.P3) -> Decision:
    """Return a decision that answers the turn with one cited sentence."""
    ask = Ask(AskId("1"), turn.text, "answered")
    citation = Citation(ArticleId("profile"), PassageId("profile#1"), "under Profile", 0, 13)
    reply = Reply(REPLY, (Sentence(REPLY, "fact", ask.id, (citation,)),))
    found = FoundPassage(ask.id, citation.article, citation.passage, "Profile", "https://help.example/p", 0.9, "text")
    return decide(turn, "answered", priority, reply, ask, (found,), None)


def suggested(turn: Turn, priority: Priority = Priority.P3) -> Decision:
    """Return a decision whose reply waits for a teammate."""
    return replace(answered(turn, priority), outcome="suggested")


def handed_over(turn: Turn, priority: Priority = Priority.P3) -> Decision:
    """Return a decision that gives the turn to a person."""
    ask = Ask(AskId("1"), turn.text, "handed_over")
    packet = Handover(
        reason="asked_for_person",
        summary=turn.text,
        asks=(ask,),
        evidence=(),
        tried=(),
        missing=(),
        team="support",
        skill="general",
        priority=priority,
        sentiment="neutral",
        proposed_reply=None,
    )
    return decide(turn, "handed_over", priority, None, ask, (), packet)


def decide(
    turn: Turn,
    outcome: Outcome,
    priority: Priority,
    reply: Reply | None,
    ask: Ask,
    evidence: tuple[FoundPassage, ...],
    handover: Handover | None,
) -> Decision:
    triage = TriageSummary("address", priority, "neutral", "en", (), ("general",), (), 0.9, ("by example",))
    return Decision(
        case=CaseId(turn.case),
        ticket=turn.ticket,
        outcome=outcome,
        confidence=None,
        reply=reply,
        asks=(ask,),
        promises=(),
        triage=triage,
        evidence=evidence,
        verdict=None,
        handover=handover,
        reasons=("because",),
        engine=EngineUse("scripted", None, None),
        versions={"policy": "1"},
        usage=Usage(1, 100, 20),
        timings_ms={"triage": 1.5},
        decided_at=NOW,
    )
