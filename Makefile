# One command each, on a bare Debian: `make demo`, `make test`. What is missing is installed once.

PORT ?= 8000
PYTEST_ARGS ?= -n 2 --dist loadfile

SUDO := $(shell test "$$(id -u)" = 0 || echo sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300
LIBRARIES := libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-liberation
FOR_TESTS := chromium strace libreoffice-calc-nogui
PIP := .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input

.PHONY: help demo demo-reset test check check-defences bench bench-receipts bench-sync bench-search bench-export messages lock clean

help:
	@echo "make demo             the whole extranet on http://localhost:$(PORT), with invented people (PORT=…)"
	@echo "make demo-reset       stop it and delete what it made"
	@echo "make test             all checks and all tests (PYTEST_ARGS=…)"
	@echo "make check            style and types only"
	@echo "make check-defences   take the defences away one by one: a test must fail for each (fifteen minutes)"
	@echo "make bench            measure speed"
	@echo "make bench-receipts   measure the rendering of receipts (RECEIPTS=10000: how many in the long run)"
	@echo "make bench-search     measure the search of donors at the desk (MEMBERS=1000000: among how many)"
	@echo "make bench-export     measure the answer to a donor of forty years (DOCUMENTS=500)"
	@echo "make bench-sync       measure the sync (MEMBERS=1000000: how many are loaded)"
	@echo "make messages         bring the French catalogue up to date with the texts of code and templates"
	@echo "make lock             write requirements.lock anew from pyproject.toml"
	@echo "make clean            delete the environment and all caches; the demonstration's data stays"

demo: .venv/ready
	@.venv/bin/portal demo --port $(PORT)

demo-reset: .venv/ready
	@.venv/bin/portal demo --reset

test: .venv/ready-for-tests check
	@.venv/bin/python -m pytest $(PYTEST_ARGS)

check: .venv/ready
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy

check-defences: .venv/ready-for-tests
	@.venv/bin/python -m tests.defences

bench: .venv/ready-for-tests
	@.venv/bin/python -m tests.bench

bench-receipts: .venv/ready-for-tests
	@.venv/bin/python -m tests.bench.receipts

bench-search: .venv/ready-for-tests
	@.venv/bin/python -m tests.bench.search

bench-export: .venv/ready-for-tests
	@.venv/bin/python -m tests.bench.export

bench-sync: .venv/ready-for-tests
	@.venv/bin/python -m tests.bench.sync

messages: .venv/ready
	@.venv/bin/python -m portal.catalogue

# One lock for every Python from 3.11 on, with the build tool in it; another for the Tryton of the tests.
lock:
	@rm -rf .venv/lock && python3 -m venv .venv/lock
	@.venv/lock/bin/python -m pip --quiet --disable-pip-version-check install uv
	@echo "setuptools>=80,<90" | UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/lock/bin/uv --quiet pip compile \
	  pyproject.toml - --universal --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url \
	  --upgrade --output-file requirements.lock
	@UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/lock/bin/uv --quiet pip compile \
	  tests/backoffice_sync/tryton/requirements.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --upgrade --output-file tests/backoffice_sync/tryton/requirements.lock
	@rm -rf .venv/lock

clean:
	@rm -rf .venv .tryton .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} +

# $(call need,packages): install those of these Debian packages that are missing; ask apt only then.
define need
@command -v dpkg >/dev/null || { echo "Not a Debian: please make sure that these are installed: $(1)"; exit 0; }; \
missing=; for name in $(1); do \
  dpkg -s $$name 2>/dev/null | grep -q "^Status: install ok installed" || missing="$$missing $$name"; \
done; \
test -z "$$missing" && exit 0; \
echo "Installing Debian packages:$$missing"; \
$(APT) update && $(APT) install --yes --no-install-recommends $$missing >/dev/null
endef

.venv/ready: requirements.lock pyproject.toml
	$(call need,$(LIBRARIES) $(shell command -v python3 >/dev/null && python3 -c "import ensurepip" 2>/dev/null \
	  || echo python3 python3-venv))
	@python3 -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed.')"
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || python3 -m venv --clear .venv
	@echo "Installing Python packages (a minute or two, once)"
	@$(PIP) install --use-pep517 --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-for-tests: .venv/ready
	$(call need,$(FOR_TESTS))
	@touch $@
