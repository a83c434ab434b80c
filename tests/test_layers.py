"""Imports point one way: a package imports only from lines below its own, never beside, lazy imports included."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = [
    {"cli"},
    {"api", "web"},
    {"worker"},
    {"evals"},
    {"services"},
    {"graph", "settings"},
    {"agents", "insights", "connectors"},
    {"desk", "kb_index"},
    {"engines"},
    {"prompts", "embedding", "database"},
    {"domain"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
BESIDE = {("api", "web")}
HOMES = {
    "langgraph": {"graph.py"},
    "procrastinate": {"desk/queue.py", "worker.py"},
    "chromadb": {"kb_index/chroma.py"},
    "tantivy": {"kb_index/lexical.py"},
    "openai": {"engines/openai_compatible.py"},
    "onnxruntime": {"embedding/minilm.py"},
    "sentence_transformers": {
        "embedding/sentence_transformer.py",
        "embedding/fine_tuning.py",
        "embedding/cross_encoder.py",
    },
    "torch": {"embedding/fine_tuning.py"},
}
SOURCES = sorted(source for name in RANK for source in [*ROOT.glob(f"{name}.py"), *(ROOT / name).rglob("*.py")])


def imported(source: Path) -> Iterator[str]:
    """Yield the top-level names a module imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_below(source: Path) -> None:
    own = source.relative_to(ROOT).parts[0].removesuffix(".py")

    ours = {name for name in imported(source) if name in RANK and name != own and (own, name) not in BESIDE}

    assert {name for name in ours if RANK[name] <= RANK[own]} == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_outside_package_is_imported_only_at_home(source: Path) -> None:
    place = str(source.relative_to(ROOT))

    strays = {name for name in imported(source) if name in HOMES and place not in HOMES[name]}

    assert strays == set()
