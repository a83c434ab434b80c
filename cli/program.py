"""Every command with its options: what may be typed stands here, what is done in the module that a command calls."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Brand, Corpus, Data, Demo, Json, Pages, Rows

app = typer.Typer(
    name="deskhand",
    help="A support assistant that answers from your help center, cites it, and hands over when unsure.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
keys = typer.Typer(no_args_is_help=True, help="API keys: make one, list them, take one back.")
brands = typer.Typer(no_args_is_help=True, help="Brands: each has its own articles, tickets and keys.")
app.add_typer(keys, name="keys")
app.add_typer(brands, name="brands")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind; default 8420, 0 takes a free one.")] = None,
    workers: Annotated[int, typer.Option(help="Only 1 works; the message says how to run more.")] = 1,
    demo: Demo = None,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Run the API, the chat page and a worker."""
    from cli import serving

    serving.serve(workers=workers, host=host, port=port, demo=demo, policy=policy, data=data)


@app.command()
def work(policy: Pages = None, data: Data = None) -> None:
    """Run one more worker.

    It needs a PostgreSQL and a Chroma server of your own, which it shares with `deskhand serve`.
    """
    from cli import serving

    serving.work(policy=policy, data=data)


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(help="Folders or files: Markdown, HTML, or .jsonl of articles.")],
    brand: Brand = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Read articles into the knowledge index.

    What has not changed costs nothing. A bad file is named and skipped, and the exit code is 3 then.
    """
    from cli import articles

    articles.index(paths, brand, as_json, data=data)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    kb: Corpus = None,
    file: Rows = None,
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, max=100, help="How many articles.")] = 10,
    brand: Brand = "default",
    audience: Annotated[str, typer.Option(help="customer, or teammate to include internal articles.")] = "customer",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Find articles, and the passages that earned it."""
    from cli import questions

    questions.search(query, file, kb, questions.Scope(brand, audience, limit), as_json, data=data)


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="What the customer says.")] = None,
    kb: Corpus = None,
    file: Rows = None,
    brand: Brand = "default",
    policy: Pages = None,
    demo: Demo = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Print what Deskhand would reply, and why.

    One turn goes through the hub; nothing is written to the desk. Only with --demo would a reply be sent unseen.
    """
    from cli import questions

    questions.ask(text, file, kb, questions.Scope(brand), as_json, policy=policy, demo=demo, data=data)


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for, such as 'website'.")],
    scopes: Annotated[str, typer.Option(help="With commas between: search,drafts,chat,articles,keys,admin.")] = (
        "search,drafts,chat"
    ),
    brand: Brand = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Make an API key and print it, this once."""
    from cli import access

    access.create_key(name, scopes, brand, as_json, data=data)


@keys.command("list")
def list_keys(brand: Brand = "default", as_json: Json = False, data: Data = None) -> None:
    """List the keys of a brand, without their secrets."""
    from cli import access

    access.list_keys(brand, as_json, data=data)


@keys.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="The key's prefix, as `deskhand keys list` prints it, or its id.")],
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Take a key back: the next request with it is refused."""
    from cli import access

    access.revoke_key(key, as_json, data=data)


@brands.command("add")
def add_brand(
    brand: Annotated[str, typer.Argument(help="Its id: small letters, digits and dashes.")],
    name: Annotated[str | None, typer.Option(help="What people call it; default the id.")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Add a brand."""
    from cli import access

    access.add_brand(brand, name or brand, as_json, data=data)


@brands.command("list")
def list_brands(as_json: Json = False, data: Data = None) -> None:
    """List the brands."""
    from cli import access

    access.list_brands(as_json, data=data)


@app.command()
def doctor(as_json: Json = False, data: Data = None) -> None:
    """Say what is configured and what to fix.

    The exit code is 1 when something must be fixed.
    """
    from cli.doctor import examine

    examine(as_json, data=data)
