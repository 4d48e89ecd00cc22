# Every target brings what it needs into $(VENV); nothing else on the machine is changed.

PYTHON ?= python3
VENV ?= .venv
COUNTERPARTS ?= .venv-counterparts
TIME ?= 600
RUNS ?= 500
ROUNDS ?= 40
CACHE ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/mtelint
# The tests that meet other packages: parser, diffs, command line, editor, cluster, schema, graphs, fuzzer, build.
MEETING = tests/syntax tests/mail tests/patches tests/git tests/cli tests/config tests/lsp tests/sweep tests/report tests/rules \
	tests/flow/test_dominators.py tests/memsim/test_memsim_cli.py tests/fuzz tests/test_packaging.py
TOOLS = demonstrations/mutate demonstrations/run tools/audit tools/bounds tools/manpage tools/update-readme
# Where tests and benchmarks import from without a package's name, as pytest and Python put it into the path.
TESTS_PATH = tests:$(subst $() ,:,$(addprefix tests/,confirm flow flow/domain memsim patches replay robust syntax))
BENCHMARKS_PATH = benchmarks:tests/robust
PIP = $(VENV)/bin/python -m pip --quiet --disable-pip-version-check
PYTEST = $(VENV)/bin/python -m pytest --numprocesses auto

.PHONY: demo man test test-slow test-kernel test-kernel-run demonstration mutate-kernel test-integrations test-bounds test-lowest test-highest fuzz fuzz-smoke soak audit lint clean

demo: $(VENV)/.installed ## Review the example mail that ships in fixtures/demo.
	@tools/demo $(VENV)/bin/mtelint

man: $(VENV)/.installed ## Build the man page from the commands into build/mtelint.1.
	@mkdir -p build
	$(VENV)/bin/python tools/manpage > build/mtelint.1

test: $(VENV)/.installed-test ## Run every test that is quick and needs neither kernel source nor a counterpart.
	@echo "Left out here: tests marked slow (make test-slow), tests marked kernel, which read Debian's kernel source"
	@echo "(make test-kernel), and tests marked integration, which talk to other programs (make test-integrations)."
	$(PYTEST) -m "not slow and not kernel and not integration"

test-slow: $(VENV)/.installed-test ## Run the tests that take long: killed processes, builds and installs, growth, laws over processes.
	$(PYTEST) -m "slow and not kernel and not integration"

test-kernel: $(VENV)/.installed-test ## Bring Debian's kernel source into the cache and run the tests that read it.
	tools/kernel-source "$(CACHE)/kernels" 6.1 6.12
	MTELINT_KERNELS="$(CACHE)/kernels" $(PYTEST) -m kernel

test-kernel-run: $(VENV)/.installed ## Run demonstrations and replays on Linux 6.1 and 7.2 under QEMU; BUILD=1 also on a mended kernel.
	demonstrations/run-all "$(CACHE)" $(if $(BUILD),--build)

demonstration: $(VENV)/.installed ## Run one demonstration, NAME, on the kernels that it names.
	demonstrations/run-all "$(CACHE)" --only $(NAME) $(if $(BUILD),--build)

mutate-kernel: $(VENV)/.installed ## Plant defects in small kernels, and count how often what mtelint finds is seen (an hour).
	demonstrations/bring "$(CACHE)/running" qemu source-7.2
	$(VENV)/bin/python demonstrations/mutate --cache "$(CACHE)/running"

test-integrations: $(VENV)/.installed-test ## Bring the programs that mtelint works with and try it with them.
	$(PIP) install --editable '.[test,dask]'
	tools/counterparts $(COUNTERPARTS)
	tools/kernel-source "$(CACHE)/kernels" 6.1
	MTELINT_KERNELS="$(CACHE)/kernels" MTELINT_COUNTERPARTS=$(COUNTERPARTS) $(PYTEST) -m integration

fuzz: $(VENV)/.installed-fuzz ## Run every fuzz target, TIME seconds together; the corpus grows in the cache.
	$(VENV)/bin/python -m tests.fuzz --time $(TIME) --folder "$(CACHE)/fuzz"

fuzz-smoke: $(VENV)/.installed-fuzz ## Run every fuzz target on the fixed corpus and what follows from it: RUNS inputs, the same each time.
	rm -rf build/fuzz-smoke
	$(VENV)/bin/python -m tests.fuzz --runs $(RUNS) --seed 1 --folder build/fuzz-smoke

soak: $(VENV)/.installed-test ## Review the corpus of ordinary mails ROUNDS times over, each time damaged in another way.
	$(VENV)/bin/python -m tests.robust.soak --rounds $(ROUNDS)

test-bounds: test-lowest test-highest ## Run what meets other packages with the lowest versions that are let in, and with the highest.

test-lowest test-highest: test-%:
	rm -rf $(VENV)-$*
	$(PYTHON) -m venv $(VENV)-$*
	tools/bounds $* > $(VENV)-$*/constraints.txt
	PIP_CONSTRAINT="$(abspath $(VENV)-$*/constraints.txt)" $(VENV)-$*/bin/python -m pip --quiet --disable-pip-version-check \
		install --editable '.[test,dev,fuzz]'
	$(VENV)-$*/bin/ruff check --quiet .
	$(VENV)-$*/bin/python -m pytest --quiet --numprocesses auto -m "not kernel and not integration" $(MEETING)

audit: $(VENV)/.installed ## Look for known weaknesses of what mtelint needs; left out where the service cannot be reached.
	$(PIP) install --editable '.[audit,rich,lsp,dask]'
	tools/audit $(VENV)/bin/python

lint: $(VENV)/.installed-dev ## Style and types.
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	MYPYPATH=$(TESTS_PATH) $(VENV)/bin/mypy --explicit-package-bases tests
	MYPYPATH=$(BENCHMARKS_PATH) $(VENV)/bin/mypy --explicit-package-bases benchmarks
	$(VENV)/bin/mypy --scripts-are-modules $(TOOLS)

clean: ## Remove the environment and what builds leave behind; the kernel cache stays.
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-highest $(COUNTERPARTS) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mtelint needs Python 3.11 or later: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[test,dev]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-fuzz: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.[test,fuzz]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test
