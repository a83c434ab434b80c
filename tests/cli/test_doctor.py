"""Where the doctor looks for a model server's list of models."""

import pytest

from cli import doctor

BEARER, AZURE = {"Authorization": "Bearer k"}, {"api-key": "k"}


@pytest.mark.parametrize(
    ("url", "place", "proof"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/models", BEARER),
        ("https://a.example?api-version=1", "https://a.example/openai/models?api-version=1", AZURE),
        ("https://a.example/openai/?api-version=1", "https://a.example/openai/models?api-version=1", AZURE),
        ("https://a.example/openai/v1?api-version=1", "https://a.example/openai/v1/models?api-version=1", BEARER),
    ],
)
def test_models_are_listed_where_the_server_keeps_them(url: str, place: str, proof: dict[str, str]) -> None:
    assert doctor.listing(url, "k") == (place, proof)
    assert doctor.listing(url, None) == (place, {})
