# Nothing is needed but make and Python 3.11 or newer; `make PYTHON=python3.12 …` names another one.
PYTHON ?= python3
VENV := .venv/bin
export PORT_OFFSET

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo up test check test-tools bench chaos mutants proof documents lock clean

help: ## list all targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "%-18s %s\n", $$1, $$2 }'

setup: ## fetch what demo and up need into this checkout (they do it themselves)
	@$(PYTHON) deploy/local/bootstrap.py local

setup-dev: ## fetch what test and check need besides (they do it themselves)
	@$(PYTHON) deploy/local/bootstrap.py dev

demo: setup ## run a whole movement on real input, print what happened, write build/demo/
	@$(VENV)/python -m deploy.local.demo

up: setup ## run Kafka, PostgreSQL and the three services until Ctrl-C; PORT_OFFSET=n moves every port
	@$(VENV)/python -m deploy.local.up

test: setup-dev ## run all tests that need only Python
	@$(VENV)/python -m pytest --numprocesses 2 --dist loadfile -m "not tools and not proof and not alone"
	@$(VENV)/python -m pytest -m alone

check: setup-dev ## formatting, lint, types, import contracts
	@$(VENV)/python -m ruff format --check
	@$(VENV)/python -m ruff check
	@$(VENV)/python -m mypy
	@$(VENV)/lint-imports

test-tools: setup-dev ## run the tests that need a foreign program, such as a browser
	@$(VENV)/python -m pytest -m tools

bench: setup-dev ## run everything side by side and print ratios; PARTS="rates latency …", FULL=--full
	@$(VENV)/python -m tests.benchmarks $(PARTS) $(FULL)

chaos: setup-dev ## shake the stack under load: nothing may be lost, doubled or reordered; SEED=1 FAULTS=500
	@$(VENV)/python -m tests.chaos --seed $(or $(SEED),1) --faults $(or $(FAULTS),500)

mutants: setup-dev ## break the runtime in every known way and see that a test notices; WORDS="inbox relay" chooses
	@$(VENV)/python -m tests.chaos.hunt $(WORDS)

proof: setup-dev ## run the long proofs: mutants, random cases by the thousand, the long chaos run
	@$(VENV)/python -m tests.chaos.hunt
	@$(VENV)/python -m tests.oracle.mutation
	@$(VENV)/python -m pytest -m proof

documents: setup-dev ## write schemas, AsyncAPI, OpenAPI and the pages of events, errors and metrics anew from the code
	@$(VENV)/python -m tests.contracts.made

lock: setup-dev ## write the locks of packages and of Kafka's jars anew
	@$(VENV)/python -m deploy.local.lock

clean: ## remove all that was downloaded or made
	@rm -rf .venv .local build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
