"""`deskhand kb tune` at its door: customers call things by names that no article knows."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Deskhand

CALLED = {
    "invoices": "blorpsheet", "passwords": "kreemkey", "seats": "vundel", "refunds": "tazzback", "exports": "snorfile",
    "avatars": "glimface", "webhooks": "pingaroo", "trials": "freebix", "coupons": "wompcode", "themes": "chromaskin",
    "archives": "dustbin", "calendars": "dayblob",
}  # fmt: skip
ASKED = [
    "where is my {}", "the {} does not work", "how do I change a {}", "I want a new {}", "who may see the {}",
    "{} disappeared yesterday", "can a colleague delete my {}", "is there a {} on the phone", "{} help please",
]  # fmt: skip


@pytest.fixture(scope="session")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain_help")
    for name in CALLED:
        text = f"# {name.capitalize()}\n\nOpen the settings and choose {name}. There you add, change or remove {name}."
        (folder / f"{name}.md").write_text(text)
    return folder


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        {"question": asked.format(called), "relevant_ids": [name], "asked_at": f"2026-11-01T{hour:02}:00:00Z"}
        for hour, asked in enumerate(ASKED)
        for name, called in CALLED.items()
    ]
    file = tmp_path_factory.mktemp("pairs") / "pairs.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def found(typed: Deskhand, *place: str | Path, **variables: str) -> str:
    """Return the article that a strange name leads to."""
    done = typed("search", "rename my pingaroo", *place, "--json", **variables)
    first: str = json.loads(done.stdout)["results"][0]["article"]
    return first


def test_what_is_better_is_adopted_searched_with_and_taken_back(typed: Deskhand, kb: Path, pairs: Path) -> None:
    before = found(typed, "--kb", kb)

    tuned = typed("kb", "tune", "--kb", kb, "--pairs", pairs, "--json")
    after = found(typed, "--kb", kb)
    back = typed("kb", "tune", "--kb", kb, "--rollback")

    report = json.loads(tuned.stdout)
    assert (tuned.returncode, report["adopted"], report["better"], report["held_out"]) == (0, 1, True, "latest")
    assert report["known"]["low"] > 0
    assert report["known"]["after"]["hit_1"] > report["known"]["before"]["hit_1"]
    assert before != after == "webhooks"
    assert back.stdout == "Version 1 is out of use; questions are searched as they are.\n"
    assert found(typed, "--kb", kb) == before


def test_a_dry_run_says_what_it_is_worth_and_changes_nothing(typed: Deskhand, kb: Path, pairs: Path) -> None:
    done = typed("kb", "tune", "--kb", kb, "--pairs", pairs, "--dry-run")
    back = typed("kb", "tune", "--kb", kb, "--rollback")

    assert done.returncode == 0
    assert "108 pairs, 0 left out; held out: the latest questions." in done.stdout
    assert "better: MRR 0." in done.stdout
    assert "Nothing is changed by --dry-run" in done.stdout
    assert back.returncode == 2
    assert "there is nothing to roll back: no adapter is in use" in back.stderr


def test_what_is_adopted_for_a_brand_is_what_it_is_served_with(
    typed: Deskhand, kb: Path, pairs: Path, tmp_path: Path, database_url: str
) -> None:
    place = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}
    typed("index", kb, **place)
    before = found(typed, **place)

    tuned = typed("kb", "tune", "--pairs", pairs, **place)

    assert "Adopted as version 1. Take it back with: deskhand kb tune --rollback" in tuned.stdout
    assert before != found(typed, **place) == "webhooks"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            '{"question": "Why?", "relevant_ids": ["seats"]}',
            "1 different questions about 1 public articles are too few",
        ),
        ('{"question": "Why?"}', "pairs.jsonl:1: relevant_ids: Field required; a row is"),
        ("", "holds no row"),
    ],
)
def test_pairs_that_cannot_teach_are_refused(
    typed: Deskhand, kb: Path, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(content)

    done = typed("kb", "tune", "--kb", kb, "--pairs", file)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_folder_needs_pairs_and_a_suite_must_be_of_questions(typed: Deskhand, kb: Path, pairs: Path) -> None:
    nothing = typed("kb", "tune", "--kb", kb)
    both = typed("kb", "tune", "--kb", kb, "--pairs", pairs, "--suite", "demo")
    replies = typed("kb", "tune", "--kb", kb, "--suite", "demo")

    assert "give --pairs FILE or --suite SUITE beside --kb" in nothing.stderr
    assert "give --pairs or --suite, not both" in both.stderr
    assert "suite 'demo' is of kind replies; tuning learns from retrieval suites" in replies.stderr


def test_the_packaged_model_cannot_be_trained_further(typed: Deskhand, kb: Path, pairs: Path) -> None:
    done = typed("kb", "tune", "--kb", kb, "--pairs", pairs, "--method", "finetune")

    assert done.returncode == 2
    assert "the embedder 'minilm' cannot be trained further: name the model to begin with" in done.stderr
