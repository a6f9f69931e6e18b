# `make run` and `make test` need Python 3.11 or newer, make and a package index; nothing else.
# The set-up puts exactly what requirements/*.txt names, checked by hash, into .venv, and is done once.

.PHONY: run test check test-long lock clean

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PROBLEM ?= quintet/examples/bakery.txt
ARGS ?=
UPGRADE ?=
UV := uv==0.13.9

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-run
TEST_READY := $(VENV)/.ready-test

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
PIP := $(BIN)/python -m pip --quiet --no-input
INSTALL := $(PIP) install --require-hashes --no-deps --requirement

run: $(RUN_READY)
	@$(BIN)/quintet solve $(PROBLEM)

test: $(TEST_READY)
	@$(BIN)/python -m pytest -m 'not long and not browser' $(ARGS)

# pytest leaves with 5 when it selected no test: said, and no failure.
test-long: $(TEST_READY)
	@$(BIN)/python -m pytest -m 'long or browser' $(ARGS) || { code=$$?; [ $$code -eq 5 ] || exit $$code; \
	echo 'test-long: no test is marked long or browser, so none was run'; }

check: $(TEST_READY)
	@echo 'check: ruff format'; $(BIN)/ruff format --check --quiet .
	@echo 'check: ruff'; $(BIN)/ruff check --quiet .
	@echo 'check: pyright'; $(BIN)/pyright
	@echo 'check: import-linter'; $(BIN)/lint-imports --no-logo

# Keeps the locked versions that still fit; `make lock UPGRADE=--upgrade` takes the newest.
COMPILE = $(BIN)/uv pip compile pyproject.toml --extra all --universal --python-version 3.11 \
	--generate-hashes --no-header --quiet $(UPGRADE)

lock:
	$(environment)
	@echo 'lock: resolving requirements/run.txt and requirements/test.txt'
	@$(PIP) install '$(UV)'
	@$(COMPILE) --group build --output-file requirements/run.txt
	@$(COMPILE) --group dev --constraints requirements/run.txt --output-file requirements/test.txt

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The set-up. While it works, UNFINISHED holds the number of the process at work. A set-up that was killed
# leaves the file behind, and the next one starts from an empty environment, because pip takes a half-written
# package for an installed one. A failure that pip reports itself (no network, a wrong hash) keeps what is there.
UNFINISHED := $(VENV)/.unfinished
ifneq ($(wildcard $(UNFINISHED)),)
.PHONY: $(RUN_READY)
endif

$(RUN_READY): requirements/run.txt pyproject.toml
	$(environment)
	@echo 'set-up: installing the locked packages (about a minute, once)'
	@$(call guarded,$(INSTALL) requirements/run.txt && $(PIP) install --no-build-isolation --no-deps --editable .)

$(TEST_READY): $(RUN_READY) requirements/test.txt
	@echo 'set-up: installing the locked test packages (about a minute, once)'
	@$(call guarded,$(INSTALL) requirements/test.txt)

define environment
@if [ -e $(UNFINISHED) ] && kill -0 "$$(cat $(UNFINISHED))" 2>/dev/null; then \
  echo "set-up: process $$(cat $(UNFINISHED)) is setting up $(VENV); wait for it, or run make clean to start afresh" >&2; \
  exit 1; fi
@if [ -e $(UNFINISHED) ] || ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
  [ -n '$(PYTHON)' ] || { echo 'set-up: no Python 3.11 or newer is on the PATH; name one: make PYTHON=/path/to/python' >&2; exit 1; }; \
  echo 'set-up: making $(VENV) with $(PYTHON)'; \
  rm -rf $(VENV) && mkdir $(VENV) && echo $$$$ > $(UNFINISHED) && $(PYTHON) -m venv $(VENV) && rm $(UNFINISHED); fi
@$(BIN)/python -c 'import pip' 2>/dev/null || $(BIN)/python -m ensurepip >/dev/null
endef

guarded = echo $$$$ > $(UNFINISHED); { $(1); } || { rm -f $(UNFINISHED); exit 1; }; \
	rm -f $(UNFINISHED); touch $@; echo 'set-up: done'
