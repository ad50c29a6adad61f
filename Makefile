# Everything a contributor runs. Each target makes .venv by itself; a second run does not install again.
.DEFAULT_GOAL := help
SHELL := /bin/sh

BIN := .venv/bin
PYTHON_IN := $(BIN)/python
# Test processes at once: half more than processors, because many tests wait for clocks.
JOBS ?= $(shell echo $$(( ($$(nproc) * 3 + 1) / 2 )))
# More arguments for pytest, make crash, make window and make bench.
ARGS ?=
# How many examples each test of make properties tries.
EXAMPLES ?= 5000
# How often make crash kills, how many webhooks it sends, and the seed to repeat a run with (default: a random one).
KILLS ?= 25
WEBHOOKS ?= 240
SEED ?=

.PHONY: help bootstrap test checks lint types contracts dependencies tests properties demo crash crash-push window contract bench capabilities-report log-events glossary simulator-page fortnox-fields fortnox-pages lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf 'make %-21s %s\n' "$$name" "$$text"; done

bootstrap: ## make .venv with the locked packages
	@scripts/bootstrap

# What the tests compile is kept, whatever the environment says: else each process compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

# The checks use one processor for a minute while the tests begin; what fails of them is said at once, and fails all.
test: bootstrap ## lint, types, import contracts, dependencies, all tests
	@$(MAKE) --no-print-directory -j2 checks tests

checks: bootstrap
	@$(MAKE) --no-print-directory -k lint types contracts dependencies

lint: bootstrap
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: bootstrap
	$(BIN)/mypy

contracts: bootstrap
	$(BIN)/lint-imports

dependencies: bootstrap
	$(BIN)/deptry .

tests: bootstrap
	$(PYTHON_IN) -m pytest -n $(JOBS) --dist worksteal $(ARGS)

properties: bootstrap ## the property tests of bookkeeping alone, with 5,000 examples each (EXAMPLES)
	PROPERTY_EXAMPLES=$(EXAMPLES) $(PYTHON_IN) -m pytest -n $(JOBS) -m properties $(ARGS)

demo: bootstrap ## the whole path on loopback, live on a terminal; ONCE=1 prints plain lines and ends
	$(BIN)/fortnox-bridge demo $(if $(ONCE),--once) --stand-ins tests.stand_ins

crash: bootstrap ## kill -9 at random moments: nothing lost, nothing twice (KILLS, WEBHOOKS, SEED)
	$(PYTHON_IN) -m tests.crash --kills $(KILLS) --webhooks $(WEBHOOKS) $(if $(SEED),--seed $(SEED)) $(ARGS)

crash-push: bootstrap ## the same for the push stream: 2,000 events, twice, torn and while away (KILLS, SEED)
	$(PYTHON_IN) -m tests.crash.push --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(ARGS)

window: bootstrap ## the rate window at full length, counted on arrival
	$(PYTHON_IN) -m tests.window $(ARGS)

contract: bootstrap ## all tests, and every call held against Fortnox's API description beside the project
	@exchanges=$$(mktemp -d) && trap 'rm -rf "$$exchanges"' EXIT && \
		FORTNOX_EXCHANGES="$$exchanges" $(PYTHON_IN) -m pytest -n $(JOBS) --dist worksteal $(ARGS) && \
		$(PYTHON_IN) -m tests.contract "$$exchanges"

bench: bootstrap ## one measured row: make bench ROW=ingest
	$(PYTHON_IN) -m tests.bench $(ROW) $(ARGS)

capabilities-report: bootstrap ## which test proves which capability, with its result
	$(PYTHON_IN) -m tests.capabilities -n $(JOBS) --dist worksteal $(ARGS)

log-events: bootstrap ## write docs/log-events.md from the catalogue of log events
	$(PYTHON_IN) -m scripts.log_events_page

glossary: bootstrap ## write docs/glossary.md from the words of the glossary
	$(PYTHON_IN) -m scripts.glossary_page

simulator-page: bootstrap ## write the tables of docs/simulator.md from the simulator's own code
	$(PYTHON_IN) -m scripts.simulator_page

fortnox-fields: bootstrap ## draw the fields of Fortnox's resources from its API description beside the project
	$(PYTHON_IN) -m scripts.fortnox_fields

fortnox-pages: bootstrap ## write docs/fortnox-operations.md and docs/errors.md from the table and the catalogue
	$(PYTHON_IN) -m scripts.fortnox_pages

lock: ## compile requirements/*.in again, with hashes and without any address (needs uv)
	@scripts/lock

clean: ## remove what make made
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
