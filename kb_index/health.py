"""What is wrong with a help center, without a model: conflicts, leaks, copies, dead links, neglect."""

import shlex
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from domain.articles import Article
from domain.ids import ArticleId
from kb_index import conflicts, copies, links
from kb_index.contents import Contents

Kind = Literal["suspicious", "conflict", "leak", "broken_link", "duplicate", "stale", "unused"]

REVIEWED_WITHIN = timedelta(days=730)
FEWEST_SEARCHES = 50
MANY_SEARCHES = 200


@dataclass(frozen=True)
class Finding:
    """Something to mend: `severity` 0..1, the articles it is in with a quote of each, and what to do about it."""

    kind: Kind
    severity: float
    articles: tuple[ArticleId, ...]
    quotes: tuple[str, ...]
    message: str


def examine(contents: Contents, now: datetime, reviewed_within: timedelta = REVIEWED_WITHIN) -> tuple[Finding, ...]:
    """Return what is to be mended, the most severe first.

    Stale is an article whose review date has passed, or, where it has none, one that nobody edited or reviewed for so
    long.
    """
    suspicious = {article.id for article in contents.articles if article.suspicion}
    found = [
        *(_suspicious(article) for article in contents.articles if article.suspicion),
        *(_conflict(found) for found in conflicts.conflicts(contents)),
        *(
            _leak(found) if found.leaks and found.smaller not in suspicious else _duplicate(found)
            for found in copies.copies(contents)
        ),
        *(_broken(link) for link in links.broken(contents.articles)),
        *_stale(contents, now, reviewed_within),
        *_unused(contents),
    ]
    return tuple(sorted(found, key=lambda finding: (-finding.severity, finding.kind, finding.articles)))


def _suspicious(article: Article) -> Finding:
    message = (
        f"{article.id!r} is kept from customers, since {article.suspicion}. Correct it, or, if it is meant so, show "
        f"it: deskhand kb release {shlex.quote(article.id)}"
    )
    return Finding("suspicious", 0.95, (article.id,), (), message)


def _conflict(found: conflicts.Conflict) -> Finding:
    names = found.one.passage.article, found.other.passage.article
    one, other = (figure.text for figure in found.figures)
    return Finding(
        "conflict",
        round(0.45 + 0.55 * found.strength, 3),
        names,
        (found.one.quote, found.other.quote),
        f"{one!r} in {names[0]!r}, {other!r} in {names[1]!r}: if both are about one thing, correct the wrong one.",
    )


def _leak(found: copies.Copy) -> Finding:
    return Finding(
        "leak",
        round(0.5 + 0.4 * found.share, 3),
        (found.smaller, found.larger),
        tuple(passage.text for passage in found.passages),
        f"customers can read {found.share:.0%} of the internal {found.smaller!r} in {found.larger!r}: "
        "take it out there, or make the internal one public.",
    )


def _duplicate(found: copies.Copy) -> Finding:
    return Finding(
        "duplicate",
        round(0.3 + 0.5 * found.share * found.cosine, 3),
        (found.smaller, found.larger),
        tuple(passage.text for passage in found.passages),
        f"{found.smaller!r} says much the same as {found.larger!r} ({found.share:.0%} of it): keep one and link to it.",
    )


def _broken(link: links.BrokenLink) -> Finding:
    why = "is internal, so customers cannot open it" if link.hidden else "is no article"
    message = f"{link.article.id!r} links to {link.target!r}, which {why}: correct or remove the link."
    return Finding("broken_link", 0.6, (link.article.id,), (link.quote,), message)


def _stale(contents: Contents, now: datetime, reviewed_within: timedelta) -> Iterator[Finding]:
    most = max((standing.views for standing in contents.standings.values()), default=0)
    for article in contents.articles:
        standing = contents.standings.get(article.id)
        reviewed = standing.reviewed_at if standing else None
        looked = max(filter(None, (article.updated_at, reviewed)), default=None)
        if told := _overdue(article, looked, now, reviewed_within):
            days, why = told
            views = standing.views if standing else 0
            age = timedelta(days=days) / reviewed_within
            seen = f" and was viewed {views:,} times" if views else ""
            yield Finding(
                "stale",
                round(0.5 * (1 - 1 / (1 + age)) + 0.3 * views / max(most, 1), 3),
                (article.id,),
                (),
                f"{article.id!r} {why}{seen}: read it again, then correct or remove it.",
            )


def _overdue(
    article: Article, looked: datetime | None, now: datetime, reviewed_within: timedelta
) -> tuple[int, str] | None:
    """Return since how many days an article is to be looked at, and why; None when it is not."""
    if article.review_by:
        late = now - datetime.combine(article.review_by, time.max, UTC)
        return (late.days, f"was to be reviewed by {article.review_by}") if late > timedelta() else None
    if looked is None or now - looked <= reviewed_within:
        return None
    age = now - looked
    return (age - reviewed_within).days, f"was last edited or reviewed on {looked.date()}, {age.days} days ago"


def _unused(contents: Contents) -> Iterator[Finding]:
    """Yield the public articles that no question has brought up although many were asked since they were stored."""
    if contents.uses is None:
        return
    for article in contents.articles:
        standing = contents.standings.get(article.id)
        if article.visibility != "public" or standing is None or contents.uses.of.get(article.id):
            continue
        missed = len(contents.uses.times) - bisect_left(contents.uses.times, standing.stored_at)
        if missed >= FEWEST_SEARCHES:
            yield Finding(
                "unused",
                round(0.3 * missed / (missed + MANY_SEARCHES), 3),
                (article.id,),
                (),
                f"{article.id!r} was not found once in {missed:,} questions: "
                "name in its title what customers ask for, or remove it.",
            )
