"""Telling languages apart."""

import pytest

from engines.language import detect

CONFIGURED = ("en", "es", "de", "fr", "pt")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I reset my password?", "en"),
        ("¿Cómo puedo restablecer mi contraseña?", "es"),
        ("Wie setze ich mein Passwort zurück?", "de"),
        ("Comment réinitialiser mon mot de passe ?", "fr"),
        ("Como posso redefinir a minha senha?", "pt"),
    ],
)
def test_a_sentence_is_told(text: str, language: str) -> None:
    assert detect(text, CONFIGURED) == language


@pytest.mark.parametrize("text", ["", "ok", "refund please", "12 34 56 78", "...", "error 0x80070057 in module"])
def test_a_text_that_says_too_little_is_not_guessed(text: str) -> None:
    assert detect(text, CONFIGURED) is None


def test_only_the_languages_asked_for_are_found() -> None:
    assert detect("Wie setze ich mein Passwort zurück?", ("en", "es")) != "de"


def test_languages_nobody_can_tell_are_left_out() -> None:
    assert detect("How do I reset my password?", ("xx",)) is None
    assert detect("How do I reset my password?", ()) is None
    assert detect("How do I reset my password?", ("en", "xx")) == "en"
