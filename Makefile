# Everything runs from a clean checkout with Python >= 3.11, pip and make; nothing is installed outside .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
EXAMPLE := examples/drip_stone

.PHONY: demo test check bench golden lock clean

demo: $(READY)  ## simulate a small planted market in ./demo and run the whole job on the example
	$(BIN)/dripstone init demo
	$(BIN)/dripstone -w demo simulate --twin planted --instruments 200 --days 60 --seed 1
	$(BIN)/dripstone -w demo research --report $(EXAMPLE)/report.pdf --baseline $(EXAMPLE)/baseline.ipynb \
		"$$(cat $(EXAMPLE)/prompt.txt)"

test: $(READY)  ## every test
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(READY)  ## lint, format, layers, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/pyright

bench: $(READY)  ## ratios to a named peer, in one run, with peak memory
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.query

golden: $(READY)  ## rewrite the golden files; read the diff before you commit it
	$(BIN)/python -m pytest -q -p no:randomly --rewrite-golden tests/golden

lock: $(READY)  ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -q -o requirements.lock

clean:
	rm -rf .venv demo

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("dripstone needs Python >= 3.11, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)
