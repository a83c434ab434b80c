"""Safety as the product sees it: flags that triage raises, and private details that redaction hides."""

from datetime import timedelta
from typing import Any

import services
from agents import flags
from domain.budget import Budget
from embedding import tokens
from engines import details
from engines.details import Kind
from engines.tagger import Tagger
from engines.tasks import TriageTask
from evals.examples import Example
from evals.runner import SystemFailed
from evals.systems import versions
from kb_index import quarantine
from services import Tools

AT_MOST = timedelta(seconds=60)
FINDERS = (
    "engines/details.py",
    "engines/names.py",
    "engines/tagger.py",
    "engines/tagger.npz",
    "evals/systems/guarding.py",
)
OUTSIDE_WORDS: dict[Kind, str] = {
    "card": "CREDIT_CARD",
    "email": "EMAIL_ADDRESS",
    "iban": "IBAN_CODE",
    "id": "US_SSN",
    "url": "DOMAIN_NAME",
    "ip": "IP_ADDRESS",
    "phone": "PHONE_NUMBER",
    "key": "API_KEY",
    "name": "PERSON",
}


class Watcher:
    """Flags a text that triage would flag as an injection, by its rules and by the policy's examples."""

    def __init__(self, name: str, tools: Tools) -> None:
        self.name = name
        self.id = f"{name} flags {versions.of(*versions.THINKING)} {tools.judge.id} {tools.policy.version}"
        self._tools = tools

    async def run(self, example: Example) -> dict[str, Any]:
        """Return a judgement: 1 where the flag is raised."""
        text = _text(self.name, example)
        budget = Budget(services.now, services.now() + AT_MOST)
        answer = await self._tools.embedded.answer(TriageTask(text, (), None, self._tools.policy), budget)
        raised = sorted({*flags.raised(text), *answer.flags})
        found = "injection" in raised
        return {"score": float(found), "flagged": found, "reasons": [f"flag {flag!r}" for flag in raised]}


class Doorkeeper:
    """Flags a text that would be kept from customers if it stood in an article."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.id = f"{name} suspicion {versions.of('engines/orders.py', 'kb_index/quarantine.py')}"

    async def run(self, example: Example) -> dict[str, Any]:
        """Return a judgement: 1 where the text is suspicious."""
        why = quarantine.suspicion(_text(self.name, example))
        return {"score": float(why is not None), "flagged": why is not None, "reasons": [why] if why else []}


class Redactor:
    """Finds the private details that would be hidden from a model server, in the words of public sets."""

    def __init__(self, name: str, tools: Tools) -> None:
        self.name = name
        self.id = f"{name} redaction {versions.of(*FINDERS)} {tools.judge.id}"
        seen = tokens.door(tools.judge)
        self._tagger = Tagger(seen) if seen else None

    async def run(self, example: Example) -> dict[str, Any]:
        """Return a judgement with the spans found."""
        found = details.found(_text(self.name, example), self._tagger)
        spans = [(OUTSIDE_WORDS[one.kind], one.start, one.end) for one in found if one.kind in OUTSIDE_WORDS]
        return {"score": float(bool(spans)), "flagged": bool(spans), "spans": spans}


def _text(name: str, example: Example) -> str:
    if example.row.kind != "safety":
        raise SystemFailed(f"{name} watches over texts here; it cannot answer {example.row.kind} examples")
    return example.row.text
