# make run    make the environment, index the knowledge, open the chat page
# make test   pass the tests
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test test-slow check lint readme clean
.DELETE_ON_ERROR:

$(STAMP): pyproject.toml requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "需要 Python 3.11；可用 make PYTHON=路径 指定" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

run: $(STAMP)
	$(BIN)/nearzero serve

test: $(STAMP)
	$(BIN)/python -m pytest -m "not slow and not browser"

test-slow: $(STAMP)
	@# A browser may time out on a busy machine: what fails is asked once more, by itself; what fails twice is a fault.
	$(BIN)/python -m pytest -m "slow or browser" || $(BIN)/python -m pytest -m "slow or browser" --last-failed

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

readme: $(STAMP)
	$(BIN)/python -m evals.readme

clean:
	rm -rf $(VENV)
