"""What tests of whole evaluations share: one cache of indexes, so that the demo is indexed once a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import services
import settings
from services import Tools


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of indexes of this session."""
    return tmp_path_factory.mktemp("indexes")


@pytest.fixture
def tools(cache: Path, tmp_path: Path) -> Iterator[Tools]:
    """Real tools that keep the results of this test alone."""
    with services.open_tools(settings.read(data=tmp_path / "data", cache=cache)) as opened:
        yield opened
