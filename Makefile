# The commands a person types. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
PLAN ?= standard

.DEFAULT_GOAL := help
.PHONY: help setup bench quick test lint format network-up network-down clean

help:  ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/ready  ## environment, compiler and node; safe to repeat
	@$(BIN)/python -m bench.setup

.venv/ready: pyproject.toml constraints.txt bootstrap.sh
	@PYTHON=$(PYTHON) sh bootstrap.sh

bench: setup  ## run the standard sweep on a real GoQuorum network and build its report
	$(BIN)/weighbridge sweep --plan $(PLAN) || [ $$? -eq 1 ]  # 1: a load fell short, see the report

quick: setup  ## four weight sizes in under three minutes
	$(BIN)/weighbridge sweep --plan quick || [ $$? -eq 1 ]

test: setup  ## every test, on real nodes
	$(BIN)/pytest

lint: setup  ## style, types and import rules
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

format: setup  ## rewrite the sources in the house style
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

network-up: setup  ## start a local network of four QBFT validators
	$(BIN)/weighbridge network up

network-down:  ## stop what network-up started
	$(BIN)/weighbridge network down

clean:  ## remove the environment and caches, keep the reports
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
