# make demo    install what the program needs and show what it does
# make test    install what the tests need and run them, as CI does
# make check   format, lint, types, direction of imports
# make bench   measure, and write docs/benchmarks.md; BENCH="--cases 1000 10000 100000" for more sizes

PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

.PHONY: demo test test-fast test-long check bench clean

demo: .venv/installed
	$(BIN)/casegraph demo

test: .venv/installed-dev
	$(PYTEST) -m "not long"

test-fast: .venv/installed-dev
	$(PYTEST) -m "not long and not slow"

test-long: .venv/installed-dev
	$(PYTEST)

check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-dev
	$(BIN)/pip install --quiet -e '.[bench]'
	$(BIN)/python benchmarks/bench.py $(BENCH)

clean:
	rm -rf .venv build dist *.egg-info src/*.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet -e .
	touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet -e '.[dev]'
	touch $@ .venv/installed
