# One command each: `make demo`, `make test`, `make check`. Each makes the environment in .venv first.
# Only Python 3.11 or newer, make and a package index (or a folder of wheels, PIP_FIND_LINKS) are needed.

PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# A checkout that came with its wheels (`make bundle`) asks no package index.
ifneq ($(wildcard wheels/*.whl),)
export PIP_NO_INDEX := 1
export PIP_FIND_LINKS := $(CURDIR)/wheels
endif

export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: help setup setup-dev setup-bench setup-spark demo notebook test lint types imports check month bench growth bounded resume ranking fuzz check-desktop check-spark bench-spark chaos soak mutants offline bundle bundle-check licences dpia clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.run: requirements/run.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found; install it, or call make PYTHON=/path/to/python3"; exit 1; }
	@echo "Making the environment in $(VENV) (a minute or two, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --requirement requirements/run.txt --constraint requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pipeline.prefect_record
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@$(PIP) install --require-hashes --requirement requirements/dev.txt --constraint requirements/dev.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	@$(PIP) install --require-hashes --requirement requirements/bench.txt --constraint requirements/bench.txt
	@touch $@

$(VENV)/.mutation: $(VENV)/.dev requirements/mutation.txt
	@$(PIP) install --require-hashes --requirement requirements/mutation.txt --constraint requirements/mutation.txt
	@touch $@

$(VENV)/.notebook: $(VENV)/.run requirements/notebook.txt
	@$(PIP) install --require-hashes --requirement requirements/notebook.txt --constraint requirements/notebook.txt
	@touch $@

# PySpark comes as source without anything to compile; what builds it is in the environment already.
$(VENV)/.spark: $(VENV)/.run requirements/spark.txt
	@$(PIP) install --require-hashes --no-build-isolation --requirement requirements/spark.txt --constraint requirements/run.txt
	@touch $@

setup: $(VENV)/.run ## make the environment in .venv
setup-dev: $(VENV)/.dev ## the same, with what tests and checks need
setup-bench: $(VENV)/.bench ## the same, with what benchmarks need
setup-spark: $(VENV)/.spark ## the same, with PySpark for --engine spark (450 MB; needs Java 17)

# A bundle has no PySpark: what needs it is skipped there and says so.
ifeq ($(wildcard wheels/*.whl),)
WITH_SPARK := $(VENV)/.spark
endif

demo: setup ## the whole night on a synthetic district, and what came of it
	@$(BIN)/early-warning demo

notebook: $(VENV)/.notebook ## the analysts' notebook in a browser, on the demo's warehouse (after `make demo`)
	@$(BIN)/marimo edit --skip-update-check notebooks/warehouse.py

test: setup-dev $(WITH_SPARK) ## all tests
	@$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup-dev
	@$(BIN)/mypy

imports: setup-dev
	@$(BIN)/lint-imports --no-cache

check: setup-dev ## everything that must hold before a change lands
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint types imports $(WITH_SPARK)
	@$(MAKE) --no-print-directory test

month: setup-dev ## the test of many nights over thirty nights instead of six
	@$(BIN)/python -m pytest tests/test_month.py --nights=30

FIRMS ?= 10000,50000,300000
bench: setup-bench ## benchmarks: ratios in one run, never asserted by a timed test (FIRMS=3000 for a quick look)
	@$(BIN)/python -m pytest tests/bench --firms=$(FIRMS) -o addopts=--import-mode=importlib --benchmark-only --benchmark-columns=min,median,rounds

growth: setup-bench ## whole nights from 10,000 to a million firms, their slope and plot in docs/performance.md (an hour)
	@$(BIN)/python -m tests.bench.growth $(GROWTH)

bounded: setup-dev ## two nights of 300,000 firms under a memory limit of 2 GB; rewrites docs/performance.md (BOUNDED='--firms 3000' for a quick look)
	@$(BIN)/python -m tests.bench.bounded $(BOUNDED)

resume: setup-dev ## a night killed at 60 % and begun again: the same bytes, and what it saved; rewrites docs/performance.md (RESUME='--firms 300000')
	@$(BIN)/python -m tests.bench.resume $(RESUME)

ranking: setup-dev ## how good the ranking is beside plain rivals, what matching costs it, how early (a quarter of an hour)
	@$(BIN)/python -m tests.bench.ranking

EXAMPLES ?= 2000
fuzz: setup-dev ## every reader and the command line on far more random input than `make test` (EXAMPLES=2000); table in docs/reliability.md
	@$(BIN)/python -m tests.fuzz.run --examples $(EXAMPLES)

SAMPLE ?= 8
SEED ?= 1
mutants: $(VENV)/.mutation ## what tests notice of small changes to linking and scoring (SAMPLE=8 a module and one more for every forty of its mutants, or all); table in docs/reliability.md
	@$(BIN)/python -m tests.mutation.run --sample $(SAMPLE) --seed $(SEED) --docs

check-desktop: setup-dev ## what people open, in a real browser: Debian's Chromium, no download
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { echo "check-desktop needs Chromium (Debian: apt-get install chromium)"; exit 1; }
	@$(BIN)/python -m pytest tests/publish/test_publish_browser.py

dpia: setup ## docs/dpia.md anew, from the declarations
	@$(BIN)/python -m pipeline.impact_assessment

check-spark: setup-dev setup-spark ## links a district of 3,000 firms by both engines; ends with 1 where a row differs
	@$(BIN)/python -m tests.bench.spark --firms 3000

SPARK_FIRMS ?= 100000
bench-spark: setup-dev setup-spark ## both engines on 100,000 firms, and what a city and a country take; table in docs/scale-out.md
	@$(BIN)/python -m tests.bench.spark --firms $(SPARK_FIRMS) --docs

chaos: setup-dev ## nights under some 330 faults, what must hold after each, and the table in docs/reliability.md (half an hour)
	@$(BIN)/python -m tests.chaos.run --docs

soak: setup-dev ## thirty nights in a row in one process, four readers: what grows is told by rule; table in docs/reliability.md
	@$(BIN)/python -m tests.soak.run --docs

offline: setup-dev ## all tests and a demo night where there is no network; what they try to reach is counted (needs strace)
	@$(BIN)/python -m tests.offline

DEV ?=
bundle: ## one file in dist/ with which a machine without network is installed (DEV=1 adds what tests need)
	@$(PYTHON) deploy/bundle.py $(if $(DEV),--dev)

bundle-check: bundle setup ## installs that file in a namespace without network, an empty home, and runs a night there
	@$(BIN)/python -m deploy.bundle_check $$(ls -t dist/*.tar.gz | head -1)

licences: setup-dev ## docs/licences.md, from what is installed
	@$(BIN)/python -m deploy.licences

clean: ## take the environment and the caches away (data/ stays)
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache *.egg-info
