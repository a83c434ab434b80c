"""Cutting articles into passages."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.articles import Article, Passage
from domain.ids import ArticleId
from kb_index.passages import MOST_WORDS, cut

SENTENCE = "Open the settings and look for the plan that you have booked. "
LINES = st.sampled_from(
    [
        "# Plans",
        "## Cancel your plan",
        "How do I cancel?",
        "Choose one:",
        "- Open **Settings**.",
        "  then wait.",
        "1. Press Save",
        "| a | b |",
        "|---|---|",
        "```",
        "> Note: 14 days.",
        "---",
        "",
        "",
        SENTENCE,
        SENTENCE * 30,
        "wort" * 900,
        "\tcode",
        "é\u2028ü\r",
        "<b>html</b>",
    ]
)


def article(body: str) -> Article:
    return Article(ArticleId("a"), "Plans", body)


def texts(body: str) -> list[str]:
    return [passage.text for passage in cut(article(body))]


def paths(body: str) -> list[tuple[str, ...]]:
    return [passage.heading_path for passage in cut(article(body))]


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(LINES, max_size=30).map("\n".join)))
def test_passages_are_exact_slices_in_order_and_never_overlap(body: str) -> None:
    passages = cut(article(body))

    assert all(passage.text == body[passage.start : passage.end] for passage in passages)
    assert all(one.end <= other.start for one, other in pairwise(passages))
    assert len({passage.id for passage in passages}) == len(passages)
    assert bool(passages) == bool(body.strip())


@settings(deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_every_word_of_every_paragraph_is_in_a_passage_of_bounded_length(lengths: list[int]) -> None:
    numbers = iter(range(10_000))
    body = "\n\n".join(" ".join(f"word{next(numbers)}." for _ in range(length)) for length in lengths)

    found = texts(body)

    assert " ".join(found).split() == body.split()
    assert all(len(text.split()) <= MOST_WORDS for text in found)


def test_a_section_is_a_passage_under_its_headings_without_the_title() -> None:
    body = "# Plans\n\nIntro here.\n\n## Cancel\n\nPress it.\n\n### On a phone\n\nTap it.\n\n## Renew\n\nWait."

    assert texts(body) == ["Intro here.", "Press it.", "Tap it.", "Wait."]
    assert paths(body) == [(), ("Cancel",), ("Cancel", "On a phone"), ("Renew",)]


def test_short_lone_lines_are_headings_where_none_are_marked() -> None:
    body = "It is kept.\n\nHow do I clear it?\n\nClick Clear now.\n\nOn a phone\n\n- Tap the menu\n\n- Tap Clear"

    assert paths(body) == [(), ("How do I clear it?",), ("On a phone",)]
    assert texts(body)[2] == "- Tap the menu\n\n- Tap Clear"


def test_a_lone_line_that_ends_a_sentence_or_the_text_is_no_heading() -> None:
    body = "Note the following:\n\n- Save first\n\nThat is all.\n\nBased on a page by others"

    assert paths(body) == [()]
    assert texts(body) == [body]


def test_marked_headings_are_the_only_ones_where_there_are_any() -> None:
    body = "## Cancel\n\nGood to know\n\nIt ends at once."

    assert paths(body) == [("Cancel",)]


def test_a_table_of_contents_is_left_out() -> None:
    body = "Contents\n\n- 1 Clear it\n\n- 2 Keep it\n\nClear it\n\nClick Clear now.\n\nKeep it\n\nDo nothing at all."

    assert texts(body) == ["Click Clear now.", "Do nothing at all."]


def test_list_items_stay_whole_and_the_lead_in_stays_with_the_first() -> None:
    item = "- " + "click the button and wait until it is done " * 4
    body = SENTENCE * 8 + "\n\nTo cancel:\n\n" + "\n".join([item] * 6)

    first, second, *_ = texts(body)

    assert first == (SENTENCE * 8).strip()
    assert second.startswith("To cancel:\n\n- click")
    assert all(part.endswith("done") for part in texts(body)[1:])


def test_a_list_of_ordinary_length_stays_whole_with_its_lead_in() -> None:
    steps = "\n".join(
        f"{number}. Open the page of step {number} and wait until it is shown." for number in range(1, 17)
    )

    assert texts(f"{SENTENCE}\n\nTo cancel:\n\n{steps}")[1] == f"To cancel:\n\n{steps}"


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    found = texts(SENTENCE * 40)

    assert len(found) > 1
    assert all(text.endswith("booked.") for text in found)


def test_a_passage_keeps_its_name_when_the_article_is_edited_elsewhere() -> None:
    before = cut(article("## One\n\nFirst text.\n\n## Two\n\nSecond text."))

    after = cut(article("## One\n\nFirst text, but longer.\n\n## Two\n\nSecond text."))

    assert before[0].id != after[0].id
    assert before[1].id == after[1].id
    assert before[1].start != after[1].start


def test_repeated_passages_get_names_of_their_own() -> None:
    one, two = cut(article("## One\n\nSame text.\n\n## Two\n\nOther.\n\n## One\n\nSame text."))[::2]

    assert two.id == f"{one.id}-2"


def test_a_passage_carries_what_the_article_says_about_itself() -> None:
    (passage,) = cut(replace(article("Hello there."), visibility="internal", language="de", url="https://x.example/a"))

    assert isinstance(passage, Passage)
    assert (passage.visibility, passage.language, passage.url) == ("internal", "de", "https://x.example/a")
    assert passage.embedded_text == "Plans\nHello there."


def test_an_article_of_headings_alone_is_one_passage() -> None:
    assert texts("# Plans\n\n## Cancel") == ["# Plans\n\n## Cancel"]
