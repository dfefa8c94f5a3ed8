# The project's commands; `make` alone lists them. Requires GNU make and Python 3.11 or newer.
# Everything else is installed into .venv, which is updated only when a requirements file changes.

PORT ?= 8000
VENV := .venv
LOWEST := .venv-lowest
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

# The tests that must pass on the lowest versions: all but those that depend on other programs, those
# that no library's version can change (make's tools, our own file formats, flags, records and
# settings, streams and signals of processes, statistics, the rewriting of pages, numbers of calls and
# of rows), and those of random requests, which look for faults of ours. Of a parametrized test, one
# set of parameters is enough: the others vary what is ours.
LOWEST_TESTS := not browser and not slow and not foreign and not postgresql and not served
LOWEST_IGNORED := tests/project tests/formats tests/quality tests/server/test_netloc.py \
	tests/wire/test_any_request.py tests/server/test_hostile_input.py \
	tests/batch_server/test_contract.py \
	tests/hits/test_rows_read.py tests/questions/test_wrapped_pages.py \
	$(patsubst %,tests/amt/test_%.py,deleting page_checks progress survey) \
	$(patsubst %,tests/scripts/test_%.py,call_counts configuration confirmation console \
		damaged_records files interrupts_in_background misspelt_flags no_results output_files parallel \
		read_once reconcile repeated_keys wrong_ids lost_responses)

# worksteal: a process that has run out of tests takes over some of another's.
PYTEST_ARGS ?= --numprocesses=auto --dist=worksteal

# Without byte code every process that runs tests would compile them again, and so would each script.
unexport PYTHONDONTWRITEBYTECODE

BROWSERS := chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable $(CHROMIUM)
COG_FILES = $(shell grep -ls '\[\[\[cog' README.md CONTRIBUTING.md docs/*.md)

.DEFAULT_GOAL := help
.PHONY: help demo demo_study demo_batches test check types lowest coverage bench docs catalogues texts clean browser database

help: ## list these commands
	@sed -n 's/^\([a-z_]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

demo: $(VENV)/run.stamp ## serve a HIT that you can do at http://127.0.0.1:8000/sandbox/ (PORT=8000)
	@$(BIN)/python examples/demo.py --port $(PORT)

demo_study: $(VENV)/run.stamp ## do a study with simulated workers, from its price to its report
	@$(BIN)/python examples/demo_study.py

demo_batches: $(VENV)/run.stamp ## send a batch with curl, and get its answers and label pushed
	@$(BIN)/python examples/demo_batches.py

test: check browser database ## run make check, then all tests
	$(BIN)/pytest $(PYTEST_ARGS)

check: $(VENV)/dev.stamp ## check formatting, lint, spelling, types, imports, generated docs, lowest versions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell
	@$(MAKE) --no-print-directory --jobs=2 types lowest

# At the same time as `lowest`, because mypy uses one core for most of a minute when it has no cache.
types: $(VENV)/dev.stamp
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(if $(COG_FILES),$(BIN)/cog --check -P -I . $(COG_FILES))

lowest: $(LOWEST)/run.stamp ## run the tests on the lowest versions that requirements.txt allows
	$(LOWEST)/bin/python -m pytest -m '$(LOWEST_TESTS)' $(LOWEST_IGNORED:%=--ignore=%) --parameter-sets=1 $(PYTEST_ARGS)

# On its own, because measuring takes 70 % more CPU on Python 3.11. Processes that tests start are not
# measured.
coverage: $(VENV)/dev.stamp ## print which lines the tests run, without those in a browser
	$(BIN)/pytest -m 'not browser and not foreign and not postgresql' --cov --cov-report=term $(PYTEST_ARGS)

bench: $(VENV)/dev.stamp ## run the benchmarks
	$(BIN)/python -m benchmarks

docs: $(VENV)/dev.stamp ## update the generated parts of the documentation
	$(if $(COG_FILES),$(BIN)/cog -r -P -I . $(COG_FILES))
	$(BIN)/python tools/batch_schema.py

catalogues: $(VENV)/dev.stamp ## update the translations of the worker site, and print what is missing
	@$(BIN)/python tools/catalogues.py

texts: $(VENV)/dev.stamp ## print every text that users see
	@$(BIN)/python tools/texts.py

clean: ## remove what make created, but no data, configuration or results
	rm -rf $(VENV) $(LOWEST) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# On Debian the headless shell: it opens a page in a quarter of the time. Where it cannot be installed,
# any browser will do.
browser:
	@{ grep -qsx ID=debian /etc/os-release && \
		tools/ensure_debian_package.sh chromium-headless-shell chromium-headless-shell $(CHROMIUM); \
	} 2>/dev/null || tools/ensure_debian_package.sh chromium $(BROWSERS)

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
	@grep -E '^(pytest|hypothesis|standardwebhooks)' requirements-dev.txt >>$(LOWEST)/requirements.txt
	@$(LOWEST)/bin/python $(PIP_INSTALL) -r $(LOWEST)/requirements.txt
	@touch $@
