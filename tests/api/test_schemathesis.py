"""The API is what its OpenAPI document says: requests made up from the document, and how they are answered."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from schemathesis import Case, CheckContext, Config, Response
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

from api.app import create_app
from domain.ids import DEFAULT_BRAND
from engines.embedded.engine import Embedded
from tests.api.conftest import MINILM, RUN_KEY, House, served
from tests.api.test_matrix import things

PROVE = "PROVE" in os.environ
STREAMS = "/events$"  # they do not end; test_resuming.py reads them
OWN_LANGUAGE = ("/v1/policy",)  # the pages in its body have rules of their own
THINKING = ("/v1/drafts", "/v1/checks")  # a second for each of the longest bodies


@schemathesis.check
def a_field_is_refused_for_what_the_document_says(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """Hold a request that fits the document to be refused for none of its fields; the desk's rules stand in words."""
    made_well = case.meta is not None and case.meta.generation.mode.is_positive
    if not made_well or response.status_code != 422 or case.operation.path in OWN_LANGUAGE:
        return
    faults = [f"{fault['place']}: {fault['message']}" for fault in response.json()["errors"] if "." in fault["place"]]
    assert not faults, f"a request that fits the document is refused: {faults}"


def config(address: str, ids: Mapping[str, str]) -> Config:
    """Return what is tried and held to be true: as the operator, mostly about things that there are."""
    values = {name: int(it) if it.isdecimal() else it for name, it in ids.items()}
    article = {"include-path-regex": "^/v1/articles/{article}/", "checks": {"unsupported_method": {"enabled": False}}}
    quick = {"include-path": list(THINKING), "phases": {"coverage": {"enabled": PROVE}}}
    return Config.from_dict(
        {
            "base-url": address,
            "headers": {"Authorization": f"Bearer {RUN_KEY}"},
            "request-timeout": 30,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "seed": 1,
            "generation": {"deterministic": True, "max-examples": 50, "allow-x00": False},
            "dictionaries": {name: {"values": [value]} for name, value in values.items()},
            "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.8} for name in ids},
            "phases": {
                "coverage": {"unexpected-methods": ["PATCH"]},
                "fuzzing": {"enabled": PROVE},
                "stateful": {"enabled": PROVE},
            },
            # An article's id may hold slashes, so that what follows one may be part of it.
            "operations": [article, quick],
            "checks": {"positive_data_acceptance": {"enabled": False}},
        }
    )


def answered_otherwise(schema: BaseSchema) -> Iterator[str]:
    """Send what can be made up, and yield whatever was answered otherwise than the document says."""
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            for node in (node for nodes in event.recorder.checks.values() for node in nodes):
                if node.failure_info is not None:
                    failure = node.failure_info.failure
                    yield f"{event.label}: {failure.title}\n{failure.message}\n{node.failure_info.code_sample}"[:2000]
        elif isinstance(event, events.NonFatalError):
            yield f"{event.label}: {event.value!r}"
        elif isinstance(event, events.FatalError):
            raise event.exception


@pytest.mark.parametrize("half", [0, 1])
async def test_every_answer_is_one_that_the_document_describes(
    stocked: House, pool: ThreadPoolExecutor, half: int
) -> None:
    context = replace(stocked.context, embedded=Embedded(MINILM, pool))
    house = replace(stocked, demo=False, context=context)
    made = await things(house, DEFAULT_BRAND)
    document = create_app(house).openapi()
    paths = {path: shown for path, shown in document["paths"].items() if crc32(path.encode()) % 2 == half}

    async with served(house) as caller:
        whole = schemathesis.openapi.from_dict(
            document | {"paths": paths}, config=config(str(caller.base_url), made.ids)
        )
        found = await asyncio.to_thread(lambda: list(answered_otherwise(whole.exclude(path_regex=STREAMS))))

    assert found == []
