# Everything a contributor runs. `make help` lists it; README shows `make run` and `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.ONESHELL:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Editable installs of the project itself and of the partners' client that it uses, which is a distribution of its own;
# built with the locked hatchling instead of one that pip would fetch
INSTALL_PROJECT := $(PIP) install --quiet --no-deps --no-build-isolation --editable ./client --editable .

TEST_PACKAGES := postgresql ceph-mon ceph-osd ceph-common radosgw postfix chromium clamav-daemon docker-compose systemd

SCENARIO ?=
ROUNDS ?=
SEED ?=
FAULTS ?=
TESTS ?=
EXAMPLES ?=

.PHONY: help
help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: install ## install what is needed, then serve everything at http://127.0.0.1:8000 with demo data
	@exec $(BIN)/ebox run

.PHONY: test
test: $(VENV)/.dev node_modules/.package-lock.json ## install what the tests need, then run them all against real servers (TESTS=path picks some)
	@.ci/install-debian $(TEST_PACKAGES)
	@$(if $(TESTS),$(BIN)/pytest $(TESTS),.ci/test $(BIN)/pytest)

.PHONY: lint
lint: $(VENV)/.dev ## ruff, mypy strict, import-linter: what CI and pre-commit check
	@failed=0 # every check speaks, whatever those before it found
	$(BIN)/ruff check . || failed=1
	$(BIN)/ruff format --check . || failed=1
	$(BIN)/mypy . || failed=1
	$(BIN)/lint-imports --no-logo || failed=1
	exit $$failed

.PHONY: format
format: $(VENV)/.dev ## put the code in ruff's format and repair what ruff can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.dev ## measure (SCENARIO=a,b picks, ROUNDS=n repeats); the tables go to var/bench/ too
	@.ci/install-debian $(TEST_PACKAGES)
	@$(BIN)/python -m bench $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(ROUNDS),--rounds $(ROUNDS))

.PHONY: faults
faults: $(VENV)/.dev ## break what eBox stands on while it is at work (ROUNDS=n, SEED=n, FAULTS=a,b), and look for losses
	@.ci/install-debian $(TEST_PACKAGES)
	@$(BIN)/python -m tests.faults $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(if $(FAULTS),--faults $(FAULTS))

.PHONY: fuzz
fuzz: $(VENV)/.dev ## put requests made up from the API's description to it (EXAMPLES=n for each operation)
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),100) $(BIN)/pytest tests/integration/api/fuzzing

.PHONY: docs
docs: $(VENV)/.dev ## write the reference pages that are made from the code
	@$(BIN)/python docs/reference/generate.py

.PHONY: install
install: $(VENV)/.run ## make .venv from the hashed lock file, with the project itself

.PHONY: lock
lock: $(VENV)/.dev ## resolve the newest allowed dependencies into requirements/*.txt
	@.ci/lock $(BIN)/uv

# The stamps: what is installed is installed again only when its lock file or the project's own metadata changed.

$(VENV)/bin/python:
	@.ci/make-venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml client/pyproject.toml | $(VENV)/bin/python
	@echo "Installing requirements/run.txt into $(VENV) …"
	@$(PIP) install --quiet --require-hashes --requirement requirements/run.txt
	@$(INSTALL_PROJECT)
	@touch $@

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || .ci/install-debian npm
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml client/pyproject.toml | $(VENV)/bin/python
	@echo "Installing requirements/dev.txt into $(VENV) …"
	@$(PIP) install --quiet --require-hashes --requirement requirements/dev.txt
	@$(INSTALL_PROJECT)
	@touch $@
