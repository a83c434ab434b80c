from pathlib import Path

import pytest

from domain.triage import Priority
from prompts import policy
from prompts.policy import PolicyError


def test_the_shipped_policy_can_be_exported_and_loaded_again(tmp_path: Path) -> None:
    policy.export(tmp_path / "mine", policy.texts())

    assert policy.load(tmp_path / "mine") == policy.load()


def test_an_edited_file_replaces_the_shipped_one_and_changes_the_version(tmp_path: Path) -> None:
    policy.export(tmp_path, policy.texts())
    clocks = tmp_path / "clocks.yaml"
    clocks.write_text(clocks.read_text("utf-8").replace("P0: {response: 30,", "P0: {response: 15,"), "utf-8")

    edited = policy.load(tmp_path)

    assert edited.targets[Priority.P0].response == 15
    assert edited.version != policy.load().version


def test_an_edited_policy_is_never_overwritten(tmp_path: Path) -> None:
    policy.export(tmp_path, policy.texts())

    with pytest.raises(PolicyError, match=r"already holds brand\.yaml, intents\.yaml"):
        policy.export(tmp_path, policy.texts())


def test_a_folder_with_one_file_keeps_the_rest_as_shipped(tmp_path: Path) -> None:
    (tmp_path / "tone.md").write_text("Be brief.", "utf-8")

    assert policy.load(tmp_path).tone == "Be brief."
    assert policy.load(tmp_path).intents == policy.load().intents


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("intents.yaml", "- name: x\n  description: y\n", r"intents\.yaml, at 0\.examples"),
        ("intents.yaml", "a: [", r"intents\.yaml is not YAML"),
        ("brand.yaml", "nome: Fernway\n", r"brand\.yaml, at nome: is not known here"),
        ("desk.yaml", "languages: [en]\n", r"desk\.yaml, at thresholds: is missing"),
        ("flags.yaml", "shouting:\n  - HEY\n", r"flags\.yaml, at shouting"),
        ("destinations.yaml", "- name: x\n", r"destinations\.yaml, at 0\.team"),
        ("destinations.yaml", "[]", r"must end with an entry of `owns: true`"),
        ("intents.yaml", "[]", r"intents\.yaml has no examples in scope"),
        ("phrases.yaml", "{}", r"no sentences for the first language of desk\.yaml, 'en'"),
    ],
)
def test_a_file_that_does_not_fit_is_named_with_what_is_wrong(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")

    with pytest.raises(PolicyError, match=said):
        policy.load(tmp_path)


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="is not a folder"):
        policy.load(tmp_path / "nowhere")


def test_every_language_of_the_policy_can_be_spoken() -> None:
    shipped = policy.load()

    assert set(shipped.languages) == set(shipped.phrases)


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        (
            "intents.yaml",
            "- name: problem",
            "- name: how_to",
            r"intents\.yaml, at 1\.name: 'how_to' is no name of its own",
        ),
        ("phrases.yaml", "$number minutes", "$minutes", r"phrases\.yaml, at en\.within\.minutes: .* must say \$number"),
        ("phrases.yaml", "$number hours", "$number $", r"phrases\.yaml, at en\.within\.hours: .* must say \$number"),
        ("desk.yaml", "accepted: 0.02", "accepted: 2", r"desk\.yaml, at risk\.accepted: 2\.0 is no share"),
        ("desk.yaml", "[en, es, de, fr, pt]", "[]", r"desk\.yaml names no language"),
    ],
)
def test_words_that_would_fail_while_a_customer_waits_are_refused(
    tmp_path: Path, name: str, before: str, after: str, said: str
) -> None:
    text = policy.texts()[name]
    assert before in text
    (tmp_path / name).write_text(text.replace(before, after, 1), "utf-8")

    with pytest.raises(PolicyError, match=said):
        policy.load(tmp_path)


def test_the_manual_names_every_page() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")

    assert [name for name in policy.FILES if f"`{name}`" not in manual] == []
