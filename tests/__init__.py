"""The tests of every room; properties take few and always the same examples, or with PROVE=1 ten thousand new ones."""

import os

from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the command does: one thread a task

settings.register_profile("check", max_examples=50, derandomize=True, deadline=None)
settings.register_profile("prove", max_examples=10_000, deadline=None)
settings.load_profile("prove" if os.environ.get("PROVE") else "check")
