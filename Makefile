# Everything a newcomer runs. `make` alone lists it.
# Packages come from the hash-pinned locks only; pip checks every hash, and --no-deps because a lock is complete.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Stamps: newer than what they were made from, so a second run has nothing to do.
RUNTIME := .venv/.installed
DEVELOPMENT := .venv/.installed-dev

.PHONY: help
help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(RUNTIME) ## Roll out a real directive on simulated units and a simulated clock (ONCE=1: end by itself)
	@$(BIN)/hoatoc demo $(if $(ONCE),--once)

.PHONY: test
test: $(DEVELOPMENT) ## Run all tests, on SQLite and PostgreSQL (installs Debian packages when root)
	@bash tests/debian-packages.sh
	$(BIN)/python -m pytest -q -n 2 tests/unit
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder tests --ignore=tests/unit

# The tests start Python a hundred times; none of them should compile the project anew.
test: export PYTHONDONTWRITEBYTECODE :=

.PHONY: lint
lint: $(DEVELOPMENT) ## Check style, formatting, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(DEVELOPMENT) ## Mend style and formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(DEVELOPMENT) ## Measure what it costs, side by side with the alternatives
	$(BIN)/python -m benchmarks

.PHONY: bench-peers
bench-peers: $(DEVELOPMENT) .venv-peers/.installed ## Measure the alternatives, in an environment of their own
	$(BIN)/python -m benchmarks.peers

.venv-peers/.installed: benchmarks/peers/requirements.lock
	@$(PYTHON) -m venv .venv-peers
	@echo "Installing the alternatives into .venv-peers …"
	@.venv-peers/bin/python -m pip --disable-pip-version-check --no-input install --quiet --require-hashes --no-deps \
		--requirement $<
	@touch $@

.PHONY: setup
setup: $(DEVELOPMENT) ## Create .venv with everything to develop, hash-checked

.PHONY: lock
lock: ## Pin what pyproject.toml asks for, with hashes (needs uv; LOCK_FLAGS=--upgrade takes newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH"; exit 1; }
	$(call compile,--group build pyproject.toml,requirements.lock)
	$(call compile,--group dev pyproject.toml,requirements-dev.lock)
	$(call compile,benchmarks/peers/requirements.in,benchmarks/peers/requirements.lock)

compile = uv pip compile --quiet --generate-hashes --no-header \
	--universal --python-version 3.11 $(LOCK_FLAGS) $(1) -o $(2)

.PHONY: clean
clean: ## Remove .venv, the demo's data and the tools' caches
	rm -rf .venv .venv-peers .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(if $(PYTHON),,echo "Python 3.11 or newer is needed" && exit 1)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@# A half-made environment would pass for a whole one at the next run.
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "On Debian: apt-get install python3-venv"; exit 1; }

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(call install,requirements.lock)
	@touch $@

# The development lock holds everything of the other, so it makes both stamps.
$(DEVELOPMENT): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	$(call install,requirements-dev.lock)
	@touch $(RUNTIME) $@

# The project itself is linked in, built by the hatchling of the lock: nothing unpinned is fetched.
define install
@echo "Installing the packages of $(1) into .venv (about half a minute) …"
@$(PIP) install --quiet --require-hashes --no-deps --requirement $(1)
@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
endef
