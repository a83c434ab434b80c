import pytest
from pydantic import BaseModel, ValidationError

from api.inputs import Day, DraftRequest, Moment, Text


class Calendar(BaseModel):
    moment: Moment | None = None
    day: Day | None = None


@pytest.mark.parametrize("number", ["0.5", "1700000000", 0, 1700000000.5])
def test_a_number_is_no_moment_and_no_day(number: object) -> None:
    with pytest.raises(ValidationError, match="Write days as 2026-05-04"):
        Calendar.model_validate({"moment": number})
    with pytest.raises(ValidationError, match="Write days as 2026-05-04"):
        Calendar.model_validate({"day": number})


def test_a_line_of_a_history_may_be_a_text_or_an_object_and_the_document_says_so() -> None:
    asked = DraftRequest(text="And now?", history=["user: Hello", {"author": "bot", "text": "Hello."}])  # type: ignore[list-item]  # what JSON brings

    said = DraftRequest.model_json_schema()["properties"]["history"]["items"]["anyOf"]

    assert [earlier.author for earlier in asked.utterances] == ["customer", "bot"]
    assert [sorted(one)[0] for one in said] == ["maxLength", "$ref"]


def test_the_document_says_that_a_text_is_not_empty() -> None:
    class Letter(BaseModel):
        text: Text

    with pytest.raises(ValidationError, match="The text is empty"):
        Letter(text=" ")
    assert "pattern" in Letter.model_json_schema()["properties"]["text"]
