"""Choose who gets a handover and who else must hear of it, by the policy's list, and brief each of them."""

from collections.abc import Mapping

from domain.decisions import Brief, Fact, HandoverReason
from domain.policy import Destination, Policy
from domain.triage import Triage


def briefs(
    reason: HandoverReason, triage: Triage | None, told: Mapping[Fact, str], policy: Policy
) -> tuple[Brief, ...]:
    """Return the brief of whoever owns the ticket, then of each destination that must be told."""
    found = [(rule, _why(rule, reason, triage, told, policy)) for rule in policy.destinations]
    owner = next(((rule, why) for rule, why in found if rule.owns and why), (policy.destinations[-1], "nobody else"))
    others = [(rule, why) for rule, why in found if not rule.owns and why]
    return tuple(_brief(rule, why or "", told) for rule, why in (owner, *others))


def _why(
    rule: Destination, reason: HandoverReason, triage: Triage | None, told: Mapping[Fact, str], policy: Policy
) -> str | None:
    """Return what brings a ticket to a destination, None when nothing does; an unsure intent counts for nothing."""
    if not set(rule.facts) <= set(told):
        return None
    sure = triage is not None and triage.confidence >= policy.thresholds.triage_sure
    if triage and triage.priority in rule.priorities:
        return f"every {triage.priority} comes here"
    if triage and (raised := [flag for flag in rule.flags if flag in triage.flags]):
        return f"flag {raised[0]!r}"
    if triage and sure and triage.intent in rule.intents and (not rule.reasons or reason in rule.reasons):
        return f"it is about {triage.intent!r}"
    if reason in rule.reasons and not rule.intents:
        return f"handed over: {reason}"
    return None


def _brief(rule: Destination, why: str, told: Mapping[Fact, str]) -> Brief:
    wanted = [requirement.fact for requirement in rule.requires]
    return Brief(
        destination=rule.name,
        team=rule.team,
        owns=rule.owns,
        why=why,
        facts={fact: told[fact] for fact in wanted if fact in told},
        questions=tuple(requirement.question for requirement in rule.requires if requirement.fact not in told),
    )
