"""The demo's questions hold together: enough of them, parted by article, true to the articles, in other words."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from evals import evaluation, suites
from evals.demo import rewording, seeds, variants
from evals.demo.seeds import HERE, REPLIED, SPLITS, SeedBroken, Split
from evals.scorers.readings import says
from evals.suites import Suite
from tests.test_layers import ROOT

ARTICLES = ROOT / "demo" / "help_center"
FIGURES = re.compile(r"\d+(?:[.,]\d+)*|\"[^\"]+\"|https?://\S+")


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines())


@cache
def article(name: str) -> str:
    folder = name[-2:] if name.endswith(("-es", "-de")) else "en"
    return (ARTICLES / folder / f"{name}.md").read_text("utf-8")


def answerable(name: str) -> list[dict[str, Any]]:
    return [row for row in rows(name) if row.get("relevant_ids") and set(row["outcome"]) <= set(REPLIED)]


def articles(name: str) -> set[str]:
    """Return the articles that one side is about, translations under the name of their English page."""
    return {re.sub("-(es|de)$", "", one) for row in rows(name) for one in row.get("relevant_ids", ())}


def pairs() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every question that was written with its variant."""
    for split in SPLITS:
        by_id = {row["id"]: row for row in rows(split)}
        yield from (
            (by_id[name.removesuffix("-varied")], row) for name, row in by_id.items() if row["made"] == "varied"
        )


def test_there_are_enough_questions_for_the_bound_of_the_gate() -> None:
    every = [row for name in ("questions", *SPLITS) for row in rows(name)]

    assert len(every) >= 900
    assert len({row["id"] for row in every}) == len(every)
    assert len(answerable("dev")) + len(answerable("test")) >= 600
    assert len({row["question"] for row in answerable("test") if row["made"] == "written"}) >= 300
    assert {row["id"] for row in rows("questions")} == {f"demo-{number:03}" for number in range(1, 41)}


def test_no_article_is_on_both_sides_and_nothing_was_tuned_on_the_tests() -> None:
    public = {path.stem for path in (ARTICLES / "en").glob("*.md") if "visibility: public" in article(path.stem)}

    assert articles("dev") & articles("test") == set()
    assert articles("questions") & articles("test") == set()
    assert articles("dev") | articles("test") == public


@pytest.mark.parametrize("split", SPLITS)
def test_what_a_reply_must_say_stands_in_its_articles_and_what_it_must_not_does_not(split: Split) -> None:
    def texts(row: dict[str, Any]) -> str:
        return "\n".join(article(name) for name in row.get("relevant_ids", ()))

    def options(rule: str | list[str]) -> list[str]:
        return [rule] if isinstance(rule, str) else rule

    strange = [
        (row["id"], rule)
        for row in rows(split)
        for rule in row.get("must_include", ())
        if not any(says(texts(row), option) for option in options(rule))
    ]
    forbidden = [
        (row["id"], word) for row in rows(split) for word in row.get("must_not_include", ()) if says(texts(row), word)
    ]

    assert strange == []
    assert forbidden == []


@pytest.mark.parametrize("split", SPLITS)
def test_the_rows_are_what_their_seeds_make(split: Split) -> None:
    made = [json.loads(json.dumps(row)) for row in variants.rows(split)]

    assert made == list(rows(split)), "make them again with `python -m evals.demo`"


def test_a_variant_says_the_same_in_other_words() -> None:
    for written, varied in pairs():
        before, after = written["question"].casefold(), varied["question"].casefold()
        assert before.rstrip("?.") not in after
        assert sorted(FIGURES.findall(before)) == sorted(FIGURES.findall(after))
        assert {**written, "id": "", "question": "", "made": ""} == {**varied, "id": "", "question": "", "made": ""}


@pytest.mark.parametrize(
    ("rewriter", "text", "other"),
    [
        (rewording.turned, "If I cancel now, do I lose my data?", "Do I lose my data if I cancel now?"),
        (rewording.turned, "Do I lose my data if I cancel now?", "If I cancel now, do I lose my data?"),
        (rewording.turned, "If I cancel it, is it gone?", None),
        (rewording.turned, "We moved. Where do I change our address?", "Where do I change our address? We moved."),
        (rewording.turned, "Do you know if I can cancel?", None),
        (rewording.terse, "Hello, where's the PDF of FW-1203?", "wheres the PDF of FW-1203"),
        (rewording.rephrased, "I would like 14 EUR.", None),
        (rewording.rephrased, "An e-mail says so.", "An email says so."),
        (rewording.rephrased, "Is this an invoice?", "Is this a bill?"),
        (rewording.rephrased, 'What is "customer"?', 'What\'s "customer"?'),
        (rewording.mistyped, "FW-1203 on a PDF", None),
        (rewording.told, "Hello, where is it?", None),
    ],
)
def test_a_rewriter_changes_what_it_can_and_leaves_the_rest(
    rewriter: rewording.Rewriter, text: str, other: str | None
) -> None:
    assert rewriter(text, Random(3)) == other


def test_a_seed_that_says_too_little_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "seeds" / "dev").mkdir(parents=True)
    (tmp_path / "seeds" / "dev" / "odd.yaml").write_text("- {id: one, class: person}\n", "utf-8")

    with pytest.raises(
        SeedBroken, match=r"odd\.yaml: .*'one'.*questions: Field required; a seed has id, class, questions"
    ):
        list(seeds.read("dev", tmp_path))


@pytest.mark.parametrize("split", SPLITS)
def test_the_long_suites_can_be_run(split: Split) -> None:
    suite = suites.load(evaluation.SHIPPED / f"demo-{split}.yaml")

    assert isinstance(suite, Suite)
    assert len(suite.examples) == len(rows(split))
    assert {one.row.seed for one in suite.examples if one.row.kind == "replies"} == {row["seed"] for row in rows(split)}
