"""The arithmetic of ranking."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.articles import Passage
from domain.ids import ArticleId, PassageId
from domain.search import Vote
from kb_index.ranking import Candidate, Signals, hits, rank, stretched


def candidate(name: str, siblings: int = 1, family: str | None = None, language: str = "en") -> Candidate:
    article = ArticleId(name.partition("#")[0])
    return Candidate(PassageId(name), article, language, siblings, ArticleId(family or article))


def signals(cosines: dict[str, float], articles: dict[str, float] | None = None, floor: float = 0.0) -> Signals:
    return Signals(
        {PassageId(name): cosine for name, cosine in cosines.items()},
        {},
        {ArticleId(name): score for name, score in (articles or {}).items()},
        floor,
    )


def order(candidates: list[Candidate], given: Signals, language: str | None = None, limit: int = 10) -> list[str]:
    return [hit.article for hit in rank(candidates, given, language, limit)]


def test_several_good_passages_beat_one_lucky_one() -> None:
    found = [candidate("lucky#1", 2), candidate("lucky#2", 2), candidate("steady#1", 2), candidate("steady#2", 2)]

    assert order(found, signals({"lucky#1": 0.8, "lucky#2": 0.1, "steady#1": 0.7, "steady#2": 0.6})) == [
        "steady",
        "lucky",
    ]


def test_an_article_of_one_passage_is_not_held_against_it() -> None:
    found = [candidate("short#1"), candidate("long#1", 2), candidate("long#2", 2)]

    assert order(found, signals({"short#1": 0.7, "long#1": 0.75, "long#2": 0.5})) == ["short", "long"]


def test_a_further_passage_counts_less_than_the_one_above_it() -> None:
    found = [candidate(f"{name}#{number}", 3) for name in ("early", "late") for number in (1, 2, 3)]
    given = {"early#1": 0.7, "early#2": 0.6, "early#3": 0.2, "late#1": 0.7, "late#2": 0.45, "late#3": 0.4}

    assert order(found, signals(given)) == ["early", "late"]


def test_a_passage_that_was_not_found_counts_as_the_floor() -> None:
    found = [candidate("one#1", 9), candidate("two#1", 9), candidate("two#2", 9)]

    assert order(found, signals({"one#1": 0.6, "two#1": 0.55, "two#2": 0.5}, floor=0.2)) == ["two", "one"]


def test_words_decide_between_what_means_the_same() -> None:
    found = [candidate("a#1"), candidate("b#1"), candidate("c#1")]

    assert order(found, signals({"a#1": 0.6, "b#1": 0.6, "c#1": 0.1}, {"b": 7.0, "c": 9.0})) == ["b", "a", "c"]


def test_one_of_each_family_is_shown_in_the_language_asked_for() -> None:
    found = [candidate("en#1"), candidate("es#1", family="en", language="es"), candidate("other#1")]
    given = signals({"en#1": 0.9, "es#1": 0.4, "other#1": 0.6})

    assert order(found, given, "es") == ["es", "other"]
    assert order(found, given, "en") == ["en", "other"]
    assert order(found, given, "de") == ["en", "other"]


def test_a_hit_shows_its_best_five_passages_and_the_limit_holds() -> None:
    found = [candidate(f"a#{number}", 9) for number in range(9)] + [candidate("b#1"), candidate("c#1")]
    given = signals({f"a#{number}": number / 10 for number in range(9)} | {"b#1": 0.1, "c#1": 0.0})

    ranked = rank(found, given, None, 2)

    assert [it.article for it in ranked] == ["a", "b"]
    assert [it.id for it in ranked[0].passages] == ["a#8", "a#7", "a#6", "a#5", "a#4"]


def test_votes_lift_an_article_and_say_why() -> None:
    found = [candidate("a#1"), candidate("b#1"), candidate("c#1")]
    votes = {ArticleId("a"): Vote(0.02, 0), ArticleId("b"): Vote(0.3, 12)}

    best, second, _ = rank(found, signals({"a#1": 0.6, "b#1": 0.58, "c#1": 0.1}), None, 10, votes)

    assert (best.article, best.reasons) == ("b", ("12 similar tickets were solved with this article",))
    assert (second.article, second.reasons) == ("a", ())


def test_a_clear_lead_of_an_article_that_no_ticket_knows_is_kept() -> None:
    found = [candidate("new#1"), candidate("old#1"), candidate("other#1")]
    votes = {ArticleId("old"): Vote(0.3, 5)}

    clear = rank(found, signals({"new#1": 0.8, "old#1": 0.65, "other#1": 0.1}), None, 10, votes)
    narrow = rank(found, signals({"new#1": 0.8, "old#1": 0.79, "other#1": 0.1}), None, 10, votes)

    assert [hit.article for hit in clear] == ["new", "old", "other"]
    assert [hit.article for hit in narrow] == ["old", "new", "other"]


def test_ties_are_broken_by_name_whatever_the_order_of_the_candidates() -> None:
    found = [candidate("b#1"), candidate("a#1"), candidate("c#1")]
    given = signals({"a#1": 0.5, "b#1": 0.5, "c#1": 0.5})

    assert order(found, given) == order(found[::-1], given) == ["a", "b", "c"]


def test_what_went_away_since_it_was_ranked_is_not_shown() -> None:
    found = [candidate("a#1", 2), candidate("a#2", 2), candidate("b#1")]
    ranked = rank(found, signals({"a#1": 0.9, "a#2": 0.8, "b#1": 0.7}), None, 10)
    left = Passage(PassageId("a#2"), ArticleId("a"), "A", None, (), "text", 0, 4)

    shown = hits(ranked, {left.id: left})

    assert [(hit.article, [it.passage.id for it in hit.passages]) for hit in shown] == [("a", ["a#2"])]


def test_nothing_found_is_nothing_shown() -> None:
    assert rank([], signals({}), None, 10) == ()


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.floats(-1e6, 1e6), min_size=1))
def test_stretched_scores_lie_between_nought_and_one_in_the_same_order(scores: dict[str, float]) -> None:
    found = stretched(scores)

    assert all(0 <= score <= 1 for score in found.values())
    assert max(found.values()) == 1
    assert all(found[one] <= found[other] for one in scores for other in scores if scores[one] <= scores[other])
