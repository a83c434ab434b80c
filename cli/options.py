"""The options that several commands share, each worded once."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else on stdout.")]
Brand = Annotated[str, typer.Option("--brand", help="Whose articles: the brand's id.")]
Owner = Annotated[str, typer.Option("--brand", help="Whose: the brand's id.")]
Why = Annotated[str, typer.Option("--note", help="Why, for whoever reads the history.")]
Corpus = Annotated[
    Path | None,
    typer.Option(
        "--kb", help="A folder or .jsonl of articles to use instead of the data directory; nothing is stored."
    ),
]
Rows = Annotated[
    Path | None,
    typer.Option("--file", help='JSON lines {"id", "question", "history"?}; prints one JSON document a line.'),
]
Pages = Annotated[
    Path | None, typer.Option("--policy", help="Folder of policy pages to use instead of the usual ones.")
]
Data = Annotated[Path | None, typer.Option("--data", help="Folder where everything is kept; default ./data.")]
Demo = Annotated[bool | None, typer.Option("--demo", help="Send checked replies without a teammate, as a demo may.")]
