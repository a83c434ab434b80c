"""What a person reads in the terminal: searches, decisions and handovers, laid out with rich."""

from collections.abc import Iterable, Sequence

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from api.outputs import Found, FoundArticle
from domain import text
from domain.decisions import Brief, ClockTarget, Decision, FoundPassage, Handover, Outcome, Reply
from domain.drafts import Citation
from domain.ids import ArticleId
from domain.triage import Ask

COLOURS: dict[Outcome, str] = {"answered": "green", "suggested": "yellow", "handed_over": "magenta"}
TITLES: dict[Outcome, str] = {
    "answered": "answered: this would be sent",
    "suggested": "suggested: a teammate would check this first",
    "handed_over": "handed over: a person would take this",
}
MARKS = {"answered": "✓", "clarified": "?", "declined": "–", "handed_over": "→", "open": "○"}
EXCERPT = 240


def show_search(found: Found, console: Console) -> None:
    """Print the articles found, each with its place, score, address and best passages."""
    if not found.results:
        console.print("Nothing found. Is the help center indexed? `deskhand index FOLDER` reads it.")
        return
    for place, article in enumerate(found.results, 1):
        console.print(_article(place, article))
    if found.answerability and not found.answerability.answerable:
        console.print(Text("These may not answer the question:", style="yellow"))
        console.print(Text("\n".join(f"- {reason}" for reason in found.answerability.reasons), style="dim"))


def show_decision(decision: Decision, console: Console) -> None:
    """Print a decision: the reply with numbered citations, what it rests on, and why it ended so."""
    colour = COLOURS[decision.outcome]
    if decision.reply:
        reply, sources = marked(decision.reply)
        console.print(Panel(Text(reply), title=TITLES[decision.outcome], border_style=colour, padding=(1, 2)))
        for number, (article, quotes) in enumerate(sources.items(), 1):
            console.print(_source(number, article, quotes, decision.evidence))
        console.print()
    else:
        console.print(Panel(Text("No reply."), title=TITLES[decision.outcome], border_style=colour, padding=(0, 2)))
    console.print(_facts(decision))
    if decision.handover:
        console.print(_packet(decision.handover))


def marked(reply: Reply) -> tuple[str, dict[ArticleId, list[str]]]:
    """Return the reply with `[1]` after each cited sentence, and the articles so numbered with their quotes."""
    sources: dict[ArticleId, list[str]] = {}
    pieces: list[str] = []
    done = 0
    for sentence in reply.sentences:
        at = reply.text.find(sentence.text, done)
        if at < 0:
            continue
        end = at + len(sentence.text)
        numbers = [_number(citation, sources) for citation in sentence.citations]
        marks = "".join(f" [{number}]" for number in dict.fromkeys(numbers))
        pieces.append(reply.text[done:end] + marks)
        done = end
    return "".join(pieces) + reply.text[done:], sources


def _number(citation: Citation, sources: dict[ArticleId, list[str]]) -> int:
    """Return the number of a citation's article, and note its quote there."""
    quotes = sources.setdefault(citation.article, [])
    quote = text.plain(citation.quote)
    if quote not in quotes:
        quotes.append(quote)
    return list(sources).index(citation.article) + 1


def _source(number: int, article: ArticleId, quotes: Sequence[str], evidence: Iterable[FoundPassage]) -> Group:
    found = next((found for found in evidence if found.article == article), None)
    line = Text(f"[{number}] ", "cyan").append(found.title if found else article, "bold")
    if found and found.url:
        line.append(f"  {found.url}", "dim underline")
    return Group(line, *(Padding(Text(f"“{_excerpt(quote)}”", "dim"), (0, 0, 0, 4)) for quote in quotes))


def _facts(decision: Decision) -> Table:
    """Lay out what was understood, what was decided and why, as name and value."""
    table = _grid()
    table.add_row("outcome", Text(decision.outcome, f"bold {COLOURS[decision.outcome]}"))
    if decision.confidence is not None:
        table.add_row("confidence", f"{decision.confidence:.2f}")
    if decision.triage:
        triage = decision.triage
        flags = [f"flags: {', '.join(triage.flags)}"] if triage.flags else []
        table.add_row(
            "understood", " · ".join([triage.intent, triage.priority, triage.sentiment, triage.language, *flags])
        )
    if decision.asks:
        table.add_row("asks", _asks(decision.asks))
    if decision.reasons:
        table.add_row("because", _lines(decision.reasons))
    if decision.verdict and decision.verdict.faults:
        table.add_row("faults", _lines([f"{fault.check}: {fault.message}" for fault in decision.verdict.faults]))
    table.add_row("engine", _engine(decision))
    return table


def _engine(decision: Decision) -> str:
    used = decision.engine
    model = f" ({used.model})" if used.model else ""
    fallback = f", because the first did not answer: {used.fallback}" if used.fallback else ""
    took = decision.timings_ms.get("total", sum(decision.timings_ms.values()))
    return f"{used.name}{model}{fallback}, {took:.0f} ms"


def _packet(handover: Handover) -> Panel:
    """Lay out what the person who takes the ticket is told."""
    table = _grid()
    table.add_row("reason", handover.reason)
    table.add_row("for", f"{handover.team}, skill {handover.skill}, {handover.priority}, {handover.sentiment}")
    table.add_row("summary", Text(handover.summary))
    if handover.clocks:
        table.add_row("within", ", ".join(map(_within, handover.clocks)))
    for brief in handover.briefs:
        table.add_row("owner" if brief.owns else "told", _brief(brief))
    noted = (("customer tried", handover.attempts), ("tried", handover.tried), ("missing", handover.missing))
    for name, lines in noted:
        if lines:
            table.add_row(name, _lines(lines))
    if handover.evidence:
        titles = dict.fromkeys(f"{found.title}  {found.url or ''}".rstrip() for found in handover.evidence)
        table.add_row("found", _lines(list(titles)[:5]))
    if handover.proposed_reply:
        table.add_row("draft", Text(handover.proposed_reply.text))
    return Panel(table, title="handover packet", border_style="magenta")


def _within(target: ClockTarget) -> str:
    hours, minutes = divmod(target.minutes, 60)
    spent = " ".join(filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")))
    return f"{target.clock} {spent}{' of business hours' if target.business_hours else ''}"


def _brief(brief: Brief) -> Text:
    """Lay out one brief: who, why, what is known, what to ask."""
    known = [f"  {fact.replace('_', ' ')}: {said}" for fact, said in brief.facts.items()]
    return _lines([f"{brief.destination}, {brief.why}", *known, *(f"  ask: {asked}" for asked in brief.questions)])


def _article(place: int, article: FoundArticle) -> Group:
    line = Text(f"{place:>2}. ", "cyan").append(article.title, "bold").append(f"  {article.score:.2f}", "green")
    about = Text(f"{article.article}  {article.url or ''}".rstrip(), "dim")
    pieces = [Padding(Text(_excerpt(piece.text)), (0, 0, 0, 6)) for piece in article.passages[:2]]
    reasons = [Padding(Text(reason, "green"), (0, 0, 0, 4)) for reason in article.reasons]
    return Group(line, Padding(about, (0, 0, 0, 4)), *reasons, *pieces, "")


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _asks(asks: Iterable[Ask]) -> Text:
    return _lines([f"{MARKS[ask.state]} {ask.text} ({ask.state.replace('_', ' ')})" for ask in asks])


def _lines(lines: Sequence[str]) -> Text:
    return Text("\n").join(Text(line) for line in lines)


def _excerpt(markdown: str) -> str:
    line = text.plain(markdown)
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rsplit(' ', 1)[0]} …"
