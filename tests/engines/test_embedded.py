from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.articles import Passage
from domain.budget import Budget
from domain.drafts import Sentence, readable
from domain.ids import ArticleId, AskId, PassageId
from domain.search import Evidence
from domain.triage import Ask
from domain.turns import Utterance
from embedding.minilm import MiniLM
from embedding.remembering import Remembering
from engines.embedded.engine import Embedded
from engines.tasks import CheckTask, DraftAnswer, DraftTask, RewriteTask, TriageAnswer, TriageTask
from prompts import policy

POLICY = policy.load()
EMBEDDER = Remembering(MiniLM())
PRICES = """| | Solo | Team |
|---|---|---|
| Monthly price | 9 EUR | 24 EUR |
| Seats | 1 | 3 |"""
RESET = """You can choose a new password at any time.

1. Open **Sign in**.
2. Select [Forgot password?](reset).
3. Follow the link in the e-mail.

The link works for 60 minutes."""
PRINTER = """1. Open Settings.
2. Select Printers.

- The printer must be on.

3. Choose the printer.
4. Select Print a test page."""
LABEL = "The label is free within the EU. From Norway you pay the postage yourself.\n\nThe parcel can be tracked."
CODES = """| Code | Meaning |
|---|---|
| FW-1207 | Firmware too old |
| FW-1210 | Offline limit reached |
| FW-1301 | Card declined |"""
CONTENTS = """Learn how to remove libraries.

In this article:

- [Remove a library](#remove)
- Remove libraries in bulk

Click the menu ![icon of [a menu]](img/menu.png), then remove the library in the list{.wide}."""
WAYS = """You can see your order in two ways:

**From the orders page:**

1. Sign in.
2. Select the order.

**From the e-mail:**

1. Open the mail about the order.
2. Select View your order."""
TAXES = """- Tax is included in the prices shown in these countries:
  - France
  - Norway
- Elsewhere it is added at the checkout."""
MARKED = """Sign in to <a class="external" href="https://id.example/">the account page</a> to delete your account.
<!-- checked --> Put your name in place of <name>."""
TOLD_TWICE = """Version 52 was the last one for the old system.

No update follows for the old system. Version 52 was the last one for the old system."""
PAUSE = """With monthly billing you can pause for up to three months.

A pause is possible once in 12 months."""
TRAINING = "The second session of a training takes place later."
REFUNDED = "- The first payment\n- Every yearly renewal"
NOT_REFUNDED = "- Monthly renewals\n- SMS reminders"


@pytest.fixture
def engine() -> Embedded:
    return Embedded(EMBEDDER, ThreadPoolExecutor(1))


def budget() -> Budget:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Budget(lambda: now, now + timedelta(seconds=20))


def found(text: str, heading: str = "", title: str = "Help", ask: str = "a1", dense: float = 0.7) -> Evidence:
    passage = Passage(
        id=PassageId(f"{title}#{heading or 'top'}"),
        article=ArticleId(title),
        title=title,
        url=None,
        heading_path=(heading,) if heading else (),
        text=text,
        start=0,
        end=len(text),
    )
    return Evidence(AskId(ask), passage, score=dense, dense=dense, lexical=dense)


async def draft(engine: Embedded, question: str, *evidence: Evidence, language: str = "en") -> DraftAnswer:
    asks = (Ask(AskId("a1"), question),)
    task = DraftTask(asks, evidence, history=(), language=language, sentiment="neutral", policy=POLICY)
    return await engine.answer(task, budget())


async def triage(engine: Embedded, text: str) -> TriageAnswer:
    return await engine.answer(TriageTask(text, history=(), language=None, policy=POLICY), budget())


def quoted(answer: DraftAnswer) -> list[str]:
    return [sentence.text for sentence in answer.sentences if sentence.evidence]


async def test_a_procedure_is_quoted_whole_and_in_order(engine: Embedded) -> None:
    answer = await draft(engine, "How do I reset my password?", found(RESET, "Reset it", "Reset your password"))

    steps = [sentence.text for sentence in answer.sentences if sentence.kind == "step"]
    assert steps == ["Open Sign in.", "Select Forgot password?.", "Follow the link in the e-mail."]


async def test_the_row_of_a_table_is_quoted_with_its_column_names(engine: Embedded) -> None:
    answer = await draft(engine, "What is the monthly price?", found(PRICES, "Prices", "Plans and prices"))

    assert "- Monthly price: Solo 9 EUR, Team 24 EUR" in quoted(answer)


async def test_lists_under_different_headings_are_never_read_as_one(engine: Embedded) -> None:
    answer = await draft(
        engine,
        "Which payments are refunded?",
        found(REFUNDED, "Payments that are refunded", "Refunds"),
        found(NOT_REFUNDED, "Payments that are not refunded", "Refunds"),
    )

    texts = [sentence.text for sentence in answer.sentences]
    if "- Monthly renewals" in texts:
        assert "“Payments that are not refunded”:" in texts[: texts.index("- Monthly renewals")]
    assert "- Every yearly renewal" in texts


async def test_steps_that_a_note_interrupts_are_quoted_to_the_end(engine: Embedded) -> None:
    answer = await draft(engine, "How do I connect the printer?", found(PRINTER, "Connect it", "Print receipts"))

    asks = (Ask(AskId("a1"), "?"),)
    reply = readable([Sentence(one.text, one.kind, asks[0].id) for one in answer.sentences if one.evidence])
    assert reply.startswith(
        "1. Open Settings.\n2. Select Printers.\n\n- The printer must be on.\n\n3. Choose the printer."
    )


async def test_two_procedures_are_told_apart_by_what_leads_into_each(engine: Embedded) -> None:
    answer = await draft(engine, "How do I see my order?", found(WAYS, "See your order", "Track your order"))

    texts = [sentence.text for sentence in answer.sentences]
    if "Open the mail about the order." in texts and "Sign in." in texts:
        assert texts.index("Select the order.") < texts.index("From the e-mail:")
    assert {"From the orders page:", "From the e-mail:"} & set(texts)


async def test_points_under_a_point_are_led_into_by_it(engine: Embedded) -> None:
    answer = await draft(engine, "Is tax included in France?", found(TAXES, "Taxes", "Prices and taxes"))

    texts = quoted(answer)
    assert texts.index("Tax is included in the prices shown in these countries:") < texts.index("- France")


async def test_what_an_article_says_to_its_page_is_not_said_to_a_customer(engine: Embedded) -> None:
    answer = await draft(engine, "How do I delete my account?", found(MARKED, "Delete it {#delete}", "Your account"))

    text = " ".join(sentence.text for sentence in answer.sentences)
    assert "Sign in to the account page to delete your account." in text
    assert not {"href", "checked", "{#delete}"} & set(text.replace("=", " ").split())


async def test_nothing_is_said_twice(engine: Embedded) -> None:
    answer = await draft(engine, "What is the last version for the old system?", found(TOLD_TWICE, "", "Old systems"))

    assert len(quoted(answer)) == len(set(quoted(answer)))


async def test_a_short_paragraph_is_quoted_whole(engine: Embedded) -> None:
    answer = await draft(engine, "Is the return label free from Norway?", found(LABEL, "Postage", "Return a reader"))

    assert quoted(answer) == ["The label is free within the EU.", "From Norway you pay the postage yourself."]


async def test_what_a_code_means_is_told_of_that_code_only(engine: Embedded) -> None:
    answer = await draft(engine, "what does FW1210 mean?", found(CODES, "Payments", "Error codes"))

    assert quoted(answer) == ["- FW-1210: Meaning Offline limit reached"]


async def test_tables_of_contents_and_layout_marks_are_not_quoted(engine: Embedded) -> None:
    answer = await draft(engine, "How do I remove a library?", found(CONTENTS, "", "Libraries"))

    assert quoted(answer) == ["Click the menu, then remove the library in the list."]


async def test_each_of_several_questions_is_answered_under_its_own_line(engine: Embedded) -> None:
    asks = (Ask(AskId("a1"), "How do I reset my password?"), Ask(AskId("a2"), "What is the monthly price?"))
    evidence = (found(RESET, "Reset it", "Reset your password"), found(PRICES, "Prices", "Plans", ask="a2"))

    answer = await engine.answer(DraftTask(asks, evidence, (), "en", "neutral", POLICY), budget())

    points = POLICY.phrases["en"].points
    assert [one.text for one in answer.sentences if one.text in points] == list(points[:2])


async def test_a_belief_that_wants_confirming_is_met_with_the_articles_words(engine: Embedded) -> None:
    answer = await draft(engine, "The reset link works for two days, right?", found(RESET, "Reset it", "Password"))

    said = [sentence.text for sentence in answer.sentences]
    assert POLICY.phrases["en"].exactly in said
    assert "The link works for 60 minutes." in said


async def test_a_yes_or_no_opens_the_sentence_from_which_it_follows(engine: Embedded) -> None:
    trial = "The trial lasts 21 days. The trial cannot be extended in the settings."

    answer = await draft(engine, "Can I extend the trial?", found(trial, "Length", "Trial"))

    said = [sentence.text for sentence in answer.sentences]
    at = said.index(POLICY.phrases["en"].deny)
    assert said[at + 1] == "The trial cannot be extended in the settings."


async def test_what_is_wrongly_taken_for_granted_is_put_right(engine: Embedded) -> None:
    question = "Since a reset link works for two hours, why is mine refused?"

    answer = await draft(engine, question, found(RESET, "Reset it", "Password"))

    said = [sentence.text for sentence in answer.sentences]
    assert POLICY.phrases["en"].exactly in said
    assert "The link works for 60 minutes." in said


async def test_only_an_angry_customer_is_told_that_we_understand(engine: Embedded) -> None:
    asks, evidence = (Ask(AskId("a1"), "How do I reset my password?"),), (found(RESET, "Reset it", "Password"),)

    openings = [
        (await engine.answer(DraftTask(asks, evidence, (), "en", mood, POLICY), budget())).sentences[0].text
        for mood in ("neutral", "negative", "angry")
    ]

    phrases = POLICY.phrases["en"]
    assert openings == [phrases.greeting, phrases.sorry, phrases.upset]


async def test_a_question_that_the_evidence_does_not_answer_gets_no_draft(engine: Embedded) -> None:
    answer = await draft(engine, "Can I pay with bitcoin?", found("The office dog is called Rex.", dense=0.05))

    assert answer.answered == []
    assert answer.sentences == []


async def test_evidence_in_another_language_is_announced(engine: Embedded) -> None:
    answer = await draft(engine, "Wie setze ich mein Passwort zurück? Reset password", found(RESET), language="de")

    assert POLICY.phrases["de"].other_language in [sentence.text for sentence in answer.sentences]


async def test_every_answer_is_the_same_twice(engine: Embedded) -> None:
    evidence = [found(RESET, "Reset it"), found(PRICES, "Prices")]

    first = await draft(engine, "How do I reset my password?", *evidence)
    second = await draft(Embedded(MiniLM(), ThreadPoolExecutor(1)), "How do I reset my password?", *evidence)

    assert first.model_dump_json() == second.model_dump_json()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I can't sign in, it says my password is wrong", "account_access"),
        ("please send me last month's invoice", "billing"),
        ("how do i cancel my plan", "subscription"),
        ("when will my parcel be delivered", "order_and_shipping"),
        ("someone broke into my account and I see payments I did not make", "security_incident"),
        ("please write a poem about spring", "outside"),
    ],
)
async def test_a_plain_request_finds_its_intent(engine: Embedded, text: str, intent: str) -> None:
    assert (await triage(engine, text)).intent == intent


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("How do I reset my password? And where do I find my invoices?", 2),
        ("Hi! How much is the Team plan? Thanks", 1),
        ("I was charged twice. Can I get a refund for that payment? What do I need to do for the refund?", 1),
        ("My reader is broken", 1),
    ],
)
async def test_a_turn_is_split_into_its_asks(engine: Embedded, text: str, asks: int) -> None:
    assert len((await triage(engine, text)).asks) == asks


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("This is ridiculous, I am fed up!!", "angry"),
        ("I get an error when saving", "negative"),
        ("How do I add a seat?", "neutral"),
        ("I love the new calendar", "positive"),
        ("WHERE IS THE BUTTON", "neutral"),
    ],
)
async def test_the_customer_is_heard(engine: Embedded, text: str, sentiment: str) -> None:
    assert (await triage(engine, text)).sentiment == sentiment


async def test_a_figure_that_no_quote_has_gets_no_support(engine: Embedded) -> None:
    claims = (("Refunds take 5 days.", "Refunds take 5 days."), ("Refunds take 9 days.", "Refunds take 5 days."))

    checked = await engine.answer(CheckTask(claims, answers=(), sentiment="neutral", policy=POLICY), budget())

    assert checked.support[0] == 1.0
    assert checked.support[1] < 0.05


async def test_blame_costs_tone(engine: Embedded) -> None:
    async def tone(answer: str) -> float:
        task = CheckTask((), ((("Why?"), answer),), sentiment="neutral", policy=POLICY)
        return (await engine.answer(task, budget())).tone

    assert await tone("That is your fault. You should have read it.") < await tone("The setting is under Billing.")


async def test_the_engine_says_that_it_answered_and_cost_nothing(engine: Embedded) -> None:
    spent = budget()

    await engine.answer(TriageTask("Hello", history=(), language=None, policy=POLICY), spent)

    assert spent.engine().name == "embedded"
    assert spent.usage().model_calls == 0


async def test_a_question_is_not_put_into_other_words_without_a_model(engine: Embedded) -> None:
    answer = await engine.answer(RewriteTask(("And there?",), ()), budget())

    assert answer.questions == ["And there?"]


async def test_a_question_that_leans_on_the_conversation_is_answered_from_its_article(engine: Embedded) -> None:
    told = (
        Utterance("customer", "Can I pause my plan?"),
        Utterance("bot", "With monthly billing you can pause for up to three months."),
    )
    task = DraftTask(
        (Ask(AskId("a1"), "Great. Could I do it a second time later this year?"),),
        (found(TRAINING, "", "Training", dense=0.42), found(PAUSE, "", "Pause your plan", dense=0.4)),
        history=told,
        language="en",
        sentiment="neutral",
        policy=POLICY,
    )

    alone, leaning = await engine.answer(replace(task, history=()), budget()), await engine.answer(task, budget())

    assert "A pause is possible once in 12 months." not in quoted(alone)
    assert "A pause is possible once in 12 months." in quoted(leaning)
