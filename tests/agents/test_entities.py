import pytest

from agents import entities


@pytest.mark.parametrize(
    ("text", "kind", "named"),
    [
        ("I am on the Team plan", "plan", "Team plan"),
        ("Ich nutze den Tarif Studio", "plan", "Tarif Studio"),
        ("Quiero el plan Solo", "plan", "plan Solo"),
        ("It was charged on 12 March 2026", "date", "12 March 2026"),
        ("since May 3rd", "date", "May 3rd"),
        ("am 3. Oktober bestellt", "date", "3. Oktober"),
        ("pagué el 4 de abril", "date", "4 de abril"),
        ("booked for 2026-04-05", "date", "2026-04-05"),
        ("paid on 05.04.2026", "date", "05.04.2026"),
        ("version 3.14.2 of the app", "version", "3.14.2"),
        ("error 4012 on the reader", "error_code", "error 4012"),
        ("write to ann@example.org", "email", "ann@example.org"),
        ("see https://help.example/a?b=1 please", "url", "https://help.example/a?b=1"),
        ("I paid 12,50 EUR", "amount", "12,50 EUR"),
        ("order #88213 never came", "order", "order #88213"),
    ],
)
def test_what_a_person_would_look_up_is_named(text: str, kind: str, named: str) -> None:
    found = [(entity.kind, entity.text) for entity in entities.named(text)]

    assert (kind, named) in found


def test_a_plain_sentence_names_nothing() -> None:
    assert entities.named("How do I plan my week, and may I print it?") == ()
