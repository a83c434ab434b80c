"""Finding articles by their words."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.articles import Article, Passage
from kb_index.lexical import Lexical
from kb_index.passages import cut
from tests.kb_index.conftest import CONTRASENA, CRASH, HELP_CENTER, PASSWORD, REFUNDS, SEATS, article


def passages(*articles: Article) -> list[Passage]:
    return [passage for one in articles for passage in cut(one)]


def order(lexical: Lexical, question: str) -> list[str]:
    scores = lexical.query(question, 10).articles
    return [name for name, _ in sorted(scores.items(), key=lambda found: (-found[1], found[0]))]


@pytest.fixture
def lexical() -> Lexical:
    lexical = Lexical()
    lexical.put(passages(*HELP_CENTER))
    return lexical


def test_words_are_found_in_any_form(lexical: Lexical) -> None:
    assert order(lexical, "crashing apps")[0] == "crash"
    assert order(lexical, "contrasenas OLVIDÓ")[0] == "password-es"
    assert order(lexical, "qx-4127") == ["crash"]


def test_the_passage_that_matches_is_named(lexical: Lexical) -> None:
    found = lexical.query("within 14 days", 10).passages

    assert max(found, key=lambda name: found[name]) == cut(REFUNDS)[0].id


def test_a_word_in_the_title_counts_more() -> None:
    body = "Some text about seats and invoices and plans."
    lexical = Lexical()
    lexical.put(passages(article("a", "About invoices", body), article("b", "About plans", body)))

    assert order(lexical, "invoices") == ["a", "b"]
    assert order(lexical, "plans") == ["b", "a"]


def test_text_that_looks_like_a_query_language_is_only_words(lexical: Lexical) -> None:
    assert order(lexical, 'title:"crashes" AND -(QX *~^ [ \\ +-') == ["crash"]
    assert order(lexical, "?!") == []
    assert order(lexical, "") == []


def test_an_article_put_again_is_replaced_and_a_removed_one_is_gone(lexical: Lexical) -> None:
    lexical.put(passages(replace(SEATS, body="Chairs are free now.")))
    lexical.remove([CRASH.id])

    assert order(lexical, "EUR month") == ["goodwill"]
    assert order(lexical, "chairs") == ["seats"]
    assert order(lexical, "crash") == []
    assert lexical.count() == len(HELP_CENTER) - 1


def test_an_article_that_changes_its_language_moves(lexical: Lexical) -> None:
    lexical.put(passages(replace(CONTRASENA, language="pt"), replace(PASSWORD, title="Password")))

    assert lexical.count() == len(HELP_CENTER)
    assert len(lexical.query("enlace", 10).passages) == 1


def test_a_folder_gives_the_same_results_as_memory(lexical: Lexical, tmp_path: Path) -> None:
    Lexical(tmp_path / "words").put(passages(*HELP_CENTER))

    opened = Lexical(tmp_path / "words")

    assert opened.count() == len(HELP_CENTER)
    for question in ("refund", "How do I add a seat?", "restablecer contraseña", "14 days"):
        assert opened.query(question, 10) == lexical.query(question, 10)


def test_what_was_removed_from_a_folder_does_not_come_back_with_it(tmp_path: Path) -> None:
    written = Lexical(tmp_path / "words")
    written.put(passages(*HELP_CENTER))
    written.put(passages(replace(SEATS, body="Chairs are free now.")))
    written.remove([CRASH.id])

    opened = Lexical(tmp_path / "words")

    assert opened.count() == len(HELP_CENTER) - 1
    for question in ("crash", "EUR month", "chairs", "password"):
        assert opened.query(question, 10) == written.query(question, 10)
    opened.put(passages(SEATS, CRASH))
    assert order(opened, "crash") == ["crash"]
    assert order(opened, "chairs") == []


def test_many_changes_of_one_article_leave_no_more_than_one(lexical: Lexical) -> None:
    for price in range(30):
        lexical.put(passages(replace(SEATS, body=f"A seat costs {price} EUR.")))

    texts = lexical._languages["en"]._passages
    assert len(texts._names) == len(texts._rows) == len(passages(*HELP_CENTER)) - 1
    assert order(lexical, "29 EUR") == ["seats", "goodwill"]
    assert order(lexical, "28") == []


def test_a_language_without_a_stemmer_is_found_by_whole_words() -> None:
    lexical = Lexical()
    lexical.put(passages(article("sw", "Nenosiri", "Bonyeza kitufe cha nenosiri", language="sw")))

    assert order(lexical, "NENOSIRI") == ["sw"]
