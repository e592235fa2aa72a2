# Two commands matter: `make run` and `make test`. Everything they need they install, into this folder where possible.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# The first that runs and is new enough: a name on the path may be an empty shim.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PORT ?= 8000
HOST ?= 127.0.0.1
NPM := npm_config_update_notifier=false $(BIN)/python requirements/npm.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run setup setup-test test explore check bench bench-exam screenshots requirements translations clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: setup ## set everything up and serve the product with its demo organisation
	@$(BIN)/python -m lms init --demo-if-new
	@exec $(BIN)/python -m lms serve --host $(HOST) --port $(PORT)

ENGLISH := lms/web/translations/en/LC_MESSAGES/messages.po
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard lms/*/translations/*/LC_MESSAGES/*.po))

setup: .venv/.run node_modules/.stamp .venv/.system $(CATALOGUES)

setup-test: setup .venv/.test .venv/.chromium

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found. Set PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.txt | .venv/bin/python
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	@touch $@

.venv/.test: requirements/test.txt | .venv/.run
	$(BIN)/pip install --quiet --require-hashes -r requirements/test.txt
	@touch $@

.venv/.system: requirements/system.sh | .venv/.run
	@bash requirements/system.sh pango
	@touch $@

.venv/.chromium: requirements/system.sh | .venv/.run
	@bash requirements/system.sh chromium
	@touch $@

node_modules/.stamp: package-lock.json | .venv/.run
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

%.mo: %.po | .venv/.run
	@$(BIN)/pybabel -q compile -i $< -o $@

test: setup-test check ## install what tests need and run them all (SQLite, PostgreSQL, a real browser)
	$(BIN)/pytest tests/unit tests/content tests/architecture -n 2
	$(BIN)/pytest tests/integration tests/model -n 2 --dist loadfile
	$(BIN)/pytest tests/journeys tests/faults -n 3 --dist loadfile

explore: setup-test ## properties with new examples each time; what it finds becomes a test
	LMS_TESTS_EXPLORE=1 $(BIN)/pytest tests/unit -n 2

check: setup-test ## format, lint, types, import contracts, migrations, translations, content
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint lms --lint --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest tests/architecture -q
	$(BIN)/python -m lms content check

bench: setup-test ## measured, never asserted: JSON lines
	@for each in exam bank imports exchange moodle_xml sheets statistics; do $(BIN)/python -m benchmarks.$$each || exit 1; done

bench-exam: setup-test ## a thousand candidates over HTTP on both databases, about 15 minutes: JSON lines
	$(BIN)/python -m benchmarks.exam_http

screenshots: setup-test ## pictures of every screen at 390 and 1280 px, zh and en, into build/screenshots
	@bash requirements/system.sh fonts
	$(BIN)/python -m tests.journeys.screenshots

translations: .venv/.test ## collect new sentences into the catalogue
	$(BIN)/pybabel -q extract -F lms/web/babel.cfg -k _ -k gettext -k ngettext:1,2 -k lazy_gettext --no-location --sort-output --omit-header -o build/messages.pot lms
	$(BIN)/pybabel -q update -i build/messages.pot -d lms/web/translations -l en --no-fuzzy-matching --ignore-obsolete --omit-header -w 110
	@{ printf '%s\n' 'msgid ""' 'msgstr ""' '"Language: en\n"' '"Plural-Forms: nplurals=2; plural=(n != 1);\n"' '"MIME-Version: 1.0\n"' \
		'"Content-Type: text/plain; charset=utf-8\n"' '"Content-Transfer-Encoding: 8bit\n"' ''; cat $(ENGLISH); } > build/messages.en.po && mv build/messages.en.po $(ENGLISH)

requirements: ## compile the pins anew (needs uv)
	cd requirements && for f in run test; do uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header -q --upgrade $$f.in -o $$f.txt; done

clean: ## remove what was built; data stays in instance/
	rm -rf .venv node_modules build
