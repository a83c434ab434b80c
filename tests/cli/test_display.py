"""What a person reads: the reply with its sources, why it ended so, and the packet of a handover."""

from datetime import UTC, datetime

from rich.console import Console

from api.outputs import Found, FoundArticle
from api.outputs import FoundPassage as FoundPiece
from cli import display
from cli.documents import plain
from domain.decisions import Decision, EngineUse, FoundPassage, Handover, Outcome, Reply, TriageSummary, Usage
from domain.drafts import Citation, Sentence, readable
from domain.ids import ArticleId, AskId, CaseId, PassageId
from domain.triage import Ask, Priority

NOW = datetime(2026, 5, 4, tzinfo=UTC)
CITED = Citation(ArticleId("refunds"), PassageId("refunds#1"), "Refunds take 5 days.", 0, 20)
SENTENCES = (
    Sentence("Thanks for writing.", "courtesy"),
    Sentence("Refunds take 5 days.", "fact", AskId("1"), (CITED,)),
    Sentence("Open [Billing].", "step", AskId("1"), (CITED,)),
)
ASKS = (Ask(AskId("1"), "How long does a refund take?", "answered"), Ask(AskId("2"), "Call me", "handed_over"))
EVIDENCE = (
    FoundPassage(AskId("1"), CITED.article, CITED.passage, "Refunds", "https://help.example/refunds", 0.9, CITED.quote),
)
TRIAGE = TriageSummary("refund", Priority.P2, "negative", "en", (), ("billing",), ("churn_risk",), 0.8, ())
PACKET = Handover(
    "asked_for_person",
    "P2 refund. The customer writes: call me",
    ASKS,
    EVIDENCE,
    ("searched the help center",),
    ("a phone number",),
    "billing",
    "refunds",
    Priority.P2,
    "negative",
    Reply(readable(SENTENCES), SENTENCES),
)


def decision(outcome: Outcome, handover: Handover | None = None) -> Decision:
    return Decision(
        case=CaseId("case_1"),
        ticket=None,
        outcome=outcome,
        confidence=0.71,
        reply=None if handover else Reply(readable(SENTENCES), SENTENCES),
        asks=ASKS,
        promises=(),
        triage=TRIAGE,
        evidence=EVIDENCE,
        verdict=None,
        handover=handover,
        reasons=("a reason",),
        engine=EngineUse("embedded", None, "timed out"),
        versions={},
        usage=Usage(),
        timings_ms={"total": 12.0},
        decided_at=NOW,
    )


def shown(decided: Decision, width: int = 100) -> str:
    console = Console(width=width, record=True, force_terminal=False, file=None)
    with console.capture() as captured:
        display.show_decision(decided, console)
    return captured.get()


def test_a_reply_is_shown_with_numbered_sources_and_an_honest_confidence() -> None:
    text = shown(decision("suggested"))

    assert "Refunds take 5 days. [1]" in text
    assert "1. Open [Billing]. [1]" in text
    assert "[1] Refunds  https://help.example/refunds" in text
    assert "confidence  0.71" in text
    assert "churn_risk" in text
    assert "because the first did not answer: timed out" in text


def test_a_handover_is_shown_with_its_reason_its_team_and_what_is_missing() -> None:
    text = shown(decision("handed_over", PACKET))

    for words in ("asked_for_person", "billing, skill refunds", "a phone number", "→ Call me (handed over)"):
        assert words in text


def test_nothing_is_lost_in_a_narrow_terminal() -> None:
    text = shown(decision("handed_over", PACKET), width=44)

    assert "How long does a refund take?" in " ".join(text.replace("│", " ").split())


def test_a_decision_is_printed_as_the_api_answers_it() -> None:
    document = plain(decision("handed_over", PACKET))

    assert document["outcome"] == "handed_over"
    assert document["handover"]["priority"] == "P2"
    assert document["triage"]["flags"] == ["churn_risk"]
    assert document["decided_at"] == "2026-05-04T00:00:00Z"


def test_articles_are_shown_in_order_with_the_passages_that_earned_it() -> None:
    piece = FoundPiece(id="refunds#1", text="Refunds take [5] days.", start=0, end=22, score=0.5)
    article = FoundArticle(article="refunds", title="Refunds", url=None, score=0.75, passages=[piece])
    article = article.model_copy(update={"reasons": ["3 similar tickets were solved with this article"]})
    console = Console(width=80, record=True)

    with console.capture() as captured:
        display.show_search(Found(query="refund", results=[article]), console)
        display.show_search(Found(query="refund", results=[]), console)

    assert " 1. Refunds  0.75" in captured.get()
    assert "3 similar tickets were solved with this article" in captured.get()
    assert "Refunds take [5] days." in captured.get()
    assert "Nothing found. Is the help center indexed?" in captured.get()
