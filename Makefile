# All that needs doing, one word each: `make` alone lists them. Needs GNU make and Python 3.11 or
# newer; everything else goes into .venv, which is brought up to date when a requirements file
# changes, and otherwise left alone.

PORT ?= 8000
VENV := .venv
LOWEST := .venv-lowest
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

# Which tests the lowest versions must pass: not those that depend on what else is installed, nor
# those of make's own helpers.
LOWEST_TESTS := not browser and not slow and not foreign and not postgresql and not served
PYTEST_ARGS ?= --numprocesses=auto

BROWSERS := chromium chromium-browser google-chrome google-chrome-stable $(CHROMIUM)
COG_FILES = $(shell grep -ls '\[\[\[cog' README.md CONTRIBUTING.md docs/*.md)

.DEFAULT_GOAL := help
.PHONY: help demo test check lowest bench docs texts clean browser database

help: ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

demo: $(VENV)/run.stamp ## a HIT of your own, done in a browser at http://127.0.0.1:8000 (PORT=8000)
	@$(BIN)/python examples/demo.py --port $(PORT)

test: check browser database ## everything: all checks, then the whole suite
	$(BIN)/pytest $(PYTEST_ARGS)

check: $(VENV)/dev.stamp ## formatting, lint, spelling, types, imports, generated docs, and the lowest versions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(if $(COG_FILES),$(BIN)/cog --check -P -I . $(COG_FILES))
	@$(MAKE) --no-print-directory lowest

lowest: $(LOWEST)/run.stamp ## the tests, on the lowest versions that requirements.txt promises
	$(LOWEST)/bin/python -m pytest -m '$(LOWEST_TESTS)' --ignore=tests/project/test_tools.py $(PYTEST_ARGS)

bench: $(VENV)/dev.stamp ## the benchmarks
	$(BIN)/python -m benchmarks

docs: $(VENV)/dev.stamp ## write the generated parts of the documentation anew
	$(if $(COG_FILES),$(BIN)/cog -r -P -I . $(COG_FILES))

texts: $(VENV)/dev.stamp ## print every text that users see, to be read from top to bottom
	@$(BIN)/python tools/texts.py

clean: ## remove what make made; data, configuration and results stay
	rm -rf $(VENV) $(LOWEST) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

browser:
	@tools/ensure_debian_package.sh chromium $(BROWSERS)

database:
	@tools/ensure_debian_package.sh postgresql initdb '/usr/lib/postgresql/*/bin/initdb'

$(VENV)/run.stamp: requirements.txt
	@tools/make_venv.sh $(VENV)
	@echo "Installing requirements.txt into $(VENV) ..." >&2
	@$(BIN)/python $(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-extras.txt requirements-dev.txt
	@tools/make_venv.sh $(VENV)
	@echo "Installing requirements-dev.txt into $(VENV) ..." >&2
	@$(BIN)/python $(PIP_INSTALL) -r requirements-dev.txt
	@touch $(VENV)/run.stamp $@

$(LOWEST)/run.stamp: requirements.txt requirements-dev.txt tools/lowest_bounds.py $(VENV)/dev.stamp
	@tools/make_venv.sh $(LOWEST)
	@echo "Installing the lowest versions of requirements.txt into $(LOWEST) ..." >&2
	@$(BIN)/python tools/lowest_bounds.py requirements.txt >$(LOWEST)/requirements.txt
	@grep -E '^(pytest|hypothesis)' requirements-dev.txt >>$(LOWEST)/requirements.txt
	@$(LOWEST)/bin/python $(PIP_INSTALL) -r $(LOWEST)/requirements.txt
	@touch $@
