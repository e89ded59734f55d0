# `make help` lists the targets. Needs only Python 3.11 or newer, with venv and pip.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?=
export PYTHON
BIN := .venv/bin
TYPED := chains workflows config recovery sandbox
TESTS ?=
PYTEST_ARGS ?= -n 2 --dist worksteal

.PHONY: help run test check bench prove clean docs messages pictures lock format environment environment-dev

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

environment:
	@sh bin/bootstrap run

environment-dev:
	@sh bin/bootstrap dev

run: environment ## bring everything up and print one address; Ctrl-C stops it
	@exec $(BIN)/recovery run --stop-with-parent

test: environment-dev ## the whole test suite, against real services; TESTS=path for a part of it
	@$(BIN)/python -m recovery.embedded.binaries anvil litecoind chromium ton-sandbox
	@exec $(BIN)/python -m pytest $(PYTEST_ARGS) $(TESTS)

check: environment-dev ## format, lint, types, import rules
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --strict $(TYPED)
	@$(BIN)/lint-imports --no-logo
	@sh bin/check-sources

format: environment-dev ## put the sources into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: environment-dev ## the performance table; BENCH_ARGS=--json for one JSON object
	@$(BIN)/python -m bench $(BENCH_ARGS)

prove: environment-dev ## the promises of the product, each tried to be broken; MUTANT="name" plants one fault, REPORT=file.json
ifdef MUTANT
	@RECOVERY_MUTANT="$(MUTANT)" exec $(BIN)/python -m pytest -n 0 -q -s tests/prove/test_mutants.py
else
	@$(BIN)/python -m recovery.embedded.binaries anvil litecoind chromium ton-sandbox
	@RECOVERY_PROVE=1 RECOVERY_PROVE_REPORT="$(REPORT)" RECOVERY_EXPORT_MUTATIONS=20000 \
		exec $(BIN)/python -m pytest -n 2 --dist worksteal -m promise $(TESTS)
endif

lock: environment-dev ## write the hash-pinned requirements anew from pyproject.toml
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--python-version 3.11 pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--python-version 3.11 --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

messages: environment-dev ## gather the texts for translators
	@$(BIN)/pybabel -q extract -F babel.cfg -k mark --no-location --omit-header --sort-output \
		-o recovery/locale/messages.pot .

pictures: environment-dev ## take the pictures of the README anew, from the journey itself
	@RECOVERY_PICTURES=docs/pictures exec $(BIN)/python -m pytest -q tests/journeys -k hash_to_refund

docs: environment-dev ## write the generated pages anew
	@$(BIN)/python -m workflows > workflows/README.md
	@$(BIN)/python -m chains > docs/networks.md
	@$(BIN)/python -m recovery.domain > docs/causes.md
	@$(BIN)/python -m recovery.domain ledger > docs/ledger.md

clean: ## remove the state folder (.recovery, or RECOVERY_HOME); refused while it runs
	@sh bin/bootstrap clean
