"""How a teammate's text differs from the bot's, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["kept", "removed", "added"]
_PIECES = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True)
class Edit:
    """A run of words that an edit kept, removed or added; all but the added ones make up the draft."""

    change: Change
    text: str


def edits(before: str, after: str) -> list[Edit]:
    """Return the runs of words that lead from a draft to what is sent, in reading order."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: list[Edit] = []
    for kind, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Edit("kept", "".join(old[start:end])))
            continue
        found.extend(Edit("removed", text) for text in ["".join(old[start:end])] if text)
        found.extend(Edit("added", text) for text in ["".join(new[begin:stop])] if text)
    return found


def share_kept(before: str, after: str) -> float:
    """Return which share of a draft's words is still there, 0..1; of an empty draft, all of it."""
    words = before.split()
    if not words:
        return 1.0
    same = SequenceMatcher(None, words, after.split(), autojunk=False).get_matching_blocks()
    return round(sum(block.size for block in same) / len(words), 4)
