"""How quick and how big Deskhand is on this machine: `python -m evals.benchmarks --help`.

Each command prints one JSON document. Times are wall clock and CPU of this process, side by side, because a busy
machine stretches the one and hardly the other; what is compared is compared on the same machine in the same minute.
"""
