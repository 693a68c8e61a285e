# `make run` serves the product, `make test` tests it; both set up what they need first.

PY := .venv/bin/python
MAKEFLAGS += --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint format bench load lock setup setup-dev openenv chromium mariadb

run: .venv/installed
	@exec $(PY) manage.py serve

# The end-to-end tests ask the smaller model, which is fetched once and kept (tests/weights.py).
test: .venv/installed-dev openenv chromium mariadb
	@DATA_DIR=data $(PY) manage.py fetchmodel 0.5b
	$(PY) -m pytest --numprocesses logical --maxprocesses 4

lint: .venv/installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/djlint templates --check --lint
	$(PY) manage.py makemigrations --check --dry-run

format: .venv/installed-dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	.venv/bin/djlint templates --reformat --quiet

load: .venv/installed-dev
	$(PY) -m tests.load

bench: .venv/installed-dev openenv
	$(PY) -m tests.bench

# Pins everything again, from what pyproject.toml allows.
COMPILE := .venv/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"
OURS := pyproject.toml --extra local

lock: .venv/installed-dev
	$(COMPILE) $(OURS) -o requirements.lock
	$(COMPILE) $(OURS) --extra dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --group openenv -o requirements-openenv.lock

setup: .venv/installed
setup-dev: .venv/installed-dev
openenv: .venv-openenv/installed

# A stamp is newer than its lock file once everything in it is installed; an interrupted install leaves none.
.venv/installed: requirements.lock | .venv/bin/python
	@echo "Installing the dependencies (about 2 minutes the first time)."
	$(PY) -m pip install --require-hashes -r requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock | .venv/installed
	@echo "Installing the tools for tests and checks."
	$(PY) -m pip install --require-hashes -r requirements-dev.lock
	@touch $@

# The official OpenEnv package stays beside us: it brings 100 packages. uv needs 10 seconds for them, pip a minute; but a
# package index that only pip is configured for, only pip finds.
.venv-openenv/installed: requirements-openenv.lock | .venv/installed-dev
	@echo "Installing the official OpenEnv package, for tests and benches, into .venv-openenv (330 MB)."
	.venv/bin/uv venv --quiet --clear --python $(PY) .venv-openenv
	.venv/bin/uv pip install --quiet --python .venv-openenv/bin/python --require-hashes -r requirements-openenv.lock || \
	$(PY) -m pip --python .venv-openenv/bin/python install --require-hashes -r requirements-openenv.lock
	@touch $@

.venv/bin/python:
	@python=$$(command -v python3.11 || command -v python3 || true); \
	if [ -z "$$python" ] || ! "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then \
		echo "Python 3.11 is needed, and neither python3.11 nor python3 is that. Install it, then run make again." >&2; \
		exit 1; \
	fi; \
	echo "Making .venv with $$python."; \
	"$$python" -m venv .venv || { rm -rf .venv; exit 1; }

# Browser tests need a Chromium; Debian's is installed when it is missing and we may.
chromium:
	@if [ -x /usr/bin/chromium ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests."; \
		apt-get update -qq && apt-get install -y -qq chromium; \
	else \
		echo "Chromium is missing (/usr/bin/chromium): the browser tests need it. Install it as root."; \
	fi

# Tests of MySQL use the MariaDB that listens here, or start one from Debian's program; its service is not left running.
mariadb: | .venv/installed
	@if [ -x /usr/sbin/mariadbd ] || $(PY) -c "import socket; socket.create_connection(('127.0.0.1', 3306), 1)" 2>/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing MariaDB for the tests of MySQL."; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends mariadb-server && \
		{ systemctl disable --quiet --now mariadb || service mariadb stop || true; } >/dev/null 2>&1; \
	else \
		echo "MariaDB is missing: the tests of MySQL are skipped. Install mariadb-server as root."; \
	fi
