"""Tell which of a few languages a text is written in."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from domain.text import words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]  # it ships no types

MIN_WORDS = 4
MIN_CONFIDENCE = 0.6

_loading = threading.Lock()


def detect(text: str, languages: Sequence[str]) -> str | None:
    """Return the language of the text, one of `languages` (two-letter codes); None when it is too short to tell."""
    found = words(text)
    if len(found) < MIN_WORDS:
        return None
    with _loading:
        identifier = _identifier(tuple(sorted(set(languages))))
    if identifier is None:
        return None
    language, confidence = identifier.classify(" ".join(text.split()))
    return str(language) if confidence >= MIN_CONFIDENCE else None


@lru_cache(maxsize=32)
def _identifier(languages: tuple[str, ...]) -> "LanguageIdentifier | None":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [language for language in languages if language in identifier.labels]
    if not known:
        return None
    identifier.set_languages(known)
    return identifier
