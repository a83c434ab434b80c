"""The containers start what there is, with settings that there are, and nobody in them is root."""

import re
from typing import Any

import pytest
import yaml

from settings import PREFIX, Settings
from tests.test_layers import ROOT
from tests.test_readme import missing

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
OURS = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("page", ["compose.yaml", "Dockerfile", "docs/running.md"])
def test_every_variable_is_a_setting(page: str) -> None:
    named = set(re.findall(rf"{PREFIX}\w+", (ROOT / page).read_text("utf-8")))

    assert named
    assert named <= OURS


def test_every_command_of_ours_exists() -> None:
    started = [service["command"] for service in SERVICES.values() if service.get("command", [""])[0] == "deskhand"]

    assert [missing(words[1:]) for words in started] == [None, None]
    assert 'CMD ["deskhand", "serve"]' in DOCKERFILE


def test_servers_and_workers_share_stores_that_are_servers() -> None:
    for name in ("serve", "work"):
        given = SERVICES[name]["environment"]
        assert Settings(**{key.removeprefix(PREFIX).lower(): value for key, value in given.items()}).shared
        assert SERVICES[name]["depends_on"].keys() == {"postgres", "chroma"}


def test_every_volume_is_declared_and_whatever_is_waited_for_says_when_it_is_ready() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    waited_for = {name for service in SERVICES.values() for name in service.get("depends_on", {})}

    assert mounted == COMPOSE["volumes"].keys()
    assert all("test" in SERVICES[name]["healthcheck"] for name in waited_for)


def test_a_stop_waits_longer_than_what_is_under_way_may_take() -> None:
    drain_s = Settings.model_fields["drain_s"].default

    assert all(float(SERVICES[name]["stop_grace_period"].rstrip("s")) > 2 * drain_s for name in ("serve", "work"))


def test_the_image_holds_every_room_of_the_wheel_and_runs_as_nobody_special() -> None:
    kept = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    rooms = set(re.findall(r'"([\w.]+)"', re.search(r"only-include = \[(.*?)\]", _pyproject(), re.DOTALL)[1]))  # type: ignore[index]
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)

    assert rooms <= kept
    assert users == ["deskhand"]


def _pyproject() -> str:
    return (ROOT / "pyproject.toml").read_text("utf-8")
