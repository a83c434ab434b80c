"""Cut a passage into what is quoted or left as a whole, so that no list hangs in the air and no step is lost."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from domain.search import Evidence
from domain.text import Span, SpanKind, folded, plain, spans

Shape = Literal["sentence", "steps", "bullet", "row"]

_SHAPES: dict[SpanKind, Shape] = {
    "sentence": "sentence",
    "heading": "sentence",
    "step": "steps",
    "bullet": "bullet",
    "row": "row",
}
_LISTED = ("bullet", "step")
_CONTENTS = re.compile(
    r"^(?:in this (?:article|guide|section)|on this page|contents|en este articulo|in diesem artikel)\b.*:$"
)
_POINTER = re.compile(
    r"^(?:see (?:also )?|for more|learn more|read more|related|more information|to learn more|for details|for further|also see|"
    r"mas informacion|consulte|vease|mehr dazu|weitere informationen|siehe)|\blearn more\.?$|"
    r"^(?:this|the|our|these) (?:article|page|guide|section|tutorial|document)s? (?:also |will )?"
    r"(?:covers?|explains?|describes? how|shows?|tells?|lists? some|walks?|is about|provides?|helps?|gives?|has|have|(?:only )?applies)\b|"
    r"^in (?:this|the following) (?:article|page|guide|section|tutorial),? (?:we|you|i)(?: ll| will| can)? |"
    r"^learn (?:how|what|why|when|where|about|the basics)\b|^\[[^\]]*\]\([^)]*\)[.,:]?$|"
    r"^if you have (?:any )?(?:more|further|other) questions\b|\bthese articles(?: instead)?:$|"
    r"^(?:este|esta) (?:articulo|pagina) (?:explica|describe|muestra)|^diese[rs]? (?:artikel|seite) (?:erklart|beschreibt|zeigt)"
)
_NUMBER = re.compile(r"(\d{1,2})[.)][ \t]*$")
_ELSEWHERE = re.compile(
    r"\b(?:take a look at|check out|read|refer to|consult) (?:our|the|this) [^.]{0,60}\b(?:articles?|guides?|tutorials?|pages?)\b|"
    r"\b(?:see|read|try|visit|(?:described|listed|explained|covered|found) in|follow|siehe|consulte|vea|lea|lesen sie)\b[^.\[]{0,40}\["
)
_INSTRUCTION = re.compile(
    r"^(?:in |on |at |from |to [^,]+, |if [^,]+, |next to )?(?:the [\w ]+, )?(?:then )?"
    r"(?:click|select|open|choose|go|press|tap|type|enter|scroll|check|uncheck|tick|untick|drag|close|restart|sign|log|turn|switch|set|"
    r"copy|paste|find|look|right-click|double-click|download|install|run|hold|move|add|remove|delete|save|confirm|follow|navigate|"
    r"abra|seleccione|elija|pulse|haga|vaya|introduzca|escriba|cierre|offnen|wahlen|klicken|geben|gehen|tippen|drucken|bestatigen|"
    r"schliessen|cliquez|ouvrez|choisissez|selectionnez|saisissez|clique|abra|escolha)\b"
)


@dataclass(frozen=True)
class Unit:
    """A sentence, all steps of a procedure, one bullet, or a table row, of the passage numbered `evidence`.

    `lead` is the line above that it needs to be understood: a list's lead-in, a table's header.
    """

    evidence: int
    parts: tuple[Span, ...]
    shape: Shape
    lead: Span | None = None

    @property
    def text(self) -> str:
        """Return the unit as it reads, in one line."""
        return " ".join(plain(part.text) for part in ((self.lead, *self.parts) if self.lead else self.parts))


def units(number: int, found: Evidence) -> list[Unit]:
    """Cut a passage into its units in order; headings and mere pointers to other pages are left out."""
    cut: list[Unit] = []
    lead: Span | None = None
    above: list[tuple[int, Span]] = []
    previous: SpanKind | None = None
    for span in _with_steps(spans(found.passage.text)):
        depth = _depth(found.passage.text, span)
        above = [point for point in above if span.kind in _LISTED and point[0] < depth]
        if span.kind == "bullet" and plain(span.text).endswith(":"):
            above.append((depth, span))
        elif _tells_nothing(span) or (lead and span.kind in _LISTED and _CONTENTS.search(folded(lead.text))):
            lead = lead if span.kind in _LISTED else None
        elif span.kind == "sentence":
            lead = span if plain(span.text).endswith(":") else None
            cut.extend([] if lead else [Unit(number, (span,), "sentence")])
        elif span.kind == "row" and previous != "row":
            lead = span
        elif span.kind == "step" and previous == "step" and cut:
            cut[-1] = replace(cut[-1], parts=(*cut[-1].parts, span))
        else:
            cut.append(Unit(number, (span,), _SHAPES[span.kind], above[-1][1] if above else lead))
        previous = span.kind
    return cut


def _depth(text: str, span: Span) -> int:
    """Return how far the line that a span begins in is set in, in characters."""
    line = text[text.rfind("\n", 0, span.start) + 1 : span.end]
    return len(line) - len(line.lstrip())


def heading(found: Evidence) -> str:
    """Return the path of headings above a passage, its article's title first."""
    return " > ".join((found.passage.title, *found.passage.heading_path))


def instructs(text: str) -> bool:
    """Say whether a line tells the reader to do something."""
    return bool(_INSTRUCTION.match(folded(plain(text))))


def sends_elsewhere(unit: Unit) -> bool:
    """Say whether a unit names another page to read, which is less than an answer."""
    return unit.shape != "steps" and any(_ELSEWHERE.search(folded(part.text)) for part in unit.parts)


def continues(unit: Unit, found: Evidence) -> bool:
    """Say whether steps go on where others of their passage were interrupted: their first number is not one."""
    before = _NUMBER.search(found.passage.text[: unit.parts[0].start])
    return unit.shape == "steps" and before is not None and int(before[1]) > 1


def _tells_nothing(span: Span) -> bool:
    """Say whether a line is a heading or a mere pointer to another page."""
    if span.kind == "step":
        return False
    pointer = any(_POINTER.search(folded(text)) for text in (span.text, plain(span.text)))
    return pointer or span.kind == "heading"


def _with_steps(found: Sequence[Span]) -> list[Span]:
    """Return the spans, the bullets of a list that mostly gives instructions turned into steps."""
    turned: list[Span] = []
    for kind, run in itertools.groupby(found, key=lambda span: span.kind):
        members = list(run)
        instructions = sum(instructs(member.text) for member in members)
        steps = kind == "bullet" and len(members) > 1 and instructions * 2 > len(members)
        turned.extend([replace(member, kind="step") for member in members] if steps else members)
    return turned
