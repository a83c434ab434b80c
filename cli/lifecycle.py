"""`deskhand articles`: take an article back, and see which replies rest on it."""

import json
import sys
from collections.abc import Sequence

import typer

import services
import settings
from api.outputs import DeletedArticle, ShownReply
from api.routes.lifecycle import citing
from cli import running
from cli.answering import PATIENCE_S
from cli.loop import run
from cli.refusal import Refusal
from cli.remote import Remote
from domain.ids import ArticleId, BrandId
from settings import Settings


def delete(article: str, brand: str, as_json: bool, **passed: object) -> None:
    """Delete an article through the running server or in the stores, and print who was told what it says."""
    deleted = run(_deleted(settings.read(**passed), BrandId(brand), ArticleId(article)))
    if as_json:
        sys.stdout.write(deleted.model_dump_json(indent=2) + "\n")
        return
    typer.echo(f"{article} is deleted; {_count(deleted)} on it.")
    _print(deleted.replies)


def replies(article: str, brand: str, limit: int, as_json: bool, **passed: object) -> None:
    """Print the replies that rest on an article; it works beside a running server."""
    found = run(_replies(settings.read(**passed), BrandId(brand), ArticleId(article), limit))
    if as_json:
        rows = [reply.model_dump(mode="json") for reply in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    _print(found)


def release(article: str, brand: str, **passed: object) -> None:
    """Show customers a suspicious article, through the running server or in the stores."""
    run(_released(settings.read(**passed), BrandId(brand), ArticleId(article)))
    typer.echo(f"{article} is shown to customers from now on; when its words change, they are looked at anew.")


async def _released(read: Settings, brand: BrandId, article: ArticleId) -> None:
    if server := running.find(read.data):
        async with Remote.opened(server, brand) as remote:
            await remote.release(article)
        return
    async with services.open_services(read, patience_s=PATIENCE_S) as opened:
        if not await opened.indexer.release(brand, article, services.now()):
            raise Refusal(
                f"brand {brand!r} has no suspicious article {article!r}: `deskhand kb health` names those that wait"
            )


async def _deleted(read: Settings, brand: BrandId, article: ArticleId) -> DeletedArticle:
    if server := running.find(read.data):
        async with Remote.opened(server, brand) as remote:
            return await remote.delete(article)
    async with services.open_services(read, patience_s=PATIENCE_S) as opened:
        if not await opened.indexer.delete(brand, article, services.now(), by=f"run:{brand}"):
            raise Refusal(
                f"brand {brand!r} has no article {article!r}: `deskhand search` prints the ids of what it finds"
            )
        page = await citing(opened, brand, article)
    return DeletedArticle(id=article, state="deleted", replies=page.replies, next=page.next)


async def _replies(read: Settings, brand: BrandId, article: ArticleId, limit: int) -> list[ShownReply]:
    async with services.open_desk(read) as desk:
        found = await desk.replies_citing(brand, article, limit=limit)
    return [ShownReply.model_validate(reply, from_attributes=True) for reply in found]


def _count(deleted: DeletedArticle) -> str:
    count = f"{len(deleted.replies)}{' or more' if deleted.next else ''}"
    return "no reply rests" if not deleted.replies else f"{count} {'reply rests' if count == '1' else 'replies rest'}"


def _print(found: Sequence[ShownReply]) -> None:
    for reply in found:
        typer.echo(f"{reply.at:%Y-%m-%d %H:%M}  {reply.ticket}  {' '.join(reply.sentences)}")
