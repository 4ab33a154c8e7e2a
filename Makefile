# make book · make test · make serve · make lint: each sets up .venv by itself.
PRESET ?= book
PORT ?= 8000
PYTHON ?= python3
NBKIT = .venv/bin/nbkit
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile

book: .venv/ready
	@$(NBKIT) build --preset $(PRESET)

serve: book
	@echo "The site is at http://localhost:$(PORT) (Ctrl-C ends it)"
	@.venv/bin/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

test: lint
	.venv/bin/pytest tests -m "not book" --ignore=tests/benchmarks
	$(NBKIT) build --preset smoke --site _build/smoke
	NBKIT_SITE=_build/smoke .venv/bin/pytest tests -m book

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

# Rewrites requirements.txt from pyproject.toml for every supported Python (needs uv). CUDA libraries are left to torch.
lock:
	{ echo "# The exact environment of the book, for Python 3.10 and later; written by 'make lock' from pyproject.toml."; \
	  echo "# The CUDA libraries that torch brings on Linux are left to torch itself."; \
	  echo "torch==2.13.0" | uv pip compile --quiet --universal --python-version 3.10 --no-annotate --no-header \
	    --extra book --extra test -c - pyproject.toml | grep -vE '^(nvidia-|cuda-|triton)'; } > requirements.lock
	mv requirements.lock requirements.txt

# On all cores what one pip would do on one: packages a few at a time, then bytecode (a few files are templates that do
# not compile). The last pip adds what torch brings along; it alone decides whether this succeeds.
.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or later is needed; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	grep -v '^#' requirements.txt | tr '\n' '\0' | xargs -0 -P 4 -n 20 $(PIP) --no-deps
	$(PIP) --no-build-isolation --requirement requirements.txt --editable . & pip=$$!; \
	  .venv/bin/python -m compileall -qq -j 0 -x '/tests?/' nbkit .venv/lib; wait $$pip
	touch .venv/ready

clean:
	rm -rf _build book/_executed book/_generated book/_static/vendor book/web/node_modules

.PHONY: book serve test lint lock clean
