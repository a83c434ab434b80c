"""What the tests of the engines start from: a small policy, tasks, a budget on a clock that stands still."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.articles import Passage
from domain.budget import Budget
from domain.ids import ArticleId, AskId, PassageId
from domain.policy import Destination, Intent, Phrases, Policy, Risk, Thresholds, Tone, Within
from domain.search import Evidence
from domain.staffing import Target
from domain.triage import Ask, Priority
from domain.turns import Utterance
from engines.tasks import CheckTask, DraftTask, TriageTask

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

POLICY = Policy(
    version="test",
    languages=("en",),
    intents=(
        Intent("billing", "Invoices, payments and refunds", (), "billing"),
        Intent("how_to", "How to use a feature or find a setting", (), "product"),
        Intent("account_access", "Signing in, passwords and locked accounts", (), "accounts"),
    ),
    flag_examples={},
    phrases={
        "en": Phrases("Hello!", "Kind regards", "", "", "", Within("", "", ""), "", "", "", "", "", "", "", "", ())
    },
    targets={priority: Target(60, 240, False) for priority in Priority},
    destinations=(Destination("tier_2", "support", "Everything else", True, ()),),
    thresholds=Thresholds(0.5, 0.7, 0.1),
    risk=Risk(0.02, 0.95),
    channels={},
    tone="Friendly and short. Answer first, then the steps.",
    tones=Tone((), (), ()),
    scope="Questions about our calendar product and its invoices.",
    link_hosts=(),
)

REFUNDS = (
    "Refunds are paid to the card that was charged, within 5 business days. Annual plans can be refunded for 30 days."
)
INVOICES = "Open Settings, then Billing. Select the invoice and press Download. Invoices are kept for 10 years."


def budget(
    seconds: float = 20, calls: int = 3, prompt_tokens: int = 3500, now: Callable[[], datetime] = lambda: NOON
) -> Budget:
    return Budget(now=now, deadline=now() + timedelta(seconds=seconds), calls=calls, prompt_tokens=prompt_tokens)


def evidence(text: str, ask: int = 1, score: float = 0.9, title: str = "Help", name: str | None = None) -> Evidence:
    id = PassageId(name or f"{title.lower()}#1")
    passage = Passage(id, ArticleId(title.lower()), title, None, (), text, 0, len(text))
    return Evidence(AskId(str(ask)), passage, score, score, score)


def triage_task(
    text: str = "How do I download my last invoice?", history: tuple[Utterance, ...] = (), policy: Policy = POLICY
) -> TriageTask:
    return TriageTask(text=text, history=history, language="en", policy=policy)


def draft_task(
    *asks: str,
    found: tuple[Evidence, ...] = (evidence(INVOICES, title="Invoices"), evidence(REFUNDS, score=0.6, title="Refunds")),
    history: tuple[Utterance, ...] = (),
    faults: tuple[str, ...] = (),
) -> DraftTask:
    texts = asks or ("How do I download my last invoice?",)
    return DraftTask(
        asks=tuple(Ask(AskId(str(number)), text) for number, text in enumerate(texts, start=1)),
        evidence=found,
        history=history,
        language="en",
        sentiment="neutral",
        policy=POLICY,
        faults=faults,
    )


def check_task(*claims: tuple[str, str]) -> CheckTask:
    claims = claims or (("Open Settings, then Billing.", INVOICES),)
    return CheckTask(
        claims=claims,
        answers=tuple((f"What about matter {number}?", claim) for number, (claim, _) in enumerate(claims, start=1)),
        sentiment="neutral",
        policy=POLICY,
    )
