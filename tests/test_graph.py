import asyncio
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import graph
from agents import gate
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, CaseId, TicketId
from domain.search import Query, Results
from domain.turns import Channel, Turn, Utterance
from engines.engine import EngineError, EngineUnavailable
from engines.scripted import Scripted
from engines.tasks import Answer, CheckAnswer, DraftAnswer, DraftedSentence, RewriteAnswer, TriageAnswer
from prompts import policy
from tests.calibrated import Sends
from tests.shelf import REFUNDS, Shelf, article

SHELF = [
    article("refunds", "Refunds", REFUNDS),
    article("staff", "Refund rules for staff", "Up to 50 EUR.", visibility="internal"),
]
REFUND = TriageAnswer(
    asks=["Can I get a refund?"],
    intent="refund",
    sentiment="neutral",
    flags=[],
    language="en",
    confidence=0.9,
    reasons=[],
)
GOOD = CheckAnswer(support=[1.0], completeness=[0.9], tone=1.0, reasons=[])


def said(text: str, kind: str = "fact", evidence: tuple[int, ...] = (1, 2, 3)) -> DraftedSentence:
    return DraftedSentence(text=text, kind=kind, ask=1, evidence=list(evidence))  # type: ignore[arg-type]


def drafted(*sentences: DraftedSentence, answered: tuple[int, ...] = (1,)) -> DraftAnswer:
    return DraftAnswer(sentences=list(sentences), answered=list(answered), clarified=[], declined=[])


TRUE = drafted(said("Fernway refunds a payment in full within 14 days."))
WRONG_FIGURE = drafted(said("Fernway refunds a payment in full within 30 days."))


def turn(text: str = "Can I get a refund?", channel: Channel = "api", history: tuple[Utterance, ...] = ()) -> Turn:
    return Turn(CaseId("cas_1"), DEFAULT_BRAND, text, history, channel, ticket=TicketId("tic_1"))


def context(*answers: Answer | EngineError, sends: bool = True, shelf: Shelf | None = None) -> graph.Context:
    engine, sending = Scripted(answers), Sends() if sends else gate.nothing
    return graph.Context(shelf or Shelf(SHELF), engine, engine, policy.load(), lambda: datetime.now(UTC), sending)


async def decide(*answers: Answer | EngineError, text: str = "Can I get a refund?") -> Decision:
    return await graph.handle(turn(text), context(*answers))


async def test_a_supported_draft_is_answered_with_its_citation() -> None:
    decision = await decide(REFUND, TRUE, GOOD)

    assert decision.outcome == "answered"
    assert decision.reply is not None
    assert decision.reply.sentences[0].citations[0].quote == "Fernway refunds a payment in full within 14 days."
    assert [ask.state for ask in decision.asks] == ["answered"]


async def test_a_citation_points_at_the_words_in_the_article() -> None:
    decision = await decide(REFUND, TRUE, GOOD)

    assert decision.reply is not None
    citation = decision.reply.sentences[0].citations[0]
    assert REFUNDS[citation.start : citation.end] == citation.quote


async def test_nothing_is_sent_without_a_person_unless_the_installation_says_so() -> None:
    decision = await graph.handle(turn(), context(REFUND, TRUE, GOOD, sends=False))

    assert decision.outcome == "suggested"
    assert decision.confidence is None
    assert "deskhand calibrate" in decision.reasons[-1]


@pytest.mark.parametrize("channel", ["chat", "email", "api"])
async def test_what_may_not_be_sent_is_suggested_wherever_the_customer_waits(channel: Channel) -> None:
    decision = await graph.handle(turn(channel=channel), context(REFUND, TRUE, GOOD, sends=False))

    assert decision.outcome == "suggested"
    assert decision.reply is not None
    assert "14 days" in decision.reply.text


async def test_a_changed_figure_is_cut_and_the_turn_handed_over() -> None:
    decision = await decide(REFUND, WRONG_FIGURE)

    assert decision.outcome == "handed_over"
    assert decision.reply is not None
    assert "30" not in decision.reply.text


@pytest.mark.parametrize(
    ("sentence", "check"),
    [
        (said("Fernway does not refund a payment in full within 14 days."), "negation"),
        (said("Refunds are great.", evidence=()), "citation"),
        (said("Refunds take a payment in full, see https://evil.example/x"), "links"),
        (said("We will call you back tomorrow.", kind="courtesy", evidence=()), "promise"),
        (said("Write to bob@example.org for a refund of a payment in full."), "secret"),
        (said("Fernway erstattet jede Zahlung vollständig und ohne weitere Fragen zurück."), "language"),
    ],
)
async def test_the_rules_refuse_a_sentence_whatever_the_model_thinks(sentence: DraftedSentence, check: str) -> None:
    decision = await decide(REFUND, drafted(sentence), GOOD)

    assert decision.outcome == "handed_over"
    assert decision.reply is not None
    assert sentence.text not in decision.reply.text


async def test_an_internal_article_is_never_evidence() -> None:
    decision = await decide(REFUND, TRUE, GOOD)

    assert {found.article for found in decision.evidence} == {"refunds"}


PERSON = [
    "I want to talk to a human",
    "Can I speak to a real person please?",
    "agent",
    "Please connect me with someone from your team",
    "I'd like to speak with a manager",
    "Is there someone I can talk to?",
    "No more bots, give me a person!",
    "Quiero hablar con una persona",
    "Ich möchte mit einem Menschen sprechen",
    "Je veux parler à un humain",
]


@pytest.mark.parametrize("text", PERSON)
async def test_asking_for_a_person_is_honoured_at_once(text: str) -> None:
    decision = await decide(REFUND, text=text)

    assert decision.outcome == "handed_over"
    assert decision.handover is not None
    assert decision.handover.reason == "asked_for_person"
    assert decision.evidence == ()


@pytest.mark.parametrize(
    "text",
    [
        "How do I add a person to my team?",
        "Can staff talk to customers in the app?",
        "Kann eine Person zwei Konten haben?",
    ],
)
async def test_mentioning_people_is_not_asking_for_one(text: str) -> None:
    decision = await decide(REFUND, TRUE, GOOD, text=text)

    assert decision.triage is not None
    assert "wants_person" not in decision.triage.flags


@pytest.mark.parametrize(("text", "reason"), [("I will sue you", "policy"), ("I want to kill myself", "safety")])
async def test_law_and_safety_go_straight_to_a_person(text: str, reason: str) -> None:
    decision = await decide(REFUND, text=text)

    assert decision.handover is not None
    assert decision.handover.reason == reason


@pytest.mark.parametrize("answers", [(), (REFUND,), (REFUND, TRUE)], ids=["triage", "draft", "check"])
async def test_an_engine_that_fails_anywhere_costs_a_person_not_an_error(answers: tuple[Answer, ...]) -> None:
    decision = await decide(*answers, EngineUnavailable("the line is dead"))

    assert decision.outcome == "handed_over"
    assert decision.handover is not None
    assert decision.handover.reason == "fault"
    assert decision.reply is not None
    assert "dead" not in decision.reply.text


class Broken:
    async def search(self, query: Query) -> Results:
        raise RuntimeError("the index is gone")


async def test_an_index_that_fails_hands_over_with_what_is_known() -> None:
    broken = replace(context(REFUND), index=Broken())

    decision = await graph.handle(turn(), broken)

    assert decision.outcome == "handed_over"
    assert decision.triage is not None
    assert decision.handover is not None
    assert decision.handover.missing == ("retrieve failed: RuntimeError",)


async def test_whatever_breaks_around_the_nodes_ends_in_the_minimal_handover() -> None:
    class Mute:
        async def __call__(self, status: str) -> None:
            raise LookupError(status)

    decision = await graph.handle(turn(), context(REFUND, TRUE, GOOD), note=Mute())

    assert decision.outcome == "handed_over"
    assert decision.reply is not None


async def test_a_thinking_node_that_hangs_is_cut_off_at_the_deadline() -> None:
    slow = Scripted([REFUND], delay=60)
    late = replace(context(), engine=slow, embedded=slow, now=racing(timedelta(seconds=25)))

    decision = await asyncio.wait_for(graph.handle(turn(channel="chat"), late), timeout=10)

    assert decision.outcome == "handed_over"
    assert decision.handover is not None
    assert decision.handover.reason == "fault"


def racing(step: timedelta) -> Callable[[], datetime]:
    """A clock that leaps ahead by `step` each time it is read."""
    start, ticks = datetime(2026, 1, 1, tzinfo=UTC), itertools.count()
    return lambda: start + step * next(ticks)


async def test_an_empty_index_says_how_to_fill_it() -> None:
    decision = await graph.handle(turn(), context(REFUND, shelf=Shelf([])))

    assert decision.handover is not None
    assert decision.handover.reason == "no_articles"
    assert any("deskhand index" in reason for reason in decision.reasons)


async def test_an_ask_without_an_answer_goes_to_a_person_with_the_answers_of_the_others() -> None:
    two = REFUND.model_copy(update={"asks": ["Can I get a refund?", "Do you sell bicycles?"]})

    decision = await decide(two, TRUE, GOOD)

    assert decision.outcome == "handed_over"
    assert [ask.state for ask in decision.asks] == ["answered", "handed_over"]
    assert decision.reply is not None
    assert "14 days" in decision.reply.text
    assert policy.load().phrases["en"].handed_over in decision.reply.text


async def test_a_faulty_draft_of_a_model_is_mended_once() -> None:
    decision = await decide(
        REFUND, drafted(said("Fernway refunds a payment in full within 14 days."), said("You get 99 EUR.")), GOOD
    )

    assert decision.outcome == "answered"
    assert decision.reply is not None
    assert "99" not in decision.reply.text


async def test_a_second_handover_does_not_announce_itself_again() -> None:
    again = replace(turn("I want to talk to a human"), already_handed_over=True)

    decision = await graph.handle(again, context(REFUND))

    assert decision.reply is not None
    assert decision.reply.text == policy.load().phrases["en"].already_handed_over


async def test_a_follow_up_is_searched_with_what_came_before() -> None:
    shelf = Shelf(SHELF)
    follow_up = REFUND.model_copy(update={"asks": ["And how long?"]})

    await graph.handle(
        turn("And how long?", history=(Utterance("customer", "Can I get a refund?"), Utterance("bot", "Yes."))),
        context(follow_up, TRUE, GOOD, shelf=shelf),
    )

    assert shelf.queries[0].text == "And how long?"
    assert [said.text for said in shelf.queries[0].history] == ["Can I get a refund?", "Yes."]


async def test_a_model_puts_a_follow_up_into_words_to_search_by_and_the_ask_stays_the_customers() -> None:
    shelf, whole = Shelf(SHELF), "How long does a refund take?"
    ports = context(REFUND.model_copy(update={"asks": ["And how long?"]}), shelf=shelf)
    model = Scripted([RewriteAnswer(questions=[whole]), TRUE, GOOD])

    decision = await graph.handle(
        turn("And how long?", history=(Utterance("customer", "Can I get a refund?"), Utterance("bot", "Yes."))),
        replace(ports, engine=model),
    )

    assert [query.text for query in shelf.queries] == [whole]
    assert [ask.text for ask in decision.asks] == ["And how long?"]


async def test_who_follows_a_case_hears_each_node_start() -> None:
    heard: list[str] = []

    async def note(status: str) -> None:
        heard.append(status)

    await graph.handle(turn(), context(REFUND, TRUE, GOOD), note=note)

    assert heard == ["triage", "retrieve", "draft", "check"]


def test_the_docstring_draws_every_node_of_the_compiled_hub() -> None:
    nodes = set(graph.build().get_graph().nodes) - {"__start__", "__end__"}

    drawn = set(re.findall(r"[a-z_]+", graph.__doc__ or ""))

    assert {node for node in nodes if not node.startswith("__")} <= drawn
