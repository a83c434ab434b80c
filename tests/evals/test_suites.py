from pathlib import Path
from typing import Any

import pytest

from evals import suites
from evals.errors import DataMissing, RowBroken, SuiteError, SuiteUnreadable, UnknownIds, UnknownScorer
from evals.suites import Skipped, Suite
from tests.evals.making import write_rows, write_suite

QUESTIONS = [
    {"id": "q1", "question": "How do I get a refund?", "relevant_ids": ["refunds"], "topic": "billing"},
    {"id": "q2", "question": "How do I reset my password?", "relevant_ids": ["passwords"], "topic": "account"},
    {"id": "q3", "question": "Who won the cup?", "relevant_ids": [], "topic": "account"},
]
ARTICLES = [
    {"id": "refunds", "title": "Refunds", "body": "Ask for a refund within 14 days."},
    {"id": "passwords", "title": "Passwords", "body": "Use the link on the sign-in page."},
]


def written(folder: Path, rows: list[dict[str, Any]] = QUESTIONS, **said: Any) -> Path:
    write_rows(folder / "rows.jsonl", *rows)
    write_rows(folder / "articles.jsonl", *ARTICLES)
    return write_suite(folder / "suite.yaml", **{"name": "demo", "kind": "retrieval", "data": "rows.jsonl"} | said)


def loaded(path: Path) -> Suite:
    suite = suites.load(path)
    assert isinstance(suite, Suite)
    return suite


def test_paths_are_relative_to_the_suite_and_rows_keep_their_order(tmp_path: Path) -> None:
    suite = loaded(written(tmp_path, corpus="articles.jsonl"))

    assert [example.id for example in suite.examples] == ["q1", "q2", "q3"]
    assert [example.positive for example in suite.examples] == [True, True, False]
    assert suite.corpus is not None
    assert suite.corpus.ids == {"refunds", "passwords"}


def test_a_suite_maps_the_names_that_a_public_set_uses(tmp_path: Path) -> None:
    rows = [{"text": "Thanks!", "score": 1.2, "raters": [20, 25], "label": "polite"}]

    suite = loaded(
        written(
            tmp_path,
            rows,
            kind="ratings",
            fields={"answer": "text", "ratings": {"politeness": "raters"}},
            labels={"positive": ["polite"], "negative": ["impolite"]},
        )
    )

    row = suite.examples[0].row
    assert row.kind == "ratings"
    assert row.ratings == {"politeness": (20, 25)}
    assert suite.examples[0].positive is True
    assert "spearman@politeness" in [scorer.name for scorer in suite.scorers]


@pytest.mark.parametrize(("label", "positive"), [("yes", True), ("no", False), ("perhaps", None)])
def test_a_label_that_is_neither_positive_nor_negative_is_left_out(
    tmp_path: Path, label: str, positive: bool | None
) -> None:
    rows = [{"question": "How?", "class": label}]

    suite = loaded(written(tmp_path, rows, kind="abstention", labels={"positive": "yes", "negative": "no"}))

    assert suite.examples[0].positive is positive


def test_yes_and_no_in_json_match_those_in_yaml(tmp_path: Path) -> None:
    rows = [{"question": "How?", "needs_knowledge": True}, {"question": "Thanks", "needs_knowledge": False}]

    suite = loaded(
        written(tmp_path, rows, kind="abstention", fields={"label": "needs_knowledge"}, labels={"positive": True})
    )

    assert [example.positive for example in suite.examples] == [True, False]


def test_rows_to_learn_from_are_kept_apart(tmp_path: Path) -> None:
    rows = [{"text": f"text {n}", "label": "a", "split": "train" if n < 4 else "test"} for n in range(6)]

    suite = loaded(written(tmp_path, rows, kind="intents", train={"split": "train"}))

    assert (len(suite.examples), len(suite.pool)) == (2, 4)


def test_where_keeps_rows_that_have_something_or_a_certain_value(tmp_path: Path) -> None:
    assert len(loaded(written(tmp_path, where={"relevant_ids": "*"})).examples) == 2
    assert len(loaded(written(tmp_path, where={"topic": ["account"]})).examples) == 2


def test_a_limit_draws_the_same_rows_every_time(tmp_path: Path) -> None:
    rows = [{"id": f"q{n}", "question": f"question {n}", "relevant_ids": []} for n in range(50)]

    first, second = (loaded(written(tmp_path, rows, limit=10)) for _ in range(2))
    other = loaded(written(tmp_path, rows, limit=10, seed=1))

    assert len(first.examples) == 10
    assert first.examples == second.examples
    assert first.examples != other.examples


def test_a_slice_can_be_run_alone(tmp_path: Path) -> None:
    suite = loaded(written(tmp_path, slices=["topic"]))

    assert [example.id for example in suite.only("topic", "account").examples] == ["q2", "q3"]
    with pytest.raises(SuiteUnreadable, match=r"no slice 'topic=shipping'.*topic=account, topic=billing"):
        suite.only("topic", "shipping")


def test_rows_without_ids_are_named_by_what_they_ask(tmp_path: Path) -> None:
    rows = [{"text": "hello", "label": "a"}, {"text": "bye", "label": "b"}, {"text": "hello", "label": "a"}]

    first = loaded(written(tmp_path, rows, kind="intents")).examples
    fewer = loaded(written(tmp_path, rows[1:], kind="intents")).examples

    assert len({example.id for example in first}) == 3
    assert first[1].id == fewer[0].id


def test_what_a_system_may_see_holds_nothing_graded(tmp_path: Path) -> None:
    asked = loaded(written(tmp_path)).examples[0].row.asked()

    assert asked == {"kind": "retrieval", "question": "How do I get a refund?", "history": []}


def test_an_optional_suite_without_its_data_is_skipped_with_a_reason(tmp_path: Path) -> None:
    skipped = suites.load(written(tmp_path, data="gone.jsonl", optional=True))

    assert isinstance(skipped, Skipped)
    assert "gone.jsonl" in skipped.reason


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        ({"kind": "trivia"}, SuiteUnreadable, r"suite\.yaml: kind: Input should be 'retrieval', 'intents'.*'trivia'"),
        ({"gate": {}}, SuiteUnreadable, r"'gate' is not a word of a suite; it may say name, kind, data"),
        ({"data": "gone.jsonl"}, DataMissing, r"no file .*gone\.jsonl.*relative to the suite"),
        ({"corpus": "gone"}, DataMissing, r"gone' does not exist"),
        ({"gates": {"hits@5": {"min": 0.4}}}, UnknownScorer, r"no scorer 'hits@5'.*did you mean hit\?"),
        ({"scorers": ["hit@five"]}, UnknownScorer, r"no scorer 'hit@five': hit@ takes a rank such as 5"),
        ({"scorers": ["hit"]}, UnknownScorer, r"no scorer 'hit' for retrieval suites"),
        ({"scorers": ["accuracy"]}, UnknownScorer, r"no scorer 'accuracy' for retrieval suites"),
        ({"gates": {"hit@5": {}}}, SuiteUnreadable, r"gates\.hit@5: a gate needs min, max or both"),
        ({"gates": {"hit@5": {"min": 0.4, "slice": "a=b"}}}, SuiteUnreadable, r"slice 'a=b', which no example"),
        ({"fields": {"relevance": "x"}}, SuiteUnreadable, r"'relevance'; a retrieval row has id, question, relevant"),
        ({"fields": {"relevant": "specific"}}, RowBroken, r"rows\.jsonl:1: specific: Field required"),
        (
            {"train": {"split": "train"}},
            SuiteUnreadable,
            r"train and folds are for intents and ratings, not for retrieval",
        ),
        ({"kind": "abstention"}, SuiteUnreadable, r"an abstention suite needs labels\.positive"),
        ({"where": {"topic": "shipping"}}, SuiteUnreadable, r"no row is left of 3; widen where"),
        ({"articles": {}}, SuiteUnreadable, r"articles chooses from a corpus: name it under corpus"),
        (
            {"corpus": "articles.jsonl", "articles": {"fields": {"name": "x"}}},
            SuiteUnreadable,
            r"fields names 'name'; an article has id, title, body",
        ),
        (
            {"corpus": "articles.jsonl", "articles": {"where": {"lang": "en"}}},
            SuiteUnreadable,
            r"no article of .*articles\.jsonl is left by articles\.where: widen it",
        ),
        (
            {"corpus": "articles.jsonl", "articles": {"fields": {"id": "kind"}}},
            RowBroken,
            r"articles\.jsonl:1: id is missing",
        ),
        ({"kind": "intents", "history": "none"}, SuiteUnreadable, r"history is for retrieval and abstention"),
        ({"limit": 0}, SuiteUnreadable, r"limit: Input should be greater than or equal to 1 \(got 0\)"),
    ],
)
def test_a_bad_suite_names_what_is_wrong_and_the_way_out(
    tmp_path: Path, said: dict[str, Any], error: type[SuiteError], message: str
) -> None:
    with pytest.raises(error, match=message):
        suites.load(written(tmp_path, **said))


def test_ids_that_the_corpus_does_not_hold_are_named_with_their_rows(tmp_path: Path) -> None:
    rows = [*QUESTIONS, {"id": "q4", "question": "And now?", "relevant_ids": ["refund"]}]

    with pytest.raises(UnknownIds, match=r"rows\.jsonl:4 names 'refund': no such article.*\(2 articles\)"):
        suites.load(written(tmp_path, rows, corpus="articles.jsonl"))


def test_an_article_that_cannot_be_read_is_never_found_and_stops_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, corpus="articles.jsonl")
    with (tmp_path / "articles.jsonl").open("a") as articles:
        articles.write('{"id": "smile", "title": "", "body": ":)"}\n')
    write_rows(tmp_path / "rows.jsonl", {"question": "Why so glad?", "relevant_ids": ["smile"]})

    suite = suites.load(path)

    assert isinstance(suite, Suite)
    assert suite.corpus is not None
    assert "smile" in suite.corpus.ids
    assert "smile" not in {article.id for article in suite.corpus.articles}


def test_a_corpus_without_a_readable_article_names_its_rows(tmp_path: Path) -> None:
    path = written(tmp_path, corpus="articles.jsonl")
    (tmp_path / "articles.jsonl").write_text('{"id": "smile", "title": "", "body": ":)"}\n')

    with pytest.raises(RowBroken, match=r"articles\.jsonl:1: .*no article of the corpus can be read"):
        suites.load(path)


def test_a_suite_that_names_no_corpus_takes_the_one_given(tmp_path: Path) -> None:
    path = written(tmp_path)

    suite = suites.load(path, tmp_path / "articles.jsonl")

    assert isinstance(suite, Suite)
    assert suite.corpus is not None
    assert len(suite.corpus.articles) == 2


def test_a_suite_chooses_its_articles_and_says_what_their_fields_are_called(tmp_path: Path) -> None:
    pages = [
        {"page": f"refunds-{lang}", "about": "refunds", "title": title, "body": "14", "lang": lang}
        for lang, title in (("en", "Refunds"), ("es", "Reembolsos"))
    ]
    said = {"corpus": "pages.jsonl", "articles": {"where": {"lang": ["en"]}, "fields": {"id": "about"}}}
    path = written(tmp_path, QUESTIONS[:1], **said)
    write_rows(tmp_path / "pages.jsonl", *pages)

    suite = loaded(path)
    written(tmp_path, QUESTIONS[:1], **said | {"articles": {"fields": {"id": "about"}}})

    assert suite.corpus is not None
    assert [(article.id, article.title) for article in suite.corpus.articles] == [("refunds", "Refunds")]
    with pytest.raises(RowBroken, match=r"pages\.jsonl:2: the id 'refunds' is used twice: narrow articles\.where"):
        suites.load(path)


def test_only_rows_can_be_chosen_as_articles(tmp_path: Path) -> None:
    (tmp_path / "help").mkdir()

    with pytest.raises(SuiteUnreadable, match=r"articles chooses rows of a \.jsonl file, and .*help is none"):
        suites.load(written(tmp_path, corpus="help", articles={"where": {"lang": "en"}}))


def test_broken_lines_are_all_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "rows.jsonl").write_bytes(b'{"question": "ok", "relevant_ids": []}\n{broken\n\n[1]\n\xff\n')

    with pytest.raises(
        RowBroken, match=r"rows\.jsonl:2: .*rows\.jsonl:4: list instead.*rows\.jsonl:5: .*one JSON object"
    ):
        suites.load(path)


def test_rows_of_another_shape_are_named(tmp_path: Path) -> None:
    with pytest.raises(RowBroken, match=r"rows\.jsonl:1: question: .*a retrieval row has id, question, relevant_ids"):
        suites.load(written(tmp_path, [{"id": "q", "question": "", "relevant_ids": []}]))


def test_a_suite_that_is_not_there_or_not_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [")

    with pytest.raises(DataMissing, match=r"no suite at .*gone\.yaml"):
        suites.load(tmp_path / "gone.yaml")
    with pytest.raises(SuiteUnreadable, match=r"broken\.yaml: not readable as YAML"):
        suites.load(tmp_path / "broken.yaml")


def test_questions_are_asked_first_or_after_a_conversation_about_other_articles(tmp_path: Path) -> None:
    rows = [
        {**QUESTIONS[0], "history": ["user: Hello", "agent: Hello!"]},
        {**QUESTIONS[0], "id": "q4", "question": "Refund, please"},
        {**QUESTIONS[1], "history": ["user: I am locked out", "agent: I am sorry."]},
    ]

    def histories(**said: str) -> list[tuple[str, ...]]:
        return [getattr(it.row, "history", ()) for it in loaded(written(tmp_path, rows, **said)).examples]

    first, own, after = histories(history="none"), histories(), histories(history="other")

    assert first == [(), (), ()]
    assert own == [("user: Hello", "agent: Hello!"), (), ("user: I am locked out", "agent: I am sorry.")]
    assert after[0] == after[1] == ("user: I am locked out", "agent: I am sorry.", "user: How do I reset my password?")
    assert after[2] in [("user: Hello", "agent: Hello!", "user: How do I get a refund?"), ("user: Refund, please",)]
    assert after == histories(history="other")
