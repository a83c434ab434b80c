"""The command `deskhand`: reads what a person typed, calls one door below, prints what came back.

Stdout carries results only; everything else goes to stderr. What is heavy is imported inside the command that needs it,
so that `deskhand --help` is instant. Exit codes: 0 done, 1 something failed, 2 asked for wrongly (nothing was done),
3 done except what stderr names, 130 interrupted.
"""

import os
import sys

import typer

from cli.faults import expected, report, say
from cli.program import app

# One thread a task, in a pool of one task a core: without this the libraries below fight over the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def main() -> None:
    """Run the command that was typed and end with its exit code; an expected error is a sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # real streams here
    sys.excepthook = report
    try:
        typer.main.get_command(app)()
    except SystemExit:
        raise
    except expected() as error:
        say(str(error))
        sys.exit(2)
