from pathlib import Path

import pytest

from evals import suites, tables
from evals.errors import DataMissing, SuiteUnreadable
from evals.suites import Suite


def table(folder: Path, text: str) -> Path:
    path = folder / "mine.csv"
    path.write_text(text, "utf-8")
    return path


def started(folder: Path, text: str) -> Suite:
    suite = suites.load(tables.start(table(folder, text)))
    assert isinstance(suite, Suite)
    return suite


@pytest.mark.parametrize(
    ("text", "kind", "gate"),
    [
        ("question,relevant\nHow do I pay?,billing;cards\n", "retrieval", "hit@5"),
        ("Text,Intent\nHow do I pay?,billing\n", "intents", "accuracy"),
        ("question,label\nHow do I pay?,billing\n", "intents", "accuracy"),
        ('question,must_include,outcome\n"Refund, please?",14 days;refund,answered\n', "replies", "passed"),
        ("context,answer,label\nc,a,supported\n", "grounding", "auroc"),
        ("question,answer\nHow?,Like this.\n", "given", "completeness"),
        ("\ufeffquestion;relevant\nHow do I pay?;billing\n", "retrieval", "hit@5"),
    ],
)
def test_a_table_becomes_a_suite_that_loads(tmp_path: Path, text: str, kind: str, gate: str) -> None:
    suite = started(tmp_path, text)

    assert suite.file.kind == kind
    assert list(suite.file.gates) == [gate]
    assert len(suite.examples) == 1


def test_cells_with_commas_and_lists_are_read_whole(tmp_path: Path) -> None:
    suite = started(tmp_path, 'question,must_include,outcome\n"Refund, please?",14 days;refund,answered\n')

    row = suite.examples[0].row
    assert row.kind == "replies"
    assert row.question == "Refund, please?"
    assert row.must_include == (("14 days",), ("refund",))
    assert row.outcome == ("answered",)


def test_rows_that_say_train_are_learned_from(tmp_path: Path) -> None:
    suite = started(tmp_path, "text,label,split\na,x,train\nb,x,test\n")

    assert (len(suite.examples), len(suite.pool)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour,size\nred,10\n", r"the columns colour, size make no suite; name them question and relevant"),
        ("question,relevant\n", r"holds no rows"),
    ],
)
def test_another_table_is_refused_with_the_way_out(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SuiteUnreadable, match=message):
        tables.start(table(tmp_path, text))


def test_nothing_is_written_over(tmp_path: Path) -> None:
    started(tmp_path, "question,answer\nHow?,Like this.\n")

    with pytest.raises(SuiteUnreadable, match=r"mine\.yaml is there already"):
        tables.start(tmp_path / "mine.csv")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"no table at .*gone\.csv"):
        tables.start(tmp_path / "gone.csv")
