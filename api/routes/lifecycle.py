"""What becomes of an article: what it was, who was told what it says, what its readers think, who has read it again.

These stand before the routes of articles, whose ids may hold slashes: an article called `a/versions` is written and
deleted as any other, and read as one of its own versions.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api import examples, problems
from api.access import Access, access
from api.idempotency import Once, once
from api.inputs import Id, Review, Views, Vote
from api.outputs import Agreements, ReplyPage, ShownReply, ShownStanding, ShownVersion, Versions, WholeVersion
from api.ports import Services, services
from domain.articles import Standing, Version
from domain.ids import ArticleId, BrandId, MessageId, TicketId

router = APIRouter(tags=["articles"])

Reader = Annotated[Access, Depends(access("search", "articles"))]
Writer = Annotated[Access, Depends(access("articles"))]
House = Annotated[Services, Depends(services)]
Answering = Annotated[Once, Depends(once)]
Named = Annotated[Id, Path(description="The article's id; it may hold slashes.", examples=["refunds"])]


@router.get(
    "/v1/articles:check",
    summary="Do the indexes agree?",
    responses=examples.answers(200, examples.AGREEMENTS),
)
async def check_index(caller: Writer, house: House) -> Agreements:
    """Compare what is stored of the brand with what this process would find, passage by passage."""
    return Agreements.of(await house.indexer.check(caller.brand))


@router.get(
    "/v1/articles/{article:path}/versions",
    summary="What it was before",
    responses=examples.answers(200, examples.VERSIONS) | problems.may_end_in(problems.Unknown),
)
async def list_versions(article: Named, caller: Writer, house: House) -> Versions:
    """Return who stored an article and when: the present version first, then the newest twenty before it.

    A deleted article's versions are still told, without their text.
    """
    found = await _versions(house, caller, article)
    return Versions(article=article, versions=[ShownVersion.model_validate(it, from_attributes=True) for it in found])


@router.get(
    "/v1/articles/{article:path}/versions/{version}",
    summary="Read a version",
    responses=examples.answers(200, examples.VERSION) | problems.may_end_in(problems.Unknown),
)
async def get_version(
    article: Named, version: Annotated[int, Path(ge=1, examples=[3])], caller: Writer, house: House
) -> WholeVersion:
    """Return an article as it was; to bring it back, store it again."""
    for kept in await _versions(house, caller, article):
        if kept.version == version:
            return WholeVersion.model_validate(kept, from_attributes=True)
    raise problems.Unknown("There is no such version any more; GET /v1/articles/{article}/versions lists those kept.")


@router.get(
    "/v1/articles/{article:path}/replies",
    summary="Which replies cite it",
    responses=examples.answers(200, examples.REPLIES),
)
async def list_replies(
    article: Named,
    caller: Writer,
    house: House,
    limit: Annotated[int, Query(ge=1, le=200, description="The most to return.")] = 50,
    after: Annotated[Id | None, Query(description="`next` of the page before.")] = None,
) -> ReplyPage:
    """Return the replies that customers were sent and that rest on an article, deleted or not, the newest first."""
    return await citing(house, caller.brand, ArticleId(article), MessageId(after) if after else None, limit)


@router.post(
    "/v1/articles/{article:path}/votes",
    summary="Vote on it",
    responses=examples.answers(200, examples.STANDING) | problems.may_end_in(problems.Unknown),
)
async def vote(article: Named, given: Vote, caller: Reader, house: House, answer: Answering) -> ShownStanding:
    """Count a reader's vote, and return how the article stands.

    Votes make no new version. Send an `Idempotency-Key` of your reader's, and a second click counts once.
    """
    return await answer(ShownStanding, lambda: _vote(house, caller, ArticleId(article), given))


@router.post(
    "/v1/articles/{article:path}/views",
    summary="Count views",
    responses=examples.answers(200, examples.STANDING) | problems.may_end_in(problems.Unknown),
)
async def view(article: Named, opened: Views, caller: Reader, house: House, answer: Answering) -> ShownStanding:
    """Count how often an article was opened, and return how it stands; views make no new version."""
    return await answer(ShownStanding, lambda: _view(house, caller, ArticleId(article), opened.count))


@router.post(
    "/v1/articles/{article:path}/review",
    summary="Say that it is right",
    responses=examples.answers(200, examples.STANDING) | problems.may_end_in(problems.Unknown),
)
async def review(article: Named, given: Review, caller: Writer, house: House, answer: Answering) -> ShownStanding:
    """Note that somebody has read an article now, who looks after it, and when it is to be read again."""
    return await answer(ShownStanding, lambda: _review(house, caller, ArticleId(article), given))


@router.post(
    "/v1/articles/{article:path}/release",
    summary="Show it after all",
    responses=examples.answers(200, examples.STANDING) | problems.may_end_in(problems.Unknown),
)
async def release(article: Named, caller: Writer, house: House, answer: Answering) -> ShownStanding:
    """Show customers a suspicious article from the next search on; other words are looked at anew."""
    return await answer(ShownStanding, lambda: _release(house, caller, ArticleId(article)))


async def citing(
    house: Services, brand: BrandId, article: ArticleId, after: MessageId | None = None, limit: int = 50
) -> ReplyPage:
    """Return the next replies that rest on an article."""
    found = await house.desk.replies_citing(brand, article, after, limit + 1)
    shown = [ShownReply.model_validate(reply, from_attributes=True) for reply in found[:limit]]
    return ReplyPage(replies=shown, next=shown[-1].message if len(found) > limit else None)


async def _versions(house: Services, caller: Access, article: str) -> list[Version]:
    found = await house.articles.versions(caller.brand, ArticleId(article))
    if not found:
        raise problems.Unknown("This brand never had such an article; GET /v1/articles lists those there are.")
    return found


async def _vote(house: Services, caller: Access, article: ArticleId, given: Vote) -> ShownStanding:
    ticket = TicketId(given.ticket) if given.ticket else None
    if ticket:
        await house.desk.ticket(ticket, caller.brand)
    standing = await _count(house, caller, article, **({"up": 1} if given.helpful else {"down": 1}))
    await house.doors.activity.voted(caller.brand, article, given.helpful, house.context.now(), ticket)
    return standing


async def _view(house: Services, caller: Access, article: ArticleId, times: int) -> ShownStanding:
    standing = await _count(house, caller, article, views=times)
    await house.doors.activity.viewed(caller.brand, article, caller.audience, house.context.now(), times)
    return standing


async def _count(house: Services, caller: Access, article: ArticleId, **counts: int) -> ShownStanding:
    return _shown(await house.articles.count(caller.brand, caller.audience, article, **counts))


async def _review(house: Services, caller: Access, article: ArticleId, given: Review) -> ShownStanding:
    now = house.context.now()
    return _shown(await house.articles.review(caller.brand, article, given.owner, given.review_by, now))


async def _release(house: Services, caller: Access, article: ArticleId) -> ShownStanding:
    if not await house.indexer.release(caller.brand, article, house.context.now()):
        raise problems.Unknown("No such article waits to be released; those that do have a `suspicion` in the list.")
    return _shown((await house.articles.standings(caller.brand, [article])).get(article))


def _shown(standing: Standing | None) -> ShownStanding:
    if standing is None:
        raise problems.Unknown("There is no such article in this brand; GET /v1/articles lists those there are.")
    return ShownStanding.of(standing)
