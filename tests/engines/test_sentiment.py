import pytest

from engines.embedded import sentiment


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("How do I add a seat?", 0),
        ("WHERE IS THE EXPORT BUTTON", 0),
        ("I love the new calendar, thanks!", 0),
        ("Oh great, another update", 0),
        ("Wie ändere ich mein Passwort?", 0),
        ("I get an error when saving", 1),
        ("The reader is broken", 1),
        ("I am still waiting for my parcel", 2),
        ("No puedo iniciar sesión", 1),
        ("The app crashes every single time I open it", 2),
        ("This is the third time I write about this error", 2),
        ("This is ridiculous", 2),
        ("Das ist eine Frechheit", 2),
        ("I am fed up, nobody answers my mails", 3),
        ("This is ridiculous. Third time it has failed!!", 3),
        ("C'est scandaleux, toujours pas de réponse", 3),
    ],
)
def test_frustration_rises_with_what_happened_and_how_often(text: str, level: int) -> None:
    assert sentiment.frustration(text) == level
