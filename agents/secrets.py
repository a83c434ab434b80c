"""Keep card numbers and keys out of a case: no engine, packet or reply needs them."""

from dataclasses import replace

from domain.turns import Turn
from engines import redaction


def kept_out(turn: Turn) -> Turn:
    """Return the turn with each card number and key marked as one, in what was said before too."""
    history = tuple(replace(said, text=redaction.without_secrets(said.text)) for said in turn.history)
    return replace(turn, text=redaction.without_secrets(turn.text), history=history)
