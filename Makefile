# Each target is one line over the command line `cseanalysis`; the environment in .venv makes itself.
PYTHON ?= python3
# Python cannot start from a folder with accents in its name under LC_ALL=C; results do not depend on the locale.
export LC_ALL = C.UTF-8
RUN = .venv/bin/python -m cseanalysis
REPORT_OPTIONS = $(if $(ASSUMPTIONS),--assumptions $(ASSUMPTIONS)) $(if $(OUT),--out $(OUT))

.PHONY: install data results report verify release diff check test clean
.DEFAULT_GOAL := report

install: .venv/report.done
data: .venv/report.done ; @$(RUN) data
results: .venv/report.done ; @$(RUN) results
report: .venv/report.done ; @$(RUN) report $(REPORT_OPTIONS)
verify: .venv/report.done ; @$(RUN) verify
release: .venv/report.done ; @$(RUN) release
diff: .venv/report.done ; @$(RUN) diff $(A) $(B)
check: .venv/test.done ; @.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
test: .venv/test.done ; @.venv/bin/python -m pytest -n 2
clean: ; rm -rf .venv reports/build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/%.done: requirements/%.txt requirements/install.py pyproject.toml
	@$(PYTHON) requirements/install.py $*
