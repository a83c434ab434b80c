"""Private details stay here: they leave as placeholders such as `[email_1]` and come back in the answer."""

from engines import details
from engines.details import PLACEHOLDER, Detail, Kind
from engines.tagger import Tagger

SECRET: tuple[Kind, ...] = ("card", "key")  # nobody who helps needs them
_PERSONAL: tuple[Kind, ...] = ("email", "iban", "card", "id", "phone")


def discreet(line: str) -> str:
    """Return a line for a log with the details of people replaced by what kind they are; addresses of servers stay."""
    return _marked(line, _PERSONAL)


def without_secrets(text: str) -> str:
    """Return a text with each card number and each key replaced by `[card]` or `[key]`, for good."""
    return _marked(text, SECRET)


def holds_secrets(text: str) -> bool:
    """Say whether a text holds a card number or a key, or the mark that one left."""
    return without_secrets(text) != text or any(f"[{kind}]" in text for kind in SECRET)


def _marked(text: str, kinds: tuple[Kind, ...]) -> str:
    pieces, cut = [], 0
    for detail in details.found(text):
        if detail.kind in kinds:
            pieces += [text[cut : detail.start], f"[{detail.kind}]"]
            cut = detail.end
    return "".join([*pieces, text[cut:]])


class Redaction:
    """Hides the private details of one request and restores them in its answer; the same detail has one placeholder.

    With a tagger names are hidden that nothing announces; each sentence then costs a run of its model.
    """

    def __init__(self, tagger: Tagger | None = None) -> None:
        self._tagger = tagger
        self._placeholders: dict[str, str] = {}
        self._counts: dict[Kind, int] = {}

    def hide(self, text: str) -> str:
        """Return the text with every private detail replaced; a placeholder that came along counts as one."""
        pieces, cut = [], 0
        for detail in details.found(text, self._tagger):
            pieces += [text[cut : detail.start], self._placeholder(detail)]
            cut = detail.end
        return "".join([*pieces, text[cut:]])

    def restore(self, text: str) -> str:
        """Return the text with our placeholders replaced by what they stand for; unknown ones stay."""
        originals = {placeholder: original for original, placeholder in self._placeholders.items()}
        return PLACEHOLDER.sub(lambda match: originals.get(match.group().lower(), match.group()), text)

    def unknown(self, text: str) -> str | None:
        """Return the first placeholder in a text that stands for nothing, None when there is none."""
        known = set(self._placeholders.values())
        found = (match.group() for match in PLACEHOLDER.finditer(text))
        return next((placeholder for placeholder in found if placeholder.lower() not in known), None)

    def _placeholder(self, detail: Detail) -> str:
        if detail.text not in self._placeholders:
            self._counts[detail.kind] = self._counts.get(detail.kind, 0) + 1
            self._placeholders[detail.text] = f"[{detail.kind}_{self._counts[detail.kind]}]"
        return self._placeholders[detail.text]
