"""Where log lines go: to stderr, so that stdout stays a command's own."""

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import WrappedLogger

from engines import redaction

Level = Literal["debug", "info", "warning", "error"]


def configure(level: Level) -> None:
    """Log lines of this level and more serious ones: readable in a terminal, as JSON anywhere else.

    Libraries are heard from warnings on, or when everything is wanted.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    libraries = number if level == "debug" else max(number, logging.WARNING)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=libraries, handlers=[handler])
    readable = sys.stderr.isatty()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if readable else [structlog.processors.format_exc_info]),
            structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False),
            _discreet,
        ],
    )


class _Discreet(logging.Formatter):
    """Formats the lines of libraries, which may quote what they failed on."""

    def format(self, record: logging.LogRecord) -> str:
        return redaction.discreet(super().format(record))


def _discreet(logger: WrappedLogger, name: str, line: Any) -> str:
    """Take the details of people out of a rendered line: an error may quote what it failed on."""
    return redaction.discreet(line)
