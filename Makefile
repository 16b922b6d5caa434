# The commands a person types. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
PLAN ?= standard

.DEFAULT_GOAL := help
.PHONY: help setup bench quick test test-nodes test-units lint format network-up network-down clean

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

# Tests on nodes mostly wait for blocks: the others run meanwhile, in what they leave of the processors.
test: setup  ## every test, on real nodes
	@$(MAKE) --no-print-directory -j2 --output-sync=target test-nodes test-units

test-nodes: setup
	$(BIN)/pytest tests/chain tests/browser

test-units: setup
	nice -n 19 $(BIN)/pytest -p no:cacheprovider tests --ignore tests/chain --ignore tests/browser

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
