"""What an operator may set, and what is refused before anything starts."""

import re

import pytest

import settings
from tests.test_layers import ROOT

ROWS = re.compile(r"^\| `DESKHAND_(\w+)` \| (.*?) ?\| (.+) \|$", re.MULTILINE)
FIELDS = settings.Settings.model_fields


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FIELDS:
        monkeypatch.delenv(f"DESKHAND_{name.upper()}", raising=False)


def test_nothing_needs_to_be_set() -> None:
    found = settings.read()

    assert (found.host, found.port, found.demo, found.shared) == ("127.0.0.1", 8420, False, False)
    assert found.data.is_absolute()


def test_the_environment_is_read_and_a_value_passed_in_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_PORT", "9000")
    monkeypatch.setenv("DESKHAND_LANGUAGES", "en, ja")
    monkeypatch.setenv("DESKHAND_MODEL_URL", "")

    found = settings.read(port=9100, host=None)

    assert (found.port, found.host, found.languages, found.model_url) == (9100, "127.0.0.1", ("en", "ja"), None)


def test_traces_go_where_those_of_the_whole_machine_go_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = settings.read().otlp_endpoint
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/")

    assert nowhere is None
    assert settings.read().otlp_endpoint == "http://127.0.0.1:4318"
    assert settings.read(otlp_endpoint="http://127.0.0.1:9999").otlp_endpoint == "http://127.0.0.1:9999"


def test_a_secret_is_not_shown_when_the_settings_are_printed() -> None:
    found = settings.read(
        database_url="postgresql://desk:hunter2@db/desk",
        model_url="http://127.0.0.1:8000/v1/",
        model_key="sk-hunter2",
        model_large="any",
    )

    assert "hunter2" not in repr(found)
    assert found.model_url == "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("passed", "sentence"),
    [
        ({"demo": True, "host": "0.0.0.0"}, "binds this machine only, not '0.0.0.0'"),
        ({"port": 99999}, "DESKHAND_PORT: input should be less than or equal to 65535, not 99999"),
        ({"languages": "en,english"}, r"DESKHAND_LANGUAGES: wants two-letter codes .* not \['english'\]"),
        ({"model_url": "example.com"}, "DESKHAND_MODEL_URL: wants an address that starts with http"),
        ({"model_url": "http://127.0.0.1/v1"}, "set DESKHAND_MODEL_LARGE to its name"),
        ({"model_key": "sk-hunter2"}, "DESKHAND_MODEL_KEY is set without a server"),
        ({"model_timeout_s": 0}, "DESKHAND_MODEL_TIMEOUT_S: input should be greater than 0, not 0"),
        ({"model_prices": "any=cheap"}, "DESKHAND_MODEL_PRICES: wants prices of a million tokens .* not 'any=cheap'"),
        (
            {"model_url": "http://127.0.0.1/v1", "model_large": "any", "model_cost_a_day": 5},
            "DESKHAND_MODEL_COST_A_DAY needs the price of 'any' in DESKHAND_MODEL_PRICES",
        ),
        ({"mail_smtp": "mail.example.com", "mail_address": "a@b.example"}, "wants an address such as smtps://mail"),
        ({"mail_imap": "imaps://me:hunter2@mail.example.com"}, "wants an address such as imaps://mail"),
        ({"mail_address": "Shop Help"}, "DESKHAND_MAIL_ADDRESS: wants an address such as 'Shop Help <help@example"),
        ({"mail_smtp": "smtps://mail.example.com"}, "DESKHAND_MAIL_SMTP is set without an address"),
        ({"mail_address": "a@b.example", "mail_sent": "Sent"}, "set DESKHAND_MAIL_IMAP too"),
        (
            {"mail_address": "a@b.example", "mail_webhook_secret": "whsec_hunter2"},
            "DESKHAND_MAIL_WEBHOOK_SECRET: wants",
        ),
        ({"oidc_issuer": "https://login.example.com"}, "DESKHAND_OIDC_CLIENT_ID belong together"),
        (
            {"oidc_issuer": "login", "oidc_client_id": "us"},
            "DESKHAND_OIDC_ISSUER: wants what the provider calls itself",
        ),
        ({"tickets": 4}, "DESKHAND_TICKETS: extra inputs are not permitted"),
    ],
)
def test_what_cannot_work_is_refused_with_the_way_out(passed: dict[str, object], sentence: str) -> None:
    with pytest.raises(settings.SettingsError, match=sentence) as refused:
        settings.read(**passed)

    assert "hunter2" not in str(refused.value)


def test_a_misspelt_variable_is_noticed() -> None:
    environment = {"DESKHAND_MODLE_URL": "http://x", "DESKHAND_PORT": "1", "PATH": "/bin"}

    assert settings.unknown(environment) == ["DESKHAND_MODLE_URL"]


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    rows = {name.lower(): (default, meaning) for name, default, meaning in ROWS.findall(_page())}

    assert rows == {name: (_default(name), field.description) for name, field in FIELDS.items()}


def _page() -> str:
    return (ROOT / "docs" / "settings.md").read_text("utf-8")


def _default(name: str) -> str:
    """Return a default as the page writes it: in words where the machine decides, else as a variable holds it."""
    value = FIELDS[name].default
    shown = {
        "cache": "~/.cache/deskhand",
        "languages": ",".join(FIELDS["languages"].default),
        "demo": "false",
        "trace_contents": "false",
    }
    if name == "threads":
        return "number of cores"
    return f"`{shown.get(name, value)}`" if value is not None else ""
