"""The commands of the benchmarks."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

import services
import settings
from domain.articles import Article
from evals.benchmarks import chat, contradictions, desk, indexing, made, scale, searching
from kb_index import reading

app = typer.Typer(help="How quick and how big Deskhand is on this machine.", no_args_is_help=True)
Questions = Annotated[Path | None, typer.Option(help="A .jsonl file with a `question` in each row.")]
Articles = Annotated[Path | None, typer.Option(help="Articles to take instead of made ones: a folder or .jsonl file.")]


@app.command()
def search(
    count: Annotated[int, typer.Option(help="Articles.")] = 2000,
    asked: Annotated[int, typer.Option(help="Questions, 50 of them to warm up.")] = 250,
    articles: Articles = None,
    questions: Questions = None,
) -> None:
    """Time one-line questions on a served index, kept in the data directory for the next time."""
    lines = _questions(questions, asked, count)
    _print(asyncio.run(searching.measure(settings.read(), _articles(articles, count), lines)))


@app.command()
def http(
    url: Annotated[str, typer.Argument(help="A server in demo mode, such as http://127.0.0.1:8420.")],
    count: Annotated[int, typer.Option(help="Articles that it holds.")] = 2000,
    asked: Annotated[int, typer.Option(help="Questions, 50 of them to warm up.")] = 250,
    questions: Questions = None,
) -> None:
    """Time one-line questions over HTTP, on a server that runs."""
    _print(searching.over_http(url, _questions(questions, asked, count)))


@app.command("chat")
def chat_numbers(
    url: Annotated[str, typer.Argument(help="A server in demo mode, such as http://127.0.0.1:8420.")],
    messages: Annotated[int, typer.Option(help="Messages, each in a conversation of its own.")] = 500,
    at_once: Annotated[int, typer.Option(help="How many customers wait at the same time.")] = 32,
    key: Annotated[str | None, typer.Option(envvar="DESKHAND_KEY", help="A key with the scope `chat`.")] = None,
) -> None:
    """Talk to a server that runs: what a message costs it, and how long its customer waits."""
    _print(asyncio.run(chat.measure(url, messages, at_once, key)))


@app.command()
def passages(
    count: Annotated[int, typer.Option(help="Passages.")] = 100_000,
    asked: Annotated[int, typer.Option(help="Questions.")] = 300,
) -> None:
    """Time both indexes over a great many made passages, vectors given; the vectors are kept in the cache."""
    _print(scale.measure(settings.read().cache / "benchmarks", count, asked))


@app.command("desk")
def desk_numbers(tickets: Annotated[int, typer.Option(help="Tickets of the year.")] = 200_000) -> None:
    """Time every KPI, view and search over a year of made tickets."""
    _print(asyncio.run(desk.measure(tickets)))


@app.command()
def index(count: Annotated[int, typer.Option(help="Articles.")] = 200, articles: Articles = None) -> None:
    """Time indexing into an empty data directory, beside the embedder alone."""
    _print(asyncio.run(indexing.measure(settings.read(), _articles(articles, count))))


@app.command()
def conflicts(
    articles: Annotated[Path, typer.Argument(help="A folder or .jsonl file of articles.")],
    count: Annotated[int, typer.Option(help="Contradictions planted at a time.")] = 25,
    seeds: Annotated[list[int] | None, typer.Option(help="What they are drawn with; repeatable.")] = None,
) -> None:
    """Plant contradictions between related articles and say how many `kb health` finds, and what else."""
    with services.open_tools(settings.read()) as tools:
        _print(contradictions.measure(tools.contents(articles), tools.embedder, seeds or [11, 12, 13], count))


def _articles(source: Path | None, count: int) -> list[Article]:
    read = settings.read()
    found: Iterable[object] = reading.read([source], read.languages) if source else made.articles(count)
    return list(islice((it for it in found if isinstance(it, Article)), count))


def _questions(source: Path | None, asked: int, count: int) -> list[str]:
    return list(islice(_lines(source) if source else made.questions(asked, count), asked))


def _lines(file: Path) -> Iterable[str]:
    """Yield the first line of each question once, where it is one line long."""
    rows = (json.loads(line)["question"].strip().partition("\n")[0] for line in file.read_text("utf-8").splitlines())
    return (line for line in dict.fromkeys(rows) if 4 <= len(line.split()) <= 14)


def _print(result: Any) -> None:
    print(json.dumps(asdict(result), indent=2))


if __name__ == "__main__":
    app()
