# The newcomer's commands. They need python3 (3.11 or newer) with venv, and make; nothing else.
# Everything goes into .venv, by lock files with hashes; a stamp file says what is installed.

PYTHON ?= python3
PORT ?= 8000
N ?= 10000
SYNDICATE_BASE_URL ?= http://127.0.0.1:$(PORT)
UV ?= uv

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
# A lock file names everything: nothing is left to resolve, and an older pip would look for newer
# versions of what is asked for with an extra, then refuse them for want of a hash.
INSTALL := $(PIP) install --no-build-isolation --no-deps
# An operator changes the store, the relay or the engine by a setting, and installs nothing for it:
# what is served with has every extra. Nobody imports what no setting asks for.
EXTRAS := --extra postgres --extra mail --extra distributed
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test check prove cover bench install lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' Makefile

serve: export SYNDICATE_BASE_URL := $(SYNDICATE_BASE_URL)
serve: $(VENV)/.serve ## install, publish content/ and serve it on 127.0.0.1 (PORT=8000)
	@$(BIN)/syndicate db upgrade
	@$(BIN)/syndicate publish
	@exec $(BIN)/syndicate serve --host 127.0.0.1 --port $(PORT)

test: $(VENV)/.dev ## install and run the whole test suite
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal -m "not prove" $(MEASURE)

check: $(VENV)/.dev ## lint, types, import rows, documents, sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture
	$(BIN)/python -m tests.architecture.sizes

prove: $(VENV)/.dev ## run the slow proofs (a browser, newsboat, big stores)
	$(BIN)/python -m pytest -n auto --maxprocesses 2 -m prove

cover: MEASURE := --cov --cov-report=
cover: test ## the same as test, and fail where too little of what must hold is covered
	$(BIN)/python -m tests.architecture.covered

bench: $(VENV)/.dev ## print ratios, measured side by side (N=10000 summaries, GROUP= all)
	$(BIN)/python -m bench $(GROUP) --n $(N)

install: $(VENV)/.serve ## install the program into .venv, and no more

lock: ## write requirements/*.txt anew (needs uv on PATH, or UV=path)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pipx install uv, or make lock UV=path/to/uv" >&2; exit 1; }
	$(COMPILE) --group build -o requirements/build.txt
	$(COMPILE) pyproject.toml $(EXTRAS) \
		-c requirements/build.txt -o requirements/serve.txt
	$(COMPILE) pyproject.toml $(EXTRAS) --group test --group check --group prove \
		-c requirements/build.txt -c requirements/serve.txt -o requirements/dev.txt

clean: ## remove what the commands above made: .venv, var/, caches
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed ---------------------------------------------------------------------------

$(VENV)/.base: requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "syndicate needs Python 3.11 or newer; '$(PYTHON)' is not: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "Installing into $(VENV); the first time takes about a minute." >&2
	@$(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(INSTALL) --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/.serve: $(VENV)/.base requirements/serve.txt pyproject.toml
	@$(INSTALL) --require-hashes -r requirements/serve.txt
	@$(INSTALL) -e .
	@touch $@

# The development lock holds everything of the serving one, in the same versions.
$(VENV)/.dev: $(VENV)/.serve requirements/dev.txt
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@
