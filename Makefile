# make demo   sets everything up in .venv and runs the real panel on the embedded model
# make test   sets everything up and runs the tests
# make lint   formatter, linters, types, layers
# make check  lint and test
# make bench  how a run scales with its seats (minutes)
# make bench-engine   the engine beside its peers and the machine's limit (an hour; FLAGS="--server ..." for more of them)
# make bench-site   building sites of up to a thousand tools; votes under load and a kill (ten minutes)
# make bench-honesty   the fact desk, planted attacks, effective votes, what all of it adds to a run (ten minutes)
# make train  teaches the embedded model anew, from the corpus to the adapter (hours on two cores, minutes on a GPU)
# make test-training   sets the training's libraries up and runs its tests
# make lock   compiles the requirements again (needs the package index)

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# llama-cpp-python comes as source. Left out of its build: the vision library, the tools' shared code, warnings.
export CMAKE_ARGS ?= -DCMAKE_PROJECT_INCLUDE=$(CURDIR)/setup/llama_only.cmake -DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF \
	-DLLAMA_OPENSSL=OFF -DLLAMA_ALL_WARNINGS=OFF -DGGML_ALL_WARNINGS=OFF

.PHONY: demo test lint check bench bench-engine bench-site bench-honesty train test-training lock clean
.DELETE_ON_ERROR:

demo: .venv/.runtime
	-$(BIN)/panel model prepare
	$(BIN)/panel run smolvlm2-turbo mistral-3b-edge

test: .venv/.dev .venv/.browser
	$(BIN)/python -m pytest

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint test

bench: .venv/.dev
	$(BIN)/python benchmarks/run_scale.py

bench-engine: .venv/.dev
	$(BIN)/python -m benchmarks.grammar
	$(BIN)/python -m benchmarks.engine_scale
	$(BIN)/python -m benchmarks.engine $(FLAGS)

bench-site: .venv/.dev
	$(BIN)/python -m benchmarks.site
	$(BIN)/python -m benchmarks.votes

bench-honesty: .venv/.dev
	$(BIN)/python -m benchmarks.fact_desk
	$(BIN)/python -m benchmarks.fact_desk --gold
	$(BIN)/python -m benchmarks.attacks
	$(BIN)/python -m benchmarks.honesty
	$(BIN)/python -m benchmarks.honesty_cost

train: .venv/.training
	$(BIN)/python -m training $(FLAGS)

test-training: .venv/.training
	$(BIN)/python -m pytest training

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Panel needs Python 3.11 or newer; name one with PYTHON=..."; exit 1; }
	@echo "Setting up .venv (the first time compiles llama.cpp: two to three minutes on two cores)"
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.build: .venv/.python requirements-build.lock
	$(PIP) install --require-hashes --no-deps -r requirements-build.lock
	@touch $@

# The locks are complete, so nothing is resolved: --no-deps also leaves out what the embedded model's package would
# pull in to plug itself into another tool.
.venv/.runtime: .venv/.build requirements.lock pyproject.toml setup/llama_only.cmake
	PATH="$(CURDIR)/$(BIN):$$PATH" $(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

# Not locked by hash: which build of torch fits depends on the machine.
# The pages are tried in a real browser.
.venv/.browser: .venv/.dev
	@command -v chromium >/dev/null || setup/chromium.sh
	@touch $@

.venv/.training: .venv/.dev requirements-training.txt
	$(PIP) install --constraint requirements.lock --requirement requirements-training.txt
	@touch $@

lock:
	$(PYTHON) -m uv --version >/dev/null || { echo "make lock needs uv: $(PYTHON) -m pip install uv"; exit 1; }
	$(PYTHON) -m uv pip compile $(UVFLAGS) --extra embedded pyproject.toml --output-file requirements.lock
	$(PYTHON) -m uv pip compile $(UVFLAGS) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(PYTHON) -m uv pip compile $(UVFLAGS) --group build --constraint requirements.lock --output-file requirements-build.lock

UVFLAGS := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

clean:
	rm -rf .venv
