"""Answers tasks through any server that speaks OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, llama.cpp.

Nothing is retried here but what a server taught us to ask otherwise, and one answer that came in a wrong shape.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast
from urllib.parse import parse_qs, urlsplit

import openai
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.budget import Allowance, Budget
from domain.decisions import EngineUse, Usage
from domain.prices import Price
from engines.dialect import Dialect
from engines.engine import AnswerUnusable, AnswerWithheld, BudgetExhausted, EngineError, EngineUnavailable
from engines.reading import read
from engines.redaction import Redaction
from engines.tagger import Tagger
from engines.tasks import AnswerT, DraftTask, Task
from engines.watching import Watch
from engines.wording import Size, Wording, estimate, mend, schema, word
from prompts import Prompt

NAME = "openai_compatible"

_KEPT_FOR_CHECK = 1000  # prompt tokens of the case, while a draft is written
_KEPT_SECONDS = 1.0  # of the case, so that whoever is asked next still has time
_SHOWN_AGAIN = 1600  # signs of a wrong answer in the request to repair it
_HINTS = {401: "check the key", 403: "check what the key may do", 404: "check the URL and the model's name"}
_FLAGGED = {"content_filter", "content_policy_violation", "invalid_prompt"}
_AZURE = "api-version"
_REPAIR = "{fault}\nAnswer again: the whole JSON object with exactly the keys asked for, and nothing else."


@dataclass(frozen=True)
class Endpoint:
    """A server and its models; `url` ends where `/chat/completions` begins, `timeout` is seconds a call.

    With `?api-version=...` the URL is a resource of Azure, whose deployments bear the names of the models. What a
    million tokens of a model cost stands in `prices`.
    """

    url: str
    key: str | None = field(repr=False)
    small_model: str
    large_model: str
    timeout: float = 8.0
    prices: Mapping[str, Price] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"Model URL {self.url!r} is not like 'http://localhost:11434/v1' or 'https://host/v1'")
        if not self.small_model or not self.large_model:
            raise ValueError("A model endpoint needs the name of a model; one name may serve as small and large")
        if self.timeout <= 0:
            raise ValueError(f"A model call may take some seconds, not {self.timeout!r}")

    def model(self, size: Size) -> str:
        """Return the name of the model of that size."""
        return self.large_model if size == "large" else self.small_model


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _PromptTokens(BaseModel):
    cached_tokens: int | None = None


class _Tokens(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptTokens | None = None

    @property
    def cached(self) -> int:
        details = self.prompt_tokens_details or _PromptTokens()
        return min(details.cached_tokens or 0, self.prompt_tokens or 0)


class _Completion(BaseModel):
    """The little that we read of a server's answer; servers differ in the rest."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    choices: tuple[_Choice, ...] = Field(min_length=1)
    usage: _Tokens | None = None


_Messages = list[dict[Literal["role", "content"], str]]


class OpenAICompatible:
    """An engine behind one endpoint; it remembers what each model's server accepts for as long as it lives.

    With a tagger no name of a customer reaches the server that it can tell from other words.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        allowance: Allowance | None = None,
        tagger: Tagger | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._tagger = tagger
        self._watch = watch or Watch()
        self._allowance = allowance or Allowance()
        self._dialects: dict[str, Dialect] = {}
        self._client = _client(endpoint)
        # The client reads these from the environment, where they may belong to another account than the endpoint's.
        self._client.organization = self._client.project = None

    async def answer(self, task: Task[AnswerT], budget: Budget) -> AnswerT:
        """Return the model's answer, asked for once more when its shape was wrong and the budget allows.

        Raises EngineUnavailable, AnswerUnusable or BudgetExhausted.
        """
        redaction = Redaction(self._tagger)
        wording = await asyncio.to_thread(word, task, redaction, _room(budget))
        messages = _messages(wording.prompt)
        content = await self._ask(messages, wording, task, budget)
        try:
            answer = read(content, task, redaction)
        except AnswerUnusable as error:
            repair = next((ask for ask in _repairs(messages, content, error, task) if _fits(ask, budget)), None)
            if repair is None:
                raise
            answer = read(await self._ask(repair, wording, task, budget), task, redaction)
        budget.answered_by.append(EngineUse(NAME, self._endpoint.model(wording.size), None))
        return answer

    async def close(self) -> None:
        """Close the connections to the server."""
        await self._client.close()

    async def _ask(self, messages: _Messages, wording: Wording, task: Task[AnswerT], budget: Budget) -> str:
        """Return what the model says, asking otherwise when its server refuses how it was asked."""
        model = self._endpoint.model(wording.size)
        while True:
            dialect = self._dialects.get(model) or Dialect.of(model)
            parameters = dialect.parameters(schema(task), wording.answer_tokens)
            try:
                completion = await self._call(model, messages, parameters, task.prompt, budget)
            except (openai.OpenAIError, TimeoutError) as error:
                learned = dialect.after(_refusal(error))
                if learned is None:
                    raise translated(error, model) from error
                self._dialects[model] = learned
            else:
                return _content(completion, model)

    async def _call(
        self, model: str, messages: _Messages, parameters: dict[str, Any], task: str, budget: Budget
    ) -> _Completion:
        """Send one request, within the budget, and write down what it cost."""
        spent = Usage(1, _estimated(messages))
        seconds = min(self._endpoint.timeout, budget.seconds_left() - _KEPT_SECONDS)
        if seconds <= 0 or not budget.allows(spent.prompt_tokens):
            raise _exhausted(budget, spent.prompt_tokens)
        if reached := await self._allowance.used_up(budget.now()):
            raise BudgetExhausted(f"No further model call before midnight UTC: {reached}")
        try:
            with self._watch.call(model, task, self._endpoint.url) as seen:
                seen.asked(*messages)
                completion = _completion(await self._sent(model, messages, parameters, seconds), model)
                spent = _counted(completion, spent)
                choice = completion.choices[0]
                seen.answered(spent, choice.finish_reason, choice.message.content or "")
        except openai.APIStatusError:
            spent = Usage(1)
            raise
        finally:
            await self._note(spent, model, budget)
        return completion

    async def _sent(self, model: str, messages: _Messages, parameters: dict[str, Any], seconds: float) -> str:
        """Return the body of the server's answer."""
        async with asyncio.timeout(seconds):
            raw = await self._client.chat.completions.with_raw_response.create(
                model=model,
                messages=cast(list[ChatCompletionMessageParam], messages),
                timeout=seconds,
                **parameters,
            )
        return str(raw.text)

    async def _note(self, spent: Usage, model: str, budget: Budget) -> None:
        """Write down what a call has cost, for its case and for the day."""
        price = self._endpoint.prices.get(model)
        cost = price.of(spent) if price else replace(spent, cost=None)
        budget.spent.append(cost)
        await self._allowance.note(cost, budget.now())


def _client(endpoint: Endpoint) -> openai.AsyncOpenAI:
    """Return a client that tries once; with an API version it speaks with a resource of Azure, else with any server."""
    address = urlsplit(endpoint.url)
    bare = address._replace(query="").geturl().rstrip("/")
    asked = {name: values[-1] for name, values in parse_qs(address.query).items()}
    key = endpoint.key or "none"
    if _AZURE in asked and not bare.endswith("/v1"):
        return openai.AsyncAzureOpenAI(
            azure_endpoint=bare.removesuffix("/openai"),
            api_version=asked[_AZURE],
            api_key=key,
            max_retries=0,
            timeout=endpoint.timeout,
        )
    return openai.AsyncOpenAI(
        base_url=bare, api_key=key, max_retries=0, timeout=endpoint.timeout, default_query=asked or None
    )


def translated(error: Exception, model: str) -> EngineError:
    """Return what an error of the client means to us; without the server's words, the URL or the key."""
    match error:
        case TimeoutError() | openai.APITimeoutError():
            return EngineUnavailable(f"Model {model!r} did not answer in time")
        case openai.APIConnectionError():
            return EngineUnavailable(f"The server of model {model!r} cannot be reached or broke off")
        case openai.APIStatusError() if error.code in _FLAGGED:
            return AnswerWithheld(f"The server of model {model!r} filtered the question")
        case openai.APIStatusError(status_code=status):
            hint = f" ({_HINTS[status]})" if status in _HINTS else ""
            return EngineUnavailable(f"The server of model {model!r} answered HTTP {status}{hint}")
        case openai.LengthFinishReasonError():
            return AnswerUnusable(f"The answer of model {model!r} was cut off")
        case openai.ContentFilterFinishReasonError():
            return AnswerWithheld(f"The answer of model {model!r} was filtered")
        case openai.APIResponseValidationError():
            return AnswerUnusable(f"The server of model {model!r} sent no chat completion")
    return EngineUnavailable(f"The client of model {model!r} failed with {type(error).__name__}")


def _messages(prompt: Prompt) -> _Messages:
    return [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]


def _repairs(asked: _Messages, content: str, error: AnswerUnusable, task: Task[AnswerT]) -> Iterator[_Messages]:
    """Yield how to ask for an answer once more, the better way first; the other costs a fraction of it.

    A draft that has filled its case's room is only mended in its form, without the evidence.
    """
    again: _Messages = [
        {"role": "assistant", "content": content[:_SHOWN_AGAIN]},
        {"role": "user", "content": _REPAIR.format(fault=error)},
    ]
    yield asked + again
    if isinstance(task, DraftTask) and len(content) <= _SHOWN_AGAIN and "{" in content:
        yield _messages(mend(task, content, str(error)))


def _fits(messages: _Messages, budget: Budget) -> bool:
    return budget.allows(_estimated(messages))


def _estimated(messages: _Messages) -> int:
    return estimate(*(message["content"] for message in messages))


def _refusal(error: Exception) -> str:
    """Return a server's words about a request that it did not like, nothing when it is another matter."""
    if isinstance(error, openai.APIStatusError) and error.status_code in (400, 422, 500) and error.code not in _FLAGGED:
        return f"{error.param or ''} {error.body}"
    return ""


def _completion(body: str, model: str) -> _Completion:
    try:
        return _Completion.model_validate_json(body)
    except ValidationError as error:
        raise AnswerUnusable(f"The server of model {model!r} sent no chat completion") from error


def _content(completion: _Completion, model: str) -> str:
    """Return the words of a completion that is whole; a refusal and a cut answer are not asked for again."""
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise AnswerWithheld(f"Model {model!r} refused to answer")
    if choice.finish_reason == "length":
        raise AnswerUnusable(f"The answer of model {model!r} was cut off")
    if not choice.message.content or not choice.message.content.strip():
        raise AnswerUnusable(f"Model {model!r} sent an empty answer")
    return choice.message.content


def _counted(completion: _Completion, estimated: Usage) -> Usage:
    """Return what the server counted, our estimate where it did not."""
    counted = completion.usage or _Tokens()
    said = completion.choices[0].message.content or ""
    read, written = counted.prompt_tokens or estimated.prompt_tokens, counted.completion_tokens or estimate(said)
    return Usage(1, read, written, counted.cached)


def _room(budget: Budget) -> int:
    """Return the prompt tokens that a task may use so that the check of a draft still fits, where one can follow."""
    used = budget.usage()
    left = budget.prompt_tokens - used.prompt_tokens
    return left - _KEPT_FOR_CHECK if used.model_calls + 1 < budget.calls else left


def _exhausted(budget: Budget, prompt_tokens: int) -> BudgetExhausted:
    used = budget.usage()
    return BudgetExhausted(
        f"No further model call: {used.model_calls} of {budget.calls} calls and {used.prompt_tokens} of "
        f"{budget.prompt_tokens} prompt tokens are used, {prompt_tokens} more are needed, "
        f"{budget.seconds_left():.1f} s are left"
    )
