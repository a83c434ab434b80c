"""How far an evaluation is, on stderr: one bar that says what is being done now."""

from cli.progress import NAMED_AT_MOST, Bar
from kb_index.one_shot import Progress
from kb_index.reading import BadArticle


class Watch:
    """Shows how indexes are built and examples are run, and names the first few articles that an index lacks."""

    def __init__(self) -> None:
        self._bar = Bar("reading")
        self._left_out = 0

    def index(self, heard: BadArticle | Progress) -> None:
        """Take a piece of news of an index."""
        if isinstance(heard, Progress):
            self._show("indexing", heard.done, heard.total)
            return
        self._left_out += 1
        if self._left_out <= NAMED_AT_MOST:
            self._bar.skip(heard)

    def run(self, suite: str, system: str, done: int, total: int) -> None:
        """Take a piece of news of a run."""
        self._show(f"{suite} ({system})", done, total)

    def end(self) -> None:
        """Put the bar away, and count the articles that were not named."""
        self._bar.stop()
        if self._left_out > NAMED_AT_MOST:
            self._bar.console.print(f"and {self._left_out - NAMED_AT_MOST} more are skipped")

    def _show(self, what: str, done: int, total: int) -> None:
        self._bar.start()
        (task,) = self._bar.task_ids
        self._bar.update(task, description=what, completed=done, total=total)
