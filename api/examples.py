"""What answers look like, for the manual; a test holds each against its model."""

from typing import Any

from api import problems

Example = dict[str, Any]

_PASSAGE = {
    "id": "refunds#8f14e45fce",
    "text": "You can ask for a refund within 30 days of a payment.",
    "start": 27,
    "end": 80,
    "score": 0.91,
}
_URL = "https://help.example.com/refunds"
_CITATION = {
    "article": "refunds",
    "passage": "refunds#8f14e45fce",
    "quote": "You can ask for a refund within 30 days of a payment.",
    "start": 27,
    "end": 80,
}
_SENTENCE = {
    "text": "You can ask for a refund within 30 days of a payment.",
    "kind": "fact",
    "ask": "ask_1",
    "citations": [_CITATION],
}
_ASK = {"id": "ask_1", "text": "How long can I ask for a refund?", "state": "answered"}

FOUND: Example = {
    "query": "How do I get a refund?",
    "results": [
        {
            "article": "refunds",
            "title": "Refunds",
            "url": _URL,
            "score": 0.93,
            "passages": [_PASSAGE],
            "reasons": ["12 similar tickets were solved with this article"],
        }
    ],
    "answerability": {
        "probability": 0.86,
        "answerable": True,
        "reasons": [
            "answered with probability 0.86; 0.27 is enough, fitted to this help center's titles",
            "the nearest passage is nearer than usual: cosine 0.71",
        ],
    },
    "search": "sea_2d7e",
}
DECISION: Example = {
    "case": "cas_5e1d",
    "ticket": None,
    "outcome": "answered",
    "confidence": 0.82,
    "reply": {"text": _SENTENCE["text"], "sentences": [_SENTENCE]},
    "asks": [_ASK],
    "promises": [],
    "triage": {
        "intent": "refund",
        "priority": "P3",
        "sentiment": "neutral",
        "language": "en",
        "entities": [],
        "skills": ["billing"],
        "flags": [],
        "confidence": 0.88,
        "reasons": ["nearest examples are of the intent 'refund'"],
    },
    "evidence": [
        {
            "ask": "ask_1",
            "article": "refunds",
            "passage": "refunds#8f14e45fce",
            "title": "Refunds",
            "url": _URL,
            "score": 0.91,
            "text": _PASSAGE["text"],
        }
    ],
    "verdict": {"grounding": 1.0, "completeness": 0.94, "tone": 1.0, "policy": 1.0, "faults": [], "clarity": 1.0},
    "handover": None,
    "reasons": ["every ask is answered and every sentence is supported"],
    "engine": {"name": "embedded", "model": None, "fallback": None},
    "versions": {"policy": "3f9a1c"},
    "usage": {"model_calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "cached_tokens": 0, "cost": 0.0},
    "timings_ms": {"triage": 9.1, "retrieve": 14.2, "draft": 3.3, "check": 2.8},
    "decided_at": "2026-05-04T09:00:00Z",
    "features": {"match": 0.71, "said": 0.83, "completeness": 0.94},
}
ACCEPTED: Example = {
    "ticket": "tic_9c2e",
    "message": "msg_41d7",
    "events": "/v1/chat/tic_9c2e/events?after=0",
    "notice": "You are talking to a bot, not a person. You can ask for a person at any time.",
}
CONVERSATION: Example = {
    "ticket": "tic_9c2e",
    "handed_over": False,
    "working": None,
    "last_event": 7,
    "rating": None,
    "messages": [
        {
            "id": "msg_41d7",
            "author": "customer",
            "kind": "text",
            "text": "How long can I ask for a refund?",
            "at": "2026-05-04T09:00:00Z",
            "sentences": [],
            "sources": [],
        },
        {
            "id": "msg_41d8",
            "author": "bot",
            "kind": "reply",
            "text": _SENTENCE["text"],
            "at": "2026-05-04T09:00:01Z",
            "sentences": [{"text": _SENTENCE["text"], "kind": "fact", "ask": "ask_1", "sources": [1]}],
            "sources": [
                {"number": 1, "article": "refunds", "title": "Refunds", "url": _URL, "quotes": [_CITATION["quote"]]}
            ],
        },
    ],
}
EVENTS = """event: status
data: {"case":"cas_5e1d","status":"searching"}
id: 5

event: reply
data: {"case":"cas_5e1d","message":{"id":"msg_41d8","author":"bot","kind":"reply","text":"You can ask ...",
       "at":"2026-05-04T09:00:01Z","sentences":[...],"sources":[...]}}
id: 6

event: done
data: {"case":"cas_5e1d"}
id: 7"""
_LISTED = {
    "id": "refunds",
    "title": "Refunds",
    "url": _URL,
    "updated_at": "2026-05-04T09:00:00Z",
    "visibility": "public",
    "language": "en",
    "translation_of": None,
    "tags": ["billing"],
    "owner": "Billing",
    "review_by": "2027-05-04",
    "suspicion": None,
}
STANDING: Example = {
    "version": 3,
    "stored_at": "2026-05-04T09:00:00Z",
    "reviewed_at": "2026-05-04T09:00:00Z",
    "up": 12,
    "down": 2,
    "views": 840,
    "helpfulness": 0.7777777777777778,
}
ARTICLES: Example = {"articles": [_LISTED], "next": "refunds"}
ARTICLE: Example = {
    **_LISTED,
    "body": "## When you get a refund\n\nYou can ask for a refund within 30 days of a payment.",
    "standing": STANDING,
}
_VERSION = {
    "version": 3,
    "at": "2026-05-04T09:00:00Z",
    "by": "key_5b7c",
    "title": "Refunds",
    "visibility": "public",
}
VERSIONS: Example = {"article": "refunds", "versions": [_VERSION]}
VERSION: Example = {**_VERSION, "body": ARTICLE["body"]}
_REPLY = {
    "message": "msg_41d8",
    "ticket": "tic_9c2e",
    "at": "2026-05-04T09:00:01Z",
    "sentences": [_SENTENCE["text"]],
}
REPLIES: Example = {"replies": [_REPLY], "next": None}
AGREEMENTS: Example = {
    "complete": True,
    "shelves": [
        {"visibility": "public", "passages": 412, "missing": 0, "surplus": 0, "articles": 76, "worded": 76},
        {"visibility": "internal", "passages": 23, "missing": 0, "surplus": 0, "articles": 5, "worded": 5},
    ],
}
ACKNOWLEDGED_ROW: Example = {"index": 0, "id": "refunds", "state": "changed", "reason": None}
ACKNOWLEDGED: Example = {
    "rows": [
        ACKNOWLEDGED_ROW,
        {"index": 1, "id": "seats", "state": "failed", "reason": "title: Field required."},
    ]
}
DELETED: Example = {"id": "refunds", "state": "deleted", "replies": [_REPLY], "next": None}
SUITES: Example = {
    "suites": [
        {
            "name": "demo",
            "kind": "replies",
            "description": "Forty questions over the help center of the demo.",
            "systems": ["deskhand", "embedded"],
        }
    ]
}
RUN: Example = {
    "id": "evr_7d40",
    "suite": "demo",
    "system": "deskhand",
    "state": "waiting",
    "done": 0,
    "total": None,
    "passed": None,
    "error": None,
    "created_at": "2026-05-04T09:00:00Z",
    "ended_at": None,
}
_DONE = {**RUN, "state": "done", "done": 40, "total": 40, "passed": True, "ended_at": "2026-05-04T09:00:21Z"}
RUNS: Example = {"runs": [_DONE], "next": None}
WHOLE_RUN: Example = {
    **_DONE,
    "summary": {
        "scores": [{"scorer": "passed", "slice": None, "value": 0.775, "error": 0.067, "n": 40}],
        "gates": [{"scorer": "passed", "value": 0.775, "line": "at least 0.7", "passed": True}],
        "failures": [{"example": "demo-021", "reason": "is answered, expected handed_over"}],
    },
}
COMPARED: Example = {
    "suite": "demo",
    "paired": 40,
    "unpaired": 0,
    "differences": [{"scorer": "passed", "slice": None, "change": {"change": 0.05}, "finding": "no difference seen"}],
    "regressions": [],
    "improvements": [{"example": "demo-021", "repeat": 0, "asked": "Can my clients pay in bitcoin?", "reason": "..."}],
}
PROGRESS = """event: progress
data: {"state":"running","done":12,"total":40}
id: running-12

event: done
data: {"state":"done","done":40,"total":40}
id: done-40"""
MARKED: Example = {
    "completeness": 0.71,
    "tone": {
        "professional": 0.99,
        "empathetic": 1.0,
        "solution_focused": 0.98,
        "no_blame": 0.99,
        "no_filler": 0.97,
        "matched": 1.0,
        "clear": 1.0,
    },
    "grounding": None,
    "marks": [
        {
            "part": "completeness",
            "score": 0.71,
            "sentence": "Open Billing and choose Refund; it takes 5 working days.",
            "reason": "by itself this sentence answers the ask to 0.71",
            "ask": "How do I get my money back?",
        }
    ],
}
_KEY = {
    "id": "key_5b7c",
    "name": "Website widget",
    "prefix": "dh_Zk3q",
    "scopes": ["search", "chat"],
    "created_at": "2026-05-04T09:00:00Z",
    "expires_at": None,
    "last_used_at": "2026-05-04T09:20:00Z",
    "revoked_at": None,
}
KEYS: Example = {"keys": [_KEY]}
NEW_KEY: Example = {**_KEY, "last_used_at": None, "secret": "dh_Zk3q..."}
REVOKED: Example = {"id": "key_5b7c", "state": "revoked"}
HEALTH: Example = {"status": "alive"}
READINESS: Example = {"ready": True, "articles": 76, "faults": {}, "building": None}

_GUARDED = problems.may_end_in(problems.Unauthorized, problems.Forbidden, problems.Invalid, problems.TooSoon)


def shown(status: int, example: Example, description: str = "") -> dict[int | str, dict[str, Any]]:
    """Return what the manual says about a good answer."""
    content = {"application/json": {"example": example}}
    return {status: {"description": description or ("Made" if status == 201 else "Done"), "content": content}}


def answers(status: int, example: Example, description: str = "") -> dict[int | str, dict[str, Any]]:
    """Return what the manual says about a route that takes a key."""
    return {**shown(status, example, description), **_GUARDED}
