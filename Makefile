# `make` alone lists the targets; each makes what it needs.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test proof lint fmt bench screenshots services services-stop clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.synced
UV_VERSION := 0.13.9
ARGS ?=
ONLY ?=

export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_NO_PROGRESS := 1

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{ printf "make %-14s %s\n", $$1, $$2 }'

demo: $(READY) ## a simulated region under attack, through the whole pipeline (ARGS=--once: once, then exit)
	$(BIN)/tocsin demo $(ARGS)

test: lint ## lint, then all tests on real Kafka, Elasticsearch and SMTP (ARGS='-k word': some of them)
	$(BIN)/python -m pytest --closing $(ARGS)

proof: $(READY) ## show what Tocsin promises, promise by promise (ONLY=word: some of them)
	$(BIN)/python -m benchmarks.proof $(ONLY)

lint: $(READY) ## style, types and the house rules on imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fmt: $(READY) ## format the code and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## measure speed (benchmarks/bench_*.py, benchmarks/detect.py)
	@for bench in $(wildcard benchmarks/bench_*.py); do echo "== $$bench"; $(BIN)/python $$bench $(ARGS) || exit 1; done
	@[ -z "$$TOCSIN_CORPUS" ] || $(BIN)/python -m benchmarks.detect $(ARGS)

screenshots: $(READY) ## pictures of the console on the simulated region and of mails, into docs/pictures (needs Chromium)
	$(BIN)/python -m tests.console.pictures docs/pictures

services: $(READY) ## start Kafka and Elasticsearch here and print where they are
	@$(BIN)/python -m tests.services.local start

services-stop: $(READY) ## stop them and forget their data
	@$(BIN)/python -m tests.services.local stop

clean: ## remove all that can be made again
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m tests.services.local stop 2>/dev/null || true; fi
	rm -rf $(VENV) .cache build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that is new enough; a shim that answers "not found" does not count.
ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell $(name) -c '$(ENOUGH)' >/dev/null 2>&1 && echo $(name))))

# pip brings uv into the environment when there is none on the PATH; uv then installs exactly what uv.lock says.
$(READY): pyproject.toml uv.lock
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed, and none of python3.13, python3.12, python3.11, python3 is; set PYTHON=/path/to/python" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) has no venv module (Debian: apt install python3-venv)" >&2; rm -rf $(VENV); exit 1; }
	@command -v uv >/dev/null || [ -x $(BIN)/uv ] || $(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	PATH="$$PATH:$(CURDIR)/$(BIN)" uv sync --frozen --quiet --python $(BIN)/python
	@touch $@
