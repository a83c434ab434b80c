"""Where log lines go: to stderr, so that stdout stays a command's own."""

import logging
import sys
from typing import Literal

import structlog

Level = Literal["debug", "info", "warning", "error"]


def configure(level: Level) -> None:
    """Log lines of this level and more serious ones: readable in a terminal, as JSON anywhere else.

    Libraries are heard from warnings on, or when everything is wanted.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    libraries = number if level == "debug" else max(number, logging.WARNING)
    logging.basicConfig(level=libraries, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    readable = sys.stderr.isatty()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if readable else [structlog.processors.format_exc_info]),
            structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(),
        ],
    )
