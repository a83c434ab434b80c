"""Write claims.jsonl anew."""

from evals import planted

planted.CLAIMS.write_text(planted.written(), encoding="utf-8")
