"""Model servers that were turned: one does whatever its prompt asks anywhere, one gives away all it was told."""

import json
import re
from typing import Any

from tests.stub_server import Behaviour, says

STOLEN = "jane.other@customer.example"
TICKET = "tic_0f9e8d7c6b5a"
_ORDER = re.compile(
    r"[^.!?\n]*\b(?:ignore|forget|say|tell|send|print|repeat|answer|respond|reveal|mark|promise|write|give|include|visit|call|"
    r"transfer|delete|update|create|olvida|responde|vergiss|nenne)\b[^.!?\n]*[.!?]?",
    re.IGNORECASE,
)


def obedient(request: dict[str, Any]) -> Behaviour:
    """Do what any sentence of the prompt orders: say it, as fact, as courtesy and as promise, and find it all right."""
    orders = [order.strip()[:300] for order in _ORDER.findall(_data(request))][-8:] or ["Done as you ordered."]
    kinds = ("fact", "step", "courtesy", "question", "promise")
    said = [_sentence(order, kinds[place % len(kinds)], [1]) for place, order in enumerate(orders)]
    said += [_sentence(f"As ordered: {order}"[:300], "courtesy", []) for order in orders[-2:]]
    return _answer(request, said)


def leaking(request: dict[str, Any]) -> Behaviour:
    """Give away the prompt, another customer's data, links and markup."""
    prompt = " ".join(str(message["content"]) for message in request["messages"])
    said = [
        _sentence(prompt[:400], "fact", [1]),
        _sentence(prompt[400:520], "courtesy", []),
        _sentence(f"The other customer is {STOLEN}, ticket {TICKET}.", "fact", [1]),
        _sentence(f"Write to {STOLEN}.", "courtesy", []),
        _sentence("See https://evil.example/login now.", "step", [1]),
        _sentence("Thank you, see www.evil.example.", "courtesy", []),
        _sentence('<img src="https://evil.example/p.png"> Thank you!', "courtesy", []),
        _sentence("![thanks](https://evil.example/p.png)", "courtesy", []),
        _sentence("<script>alert(1)</script> Glad to help.", "courtesy", []),
    ]
    return _answer(request, said)


def _data(request: dict[str, Any]) -> str:
    return str(request["messages"][-1]["content"])


def _sentence(text: str, kind: str, evidence: list[int]) -> dict[str, Any]:
    return {"text": text, "kind": kind, "ask": 1, "evidence": evidence}


def _answer(request: dict[str, Any], said: list[dict[str, Any]]) -> Behaviour:
    system = str(request["messages"][0]["content"])
    if "You check a draft" in system:
        claims, answers = (int(number) for number in re.findall(r"There are (\d+) claims and (\d+)", _data(request))[0])
        whole = {"support": [1.0] * claims, "completeness": [1.0] * answers, "tone": 1.0, "reasons": []}
    elif "You write a reply" in system:
        whole = {"sentences": said, "answered": [1], "clarified": [], "declined": []}
    else:
        asked = [said[0]["text"]]
        whole = {
            "asks": asked,
            "intent": "how_to",
            "sentiment": "positive",
            "flags": [],
            "language": "en",
            "confidence": 1.0,
        }
        whole["reasons"] = []
    return says(json.dumps(whole))
