# Roster. `make run` runs it, `make test` tests it; `make help` names the rest.
# Needs Python 3.11 or newer and GNU make; everything else comes by itself.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)

VENV := .venv
RUNS := $(VENV)/.installed-to-run
DEVELOPS := $(VENV)/.installed-to-develop
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet install

DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/roster
REDIS_URL ?= redis://127.0.0.1:6379/9
PYTEST := $(VENV)/bin/python -m pytest
WORKERS ?= 2
WITH_SERVICES := DATABASE_URL=$(DATABASE_URL) REDIS_URL=$(REDIS_URL)

.PHONY: help run test test-services test-postgresql test-programs test-browser soak figures bench lint format clean

help: ## Say what can be made.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(RUNS) ## Run Roster at http://localhost:8000 (PORT), with its data in var/ (DATA_DIR).
	@exec $(VENV)/bin/python manage.py up

test: lint ## Lint, then run every test that needs no service.
	env -u DATABASE_URL -u REDIS_URL $(PYTEST) -n $(WORKERS) -m "not services and not browser"

test-services: test-postgresql test-programs ## The same tests on PostgreSQL and Redis, then what only these can show.

test-postgresql: $(DEVELOPS)
	$(WITH_SERVICES) $(PYTEST) -n $(WORKERS) -m "not services and not browser and not no_database"

test-programs: $(DEVELOPS) # workers, beats and servers that are started, killed and waited for
	$(WITH_SERVICES) $(PYTEST) -m "services"

test-browser: $(DEVELOPS) ## Drive the pages in Chromium.
	env -u DATABASE_URL -u REDIS_URL $(PYTEST) -m browser

soak: $(DEVELOPS) ## Races, faults and state machines at full size, with their figures.
	SOAK=1 $(WITH_SERVICES) $(PYTEST) -s -m "services or sized"

figures: $(DEVELOPS) ## Measure the time to the first page, and memory and CPU at rest.
	@$(VENV)/bin/python -m scripts.figures

bench: $(DEVELOPS) ## Measure pages, searches, exports, changes and mails at up to 1,000,000 members, on PostgreSQL.
	@$(VENV)/bin/python -m benchmarks $(PARTS)

lint: $(DEVELOPS) ## Check style, layers, types, templates and migrations.
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy .
	$(VENV)/bin/djlint templates --lint --quiet
	env -u DATABASE_URL -u REDIS_URL DJANGO_SETTINGS_MODULE=config.settings.test $(VENV)/bin/python manage.py makemigrations --check

format: $(DEVELOPS) ## Put code and templates into the common form.
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean: ## Remove what was installed and cached; data stays.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results

$(RUNS): requirements.txt
	@scripts/make-venv "$(PYTHON)" $(VENV)
	$(PIP) --requirement requirements.txt
	@touch $@

$(DEVELOPS): requirements.txt requirements-dev.txt
	@scripts/make-venv "$(PYTHON)" $(VENV)
	$(PIP) --requirement requirements-dev.txt
	@touch $(RUNS) $@
