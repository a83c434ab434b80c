"""What the API answers with, where it is not already a word of the domain."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from desk.work.outcomes import Rating
from domain.articles import Article, Standing, Visibility
from domain.ids import SearchId
from domain.policy import TonePart
from domain.search import Answerability, Hit, Results, ScoredPassage
from domain.turns import Author
from kb_index.mending import Agreement


class Output(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class FoundPassage(Output):
    """A passage that earned its article a place; `start` and `end` count characters of the article's body."""

    id: str
    text: str
    start: int
    end: int
    score: float

    @classmethod
    def of(cls, scored: ScoredPassage) -> Self:
        """Return a passage as it is shown."""
        passage = scored.passage
        return cls(id=passage.id, text=passage.text, start=passage.start, end=passage.end, score=scored.score)


class FoundArticle(Output):
    """An article, and the passages that earned it its place, best first; `reasons` says what else did."""

    article: str
    title: str
    url: str | None
    score: float
    passages: list[FoundPassage]
    reasons: list[str] = Field(default=[], description="Such as how many similar tickets it solved.")

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Return an article as it is shown."""
        return cls(
            article=hit.article,
            title=hit.title,
            url=hit.url,
            score=hit.score,
            passages=[FoundPassage.of(scored) for scored in hit.passages],
            reasons=list(hit.reasons),
        )


class Answerable(Output):
    """How surely what was found answers the question, and whether that is enough in this help center."""

    probability: float = Field(description="0 to 1, where half of the questions asked have an answer.")
    answerable: bool
    reasons: list[str]

    @classmethod
    def of(cls, told: Answerability) -> Self:
        """Return it as it is shown."""
        return cls(probability=told.probability, answerable=told.answerable, reasons=list(told.reasons))


class Found(Output):
    """The articles found, best first."""

    query: str
    results: list[FoundArticle]
    answerability: Answerable | None = Field(default=None, description="Null where nothing was fitted.")
    search: str | None = Field(default=None, description="The search's id, where it was recorded.")

    @classmethod
    def of(cls, results: Results, search: SearchId | None = None) -> Self:
        """Return a search as it is shown, under its id where it was recorded."""
        told = Answerable.of(results.answerability) if results.answerability else None
        hits = [FoundArticle.of(hit) for hit in results.hits]
        return cls(query=results.query, results=hits, answerability=told, search=search)


class Accepted(Output):
    """A message that was stored and will be answered; `events` is where to follow what becomes of it."""

    ticket: str
    message: str
    events: str
    notice: str = Field(description="Show it to the customer at first contact: who answers is a bot.")


class Source(Output):
    """An article a reply rests on, under the number its sentences cite, with what it says."""

    number: int
    article: str
    title: str
    url: str | None
    quotes: list[str]


class SpokenSentence(Output):
    """A sentence of a reply, and the numbers of its sources."""

    text: str
    kind: str
    ask: str | None
    sources: list[int]


class SpokenMessage(Output):
    """One thing said in a conversation; a bot's reply is also given sentence by sentence with its sources."""

    id: str
    author: Author
    kind: Literal["text", "reply", "notice"]
    text: str
    at: datetime
    sentences: list[SpokenSentence] = []
    sources: list[Source] = []


class Conversation(Output):
    """A ticket as its customer sees it; `working` is what the hub does right now, null when it rests.

    `rating` says whether the customer is asked for a mark, which `POST /v1/chat/{ticket}/rating` takes, or gave one.
    """

    ticket: str
    handed_over: bool
    working: str | None
    last_event: int
    rating: Rating | None = None
    messages: list[SpokenMessage]


class Happening(Output):
    """What an event tells: what the hub does, or the message that was sent; an event that ends a case tells neither."""

    case: str | None
    status: str | None = None
    message: SpokenMessage | None = None


class ShownArticle(Output):
    """A help-center page without its body."""

    id: str
    title: str
    url: str | None
    updated_at: datetime | None
    visibility: Visibility
    language: str
    translation_of: str | None
    tags: list[str]
    owner: str | None
    review_by: date | None
    suspicion: str | None = Field(description="Why customers are not shown it until it is released.")

    @classmethod
    def of(cls, article: Article) -> Self:
        """Return an article as lists show it."""
        return cls.model_validate(article, from_attributes=True)


class ShownStanding(Output):
    """How an article stands with its readers and keepers; `helpfulness` is (up + 2) / (up + down + 4)."""

    version: int
    stored_at: datetime
    reviewed_at: datetime | None
    up: int
    down: int
    views: int
    helpfulness: float

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Return a standing as it is shown."""
        return cls.model_validate(standing, from_attributes=True)


class WholeArticle(ShownArticle):
    """A help-center page."""

    body: str
    standing: ShownStanding

    @classmethod
    def whole(cls, article: Article, standing: Standing) -> Self:
        """Return an article with all there is to show."""
        listed = ShownArticle.of(article).model_dump()
        return cls(**listed, body=article.body, standing=ShownStanding.of(standing))


class ShownVersion(Output):
    """What an article was: who stored it and when; without a title where it was deleted then or later."""

    version: int
    at: datetime
    by: str | None
    title: str | None
    visibility: Visibility | None


class Versions(Output):
    """The newest versions of an article, the newest first."""

    article: str
    versions: list[ShownVersion]


class WholeVersion(ShownVersion):
    """A version with its text, null where that was deleted."""

    body: str | None


class ShownReply(Output):
    """A reply that a customer was sent, with the sentences that rest on the article."""

    message: str
    ticket: str
    at: datetime
    sentences: list[str]


class ReplyPage(Output):
    """Some of the replies, the newest first; `next` is the `after` of the page that follows, null on the last."""

    replies: list[ShownReply]
    next: str | None


class ArticlePage(Output):
    """Some of the articles, by id; `next` is the `after` of the page that follows, null on the last."""

    articles: list[ShownArticle]
    next: str | None


class Acknowledgement(Output):
    """What became of one article of a request; `index` is its place there."""

    index: int
    id: str | None
    state: Literal["added", "changed", "unchanged", "failed"]
    reason: str | None = None


class Acknowledged(Output):
    """What became of each article, in the order given."""

    rows: list[Acknowledgement]


class Deleted(Output):
    """Something that is gone."""

    id: str
    state: Literal["deleted", "revoked"]


class ShownAgreement(Output):
    """How far the indexes of one visibility agree with the store; `worded` of its `articles` are found by words."""

    visibility: Visibility
    passages: int
    missing: int = Field(description="Passages without a vector that is found.")
    surplus: int = Field(description="Vectors that no passage belongs to; no search shows them.")
    articles: int
    worded: int


class Agreements(Output):
    """Whether everything that is stored can be found, and nothing else is held."""

    complete: bool
    shelves: list[ShownAgreement]

    @classmethod
    def of(cls, found: Sequence[Agreement]) -> Self:
        """Return how far the shelves of a brand agree, as it is shown."""
        shelves = [ShownAgreement.model_validate(shelf, from_attributes=True) for shelf in found]
        return cls(complete=all(shelf.complete for shelf in found), shelves=shelves)


class DeletedArticle(Deleted):
    """An article that is gone, with the newest replies that rest on it: whom to tell where it was wrong."""

    replies: list[ShownReply]
    next: str | None = Field(description="The `after` of GET /v1/articles/{article}/replies for more of them.")


class ShownSuite(Output):
    """A suite that may be run; `kind` says what its examples ask, `systems` what can answer them."""

    name: str
    kind: str
    description: str
    systems: list[str]


class Suites(Output):
    """The suites that may be run, by name."""

    suites: list[ShownSuite]


class ShownRun(Output):
    """A run of a suite as it stands; `passed` says whether its gates hold, once it is done."""

    id: str
    suite: str
    system: str
    state: Literal["waiting", "running", "done", "failed", "stopped"]
    done: int
    total: int | None
    passed: bool | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None


class WholeRun(ShownRun):
    """A run with what came out: scores with their errors, gates, and failures, the gravest first."""

    summary: dict[str, Any] | None


class RunPage(Output):
    """Some of the runs, the newest first; `next` is the `after` of the page that follows, null on the last."""

    runs: list[ShownRun]
    next: str | None


class Compared(Output):
    """What changed between two runs of a suite, over the examples that both hold."""

    suite: str
    paired: int
    unpaired: int
    differences: list[dict[str, Any]] = Field(
        description="Per score and slice: how far it moved, and how sure that is."
    )
    regressions: list[dict[str, Any]] = Field(description="Examples that got worse, with both documents.")
    improvements: list[dict[str, Any]]


class ShownMark(Output):
    """How good one part of a reply is, 0..1, and the sentence that earned it."""

    part: TonePart | Literal["completeness", "grounding", "clear"]
    score: float
    sentence: str
    reason: str
    ask: str | None


class Marked(Output):
    """The marks of a reply: complete for its worst ask, its tone in named parts, null grounding without evidence."""

    completeness: float
    tone: dict[str, float]
    grounding: float | None
    marks: list[ShownMark]


class ShownKey(Output):
    """A key without its secret; `prefix` is how it begins, so that one finds it again."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKey(ShownKey):
    """A key that was just made; `secret` is shown this once and is null in a repeat of the request."""

    secret: str | None = None


class Keys(Output):
    """The keys of a brand, the oldest first."""

    keys: list[ShownKey]


class Health(Output):
    """Whether the process does its work."""

    status: Literal["alive", "worker stopped"]


class ShownBuilding(Output):
    """The index of a new embedder while it is made: `answering` names the one that answers meanwhile."""

    embedder: str
    answering: str | None
    done: int
    total: int


class Readiness(Output):
    """Whether everything the process needs answers, how many articles it serves, and with a new embedder how far it is.

    The process is ready while `building` is not null: the embedder before answers.
    """

    ready: bool
    articles: int | None
    faults: dict[str, str]
    building: ShownBuilding | None = None
