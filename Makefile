# Each target is one line over the command line `cseanalysis`; the environment in .venv makes itself.
PYTHON ?= python3
# Python cannot start from a folder with accents in its name under LC_ALL=C; results do not depend on the locale.
export LC_ALL = C.UTF-8
# A folder that was moved or copied runs its own code.
export PYTHONPATH = $(CURDIR)/src
RUN = .venv/bin/python -m cseanalysis
REPORT_OPTIONS = $(if $(ASSUMPTIONS),--assumptions '$(ASSUMPTIONS)') $(if $(OUT),--out '$(OUT)')

.PHONY: install add data results report run verify release diff check test test-engines processors lowest bench coverage clean
.DEFAULT_GOAL := report
.NOTPARALLEL:

install: .venv/report.done
add: .venv/report.done ; @$(RUN) add '$(or $(FILE),$(error name a file or address: make add FILE=tables.ods AS=home-office-recorded-crime))' --as '$(or $(AS),home-office-recorded-crime)'
data: .venv/report.done ; @$(RUN) data
results: .venv/report.done ; @$(RUN) results
report: .venv/report.done ; @$(RUN) report $(REPORT_OPTIONS)
run: .venv/report.done ; @$(RUN) run $(or $(SCENARIOS),scenarios/*.toml) $(if $(OUT),--out '$(OUT)')
verify: .venv/report.done ; @$(RUN) verify
release: .venv/report.done ; @$(RUN) release
diff: .venv/report.done ; @$(RUN) diff '$(or $(A),$(error name two builds: make diff A=reports/v0.1.0 B=reports/build))' '$(or $(B),$(error name two builds: make diff A=reports/v0.1.0 B=reports/build))'
check: .venv/test.done ; @.venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && .venv/bin/python -m mypy
test: .venv/test.done ; @.venv/bin/python -m pytest -n 2 --dist worksteal
test-engines: .venv/engines.done ; @.venv/bin/python -m pytest tests/engines
processors: .venv/report.done ; @.venv/bin/python benchmarks/every_processor.py
lowest: .venv/lowest.done ; @.venv/lowest/bin/python -m pytest -n 2 --dist worksteal && .venv/lowest/bin/python -m pytest tests/engines
bench: .venv/engines.done ; @for each in benchmarks/*_speed.py benchmarks/*_scale.py; do .venv/bin/python $$each; done
coverage: .venv/test.done ; @for each in benchmarks/*_coverage.py; do .venv/bin/python $$each; done
clean: ; rm -rf .venv reports/build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/%.done: requirements/%.txt requirements/install.py pyproject.toml
	@$(PYTHON) requirements/install.py $*
