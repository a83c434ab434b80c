"""What a system gives for an example: the product's own JSON documents, read by kind."""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from evals.examples import Example, Kind

Share = Annotated[float, Field(ge=0, le=1)]


def _or_nothing(value: object) -> object:
    return {} if value is None else value


class Document(BaseModel):
    """A result as it is read for scoring; fields that no scorer needs are kept aside."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Found(Document):
    """One article of a search document."""

    article: str
    score: float
    title: str | None = None


class Search(Document):
    """A search document: articles best first; `answerability` is the degree 0..1 to which they hold an answer.

    It is a probability only where it was `calibrated`; `answerable` where the system draws its own line.
    """

    results: tuple[Found, ...]
    answerability: float | None = None
    answerable: bool | None = None
    calibrated: bool = False


class Intent(Document):
    """The likeliest intent of a text, how sure that is, and the degree to which the text is in scope at all."""

    label: str
    confidence: Share
    in_scope: float | None = None


class Judgement(Document):
    """How supported a text is, or how suspicious; `flagged` where the judge draws its own line."""

    score: float
    flagged: bool | None = None
    spans: tuple[tuple[str, int, int], ...] = ()


class Scores(Document):
    """One score per dimension that people rated."""

    scores: dict[str, float]


class Citation(Document):
    """Where a sentence comes from."""

    article: str


class Sentence(Document):
    """A sentence of a reply and what it cites."""

    citations: tuple[Citation, ...] = ()


class Reply(Document):
    """The words of a reply, and its sentences with what they cite."""

    text: str
    sentences: tuple[Sentence, ...] = ()

    @property
    def cited(self) -> set[str]:
        """Return the articles that the reply cites."""
        return {citation.article for sentence in self.sentences for citation in sentence.citations}


class Triaged(Document):
    """What triage decided."""

    priority: str | None = None


class Marks(Document):
    """What a checker thinks of a reply."""

    grounding: float | None = None
    completeness: float | None = None
    tone: float | None = None


class Usage(Document):
    """What a reply cost in model calls and tokens; `cost` in the operator's currency where prices are known."""

    model_calls: float = 0
    prompt_tokens: float = 0
    completion_tokens: float = 0
    cost: float | None = None


class Decided(Document):
    """A decision document, as far as scorers read it."""

    outcome: str
    confidence: Share | None = None
    reply: Reply | None = None
    triage: Annotated[Triaged, BeforeValidator(_or_nothing)] = Triaged()
    verdict: Annotated[Marks, BeforeValidator(_or_nothing)] = Marks()
    usage: Usage = Usage()

    @property
    def text(self) -> str:
        """Return what the customer would read, empty when there is no reply."""
        return self.reply.text if self.reply else ""


class Checked(Document):
    """The marks of a reply that was handed in: completeness per ask, tone in named parts, support where it is known."""

    completeness: Share
    tone: dict[str, Share]
    grounding: Share | None = None


SHAPES: dict[Kind, type[Document]] = {
    "retrieval": Search,
    "abstention": Search,
    "intents": Intent,
    "grounding": Judgement,
    "safety": Judgement,
    "ratings": Scores,
    "replies": Decided,
    "given": Checked,
    "pairs": Scores,
}


class ResultInvalid(Exception):
    """A system gave a document that is not of its kind."""


@dataclass(frozen=True)
class Result:
    """What a system gave for one example, and in how many milliseconds; `error` says why there is no document."""

    example: str
    repeat: int
    document: dict[str, Any] | None
    ms: float
    error: str | None = None


DocumentT = TypeVar("DocumentT", bound=Document)


@dataclass(frozen=True)
class Case:
    """An example beside what a system gave for it; `document` is None where the system failed."""

    example: Example
    result: Result
    document: Document | None

    def read(self, shape: type[DocumentT]) -> DocumentT | None:
        """Return the document in that shape, None where the system failed or the kind is another."""
        return self.document if isinstance(self.document, shape) else None


def case(example: Example, result: Result) -> Case:
    """Put an example and its result side by side; raises ResultInvalid for a document of another shape."""
    document = None if result.document is None else read(example.row.kind, result.document, example.id)
    return Case(example, result, document)


def read(kind: Kind, document: dict[str, Any], example: str) -> Document:
    """Read a document by the kind of its suite; raises ResultInvalid naming the example and what is wrong."""
    try:
        return SHAPES[kind].model_validate(document)
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ResultInvalid(
            f"the result for example {example!r} is not a {kind} document: {place}: {first['msg']}; "
            f"a {kind} result needs {', '.join(SHAPES[kind].model_fields)}"
        ) from exc
