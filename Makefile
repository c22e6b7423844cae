# ggen: the commands a developer types. `make help` lists them. Each can be run again: what is done is not done twice.

PYTHON  ?= python3
WORKERS ?= 2
VENV    := .venv
BIN     := $(VENV)/bin

# What is built outside the tree: the Rust target directory, test workspaces.
export GGEN_CACHE ?= $(HOME)/.cache/ggen
export CARGO_TARGET_DIR ?= $(GGEN_CACHE)/cargo

PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install demo check test test-live test-twins bench bench-large clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

install: ## create .venv with the ggen command
	@tools/install "$(PYTHON)"

demo: install ## a model of a shop becomes Rust, SQL and a GDPR data map; then an error is shown
	@tools/system rust postgres
	@$(BIN)/python -m tools.demo

check: install ## lint, types, unit, golden and property tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -m "not end_to_end and not live"

test: install ## everything, with real compilers and servers; installs what it needs
	@tools/system rust postgres rabbitmq java go shells texts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -m "not live"

test-live: install ## what takes longer: scale, the demo, W3C suites, many more random cases
	@tools/system rust postgres rabbitmq java
	HYPOTHESIS_PROFILE=live $(PYTEST) -m "(live and not end_to_end) or properties"

test-twins: install ## generated crates that are spoilt, one place each: their own tests must fail
	@tools/system rust postgres rabbitmq
	$(PYTEST) -m "live and end_to_end"

bench: install ## time ggen against other ways to do the same
	@tools/install-bench "$(PYTHON)"
	$(BIN)/python -m benchmarks

bench-large: install ## the same with 10,000 aggregates
	@tools/install-bench "$(PYTHON)"
	$(BIN)/python -m benchmarks --large

clean: ## remove what was installed and built here
	rm -rf $(VENV) .venv-bench .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
