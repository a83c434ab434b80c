"""How far a long piece of work is, on stderr: a bar in a terminal, and a line for each article that is left out."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kb_index import one_shot
from kb_index.reading import BadArticle

NAMED_AT_MOST = 5


class Bar(Progress):
    """A bar that goes when the work is done; lines are printed above it and stay."""

    def __init__(self, task: str, total: int | None = None) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        super().__init__(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self.add_task(task, total=total)

    def reach(self, done: int, total: int | None = None) -> None:
        """Show how much is done."""
        self.update(self._task, completed=done, total=total)

    def skip(self, bad: BadArticle) -> None:
        """Name an article that is left out, and why."""
        self.say(f"skipped {bad.place}: {bad.reason}")

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


class Building:
    """Shows how a one-shot index is built, if it has to be, and names the first few articles that it lacks."""

    def __init__(self) -> None:
        self._bar = Bar("indexing")
        self._left_out = 0

    def __call__(self, heard: BadArticle | one_shot.Progress) -> None:
        """Take one piece of news."""
        if isinstance(heard, one_shot.Progress):
            self._bar.start()
            self._bar.reach(heard.done, heard.total)
            return
        self._left_out += 1
        if self._left_out <= NAMED_AT_MOST:
            self._bar.skip(heard)

    def end(self) -> None:
        """Put the bar away, and count the articles that were not named."""
        self._bar.stop()
        if self._left_out > NAMED_AT_MOST:
            self._bar.console.print(f"and {self._left_out - NAMED_AT_MOST} more are skipped")
