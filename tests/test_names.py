"""Our top-level names are common words: be sure they are ours in this environment, and in the wheel."""

import importlib
import tomllib
from pathlib import Path

import pytest

from tests.test_layers import RANK, ROOT


@pytest.mark.parametrize("name", sorted(RANK))
def test_a_name_of_ours_is_not_taken_by_another_distribution(name: str) -> None:
    assert Path(importlib.import_module(name).__file__ or "").is_relative_to(ROOT)


def test_the_wheel_holds_exactly_our_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    listed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]

    assert {name.removesuffix(".py") for name in listed} == set(RANK)
