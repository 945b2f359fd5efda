# make demo shows it, make test proves it. Needs python3 (3.11 or newer) with venv, and make; nothing else.
PYTHON ?= python3
RUN = build/venv-run
VENV = build/venv
BIN = $(VENV)/bin

.PHONY: help demo test format lint types rooms tests bench torture bless pictures lock clean

help:            ## show what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

$(RUN)/done: requirements/run.txt pyproject.toml
	$(PYTHON) -m venv $(RUN)
	$(RUN)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(RUN)/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/done: requirements/test.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/test.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(RUN)/done ## see it work on the samples
	@sh docs/demo.sh $(RUN)/bin

test: format lint types rooms tests ## everything that decides

format: $(VENV)/done
	$(BIN)/ruff format --check .
lint: $(VENV)/done
	$(BIN)/ruff check .
types: $(VENV)/done
	$(BIN)/mypy src tests bench
rooms: $(VENV)/done
	$(BIN)/lint-imports
tests: $(VENV)/done
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n auto --dist loadfile
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

bench: $(VENV)/done ## measure, and renew docs/performance.md; BENCH='--only asking --reuse DIR' measures a part
	$(BIN)/python bench/run.py $(BENCH)

MATRIX = $(addprefix tests/test_,$(addsuffix .py,kill kill_command calls faults power mutations full matrix recovery \
	workers index index_damage verify verify_command repair rewriting erase watch_command))
FIGURES = build/figures.txt
torture: $(VENV)/done ## the fault matrix at full size (about an hour); FIGURES=FILE keeps what it counted
	@rm -f $(FIGURES)
	@ends=0; nice $(BIN)/pytest -q --full --kills 1000 --figures=$(FIGURES) $(MATRIX) || ends=$$?; \
	sort -V $(FIGURES); exit $$ends

bless: $(VENV)/done ## renew goldens and generated pages; read them before you commit them
	$(BIN)/pytest -q tests/test_samples.py tests/test_docs.py --bless

pictures: $(VENV)/done ## take the pictures of docs/ anew (needs a Chromium); look at them before you commit them
	$(BIN)/python tests/reading_room.py
	$(BIN)/python tests/screens.py

lock:            ## resolve the locked requirements anew (needs uv)
	uv pip compile -q pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/run.txt
	uv pip compile -q pyproject.toml --extra html --extra charts --extra web --extra watch --group build --group test --group lint --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/test.txt

clean:           ## remove what was built
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage*
