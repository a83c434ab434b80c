"""How a command fails: in a sentence when the error is one of ours, else in one line and a log for whoever mends it."""

import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from cli.refusal import Refusal


def expected() -> tuple[type[Exception], ...]:
    """Return the errors whose messages are written for people; asked only once something was raised."""
    from services import ERRORS

    return (Refusal, *ERRORS)


def say(message: str) -> None:
    """Tell the person at the terminal what went wrong."""
    print(f"deskhand: {message}", file=sys.stderr)


def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Answer an error that nobody expected: its traceback goes to a log, one line to the terminal."""
    if issubclass(kind, KeyboardInterrupt):
        return
    log = _log()
    with log.open("a", encoding="utf-8") as file:
        file.write(f"\n{datetime.now(UTC).isoformat()} deskhand {' '.join(sys.argv[1:2])}\n")
        traceback.print_exception(kind, error, trace, file=file)
    say(f"something failed that should not ({kind.__name__}); what happened is in {log}")


def _log() -> Path:
    """Return the log of unexpected errors: in the data directory where there is one, else among temporary files."""
    import settings

    try:
        data = settings.read().data
    except settings.SettingsError:
        data = Path()
    logs = data / "logs"
    if not data.is_absolute() or not data.is_dir():
        return Path(tempfile.gettempdir()) / "deskhand-errors.log"
    logs.mkdir(exist_ok=True)
    return logs / "errors.log"
