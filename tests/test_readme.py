"""What the documents say exists: commands, targets, links, the hub's picture, the rooms, the decisions."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

import graph
import services
import settings
from cli.program import app
from domain.ids import BrandId, CaseId
from domain.turns import Turn
from tests.test_layers import RANK, ROOT

ARTICLES = ROOT / "demo" / "help_center" / "en"
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
COMMAND = re.compile(r"\bdeskhand((?: +(?:\"[^\"]*\"|[^\s|#&;]+))*)")
TARGET = re.compile(r"^\s*make ([a-z]+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
GUARD = re.compile(r"`(tests/[\w/.]+\.py)`")
PARTS = ["## Problem", "## Decision", "## Consequences", "## Guarded by"]


def code(page: Path) -> Iterator[str]:
    """Yield what a page shows as code, in blocks and in lines."""
    for block, inline in CODE.findall(page.read_text("utf-8")):
        yield block or inline


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of every `deskhand` command on a page."""
    for piece in code(page):
        for line in piece.splitlines():
            if not line.startswith(("FROM ", "deskhand:")):
                yield from (shlex.split(words) for words in COMMAND.findall(line) if words)


def missing(words: list[str]) -> str | None:
    """Return the first word of a command that the program does not know, None when it knows them all."""
    here = typer.main.get_command(app)
    for word in words:
        if word.startswith("-"):
            if word not in options(here):
                return word
        elif isinstance(here, TyperGroup):
            name = word if word in here.commands else getattr(here, "otherwise", None)
            if name is None:
                return word
            here = here.commands[name]
    return None


def options(command: Any) -> set[str]:
    return {"--help", *(option for parameter in command.params for option in parameter.opts)}


def plain(text: str) -> str:
    """Return text on one line, without the frame and the numbers that the terminal puts around it."""
    return " ".join(re.sub(r"[│╭╮╰╯─]|\[\d+\]", " ", text).split())


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_on_a_page_exists(page: Path) -> None:
    strange = {word: words for words in commands(page) if (word := missing(words))}

    assert strange == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_on_a_page_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))

    named = {target for piece in code(page) for target in TARGET.findall(piece)}

    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_on_a_page_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]

    broken = [link for link in links if not (page.parent / link.partition("#")[0]).exists()]

    assert broken == []


def test_the_picture_of_the_hub_is_the_hub() -> None:
    drawn = re.search(r"```mermaid\n(.*?)```", README, re.DOTALL)

    assert drawn
    assert drawn[1].strip() == graph.build().get_graph().draw_mermaid().strip()


async def test_the_first_answer_is_what_the_hub_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        monkeypatch.delenv(name)
    shown = re.search(r'<!-- first-answer -->\n```\n\$ \S+ ask "(.+?)"\n(.*?)```', README, re.DOTALL)
    assert shown

    async with services.one_shot(ARTICLES, settings.read(cache=tmp_path, demo=True)) as context:
        turn = Turn(CaseId("case_readme"), BrandId("default"), shown[1], channel="cli")
        decision = await graph.handle(turn, context)

    assert decision.outcome == "answered"
    assert decision.reply
    assert plain(decision.reply.text) in plain(shown[2])


def test_the_two_commands_are_in_the_readme() -> None:
    assert {"make demo", "make test"} <= {
        line.split("#")[0].strip() for piece in code(PAGES[0]) for line in piece.splitlines()
    }


def test_the_readme_shows_every_room() -> None:
    rows = re.findall(r"^\| (`.+?) \|", README, re.MULTILINE)
    shown = {name.strip("/").removesuffix(".py") for row in rows for name in re.findall(r"`([^`]+)`", row)}

    assert set(RANK) - shown == set()


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:5] for path in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_what_guards_it_on_one_page(decision: Path) -> None:
    text = decision.read_text("utf-8")

    assert [line for line in text.splitlines() if line.startswith("## ")] == PARTS
    assert [name for name in GUARD.findall(text) if not (ROOT / name).exists()] == []
    assert len(text.splitlines()) <= 60
