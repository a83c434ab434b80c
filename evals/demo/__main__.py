"""Make the rows of the demo's long suites again from their seeds: `python -m evals.demo`."""

from evals.demo import variants
from evals.demo.seeds import SPLITS

for split in SPLITS:
    print(f"{split}.jsonl: {variants.write(split)} rows")
