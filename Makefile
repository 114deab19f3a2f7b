# The commands of the house. Everything is installed into .venv from the hash-pinned lists.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.PHONY: help run test full check bench screenshots pins setup clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

run: ## start the demonstration country and serve it until Ctrl-C
	@$(PYTHON) run.py

setup: ## what checks and tests need: system packages (root on Debian) and the development pins
	@sh tests/setup.sh $(PYTHON)

check: setup ## style, types, imports, sizes
	$(RUN)/ruff check src tests bench examples run.py
	$(RUN)/ruff format --check src tests bench examples run.py
	$(RUN)/mypy
	$(RUN)/lint-imports --no-cache
	$(RUN)/pytest tests/architecture -n 2

test: setup ## all tests but the long ones, under 15 minutes on two cores
	$(RUN)/pytest -n 2 --dist loadfile -m "not full"

full: setup ## all tests, the long ones too
	$(RUN)/pytest -n 2 --dist loadfile --hypothesis-profile=search

bench: setup ## every figure again, each beside its limit; results go to bench/results
	$(RUN)/python -m bench

screenshots: setup ## the pictures of the README again, from a country that runs
	$(RUN)/python -m tests.journeys.browser.pictures

pins: setup ## make requirements/*.txt anew from *.in
	@for list in run dev; do $(RUN)/uv pip compile -q --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  requirements/$$list.in -o requirements/$$list.txt; done

clean: ## remove the demonstration's state and files
	rm -rf demo-out demo-state
