# Each target is one line over the command line `cseanalysis`; the environment in .venv makes itself.
PYTHON ?= python3
# Python cannot start from a folder with accents in its name under LC_ALL=C; results do not depend on the locale.
export LC_ALL = C.UTF-8
# A folder that was moved or copied runs its own code.
export PYTHONPATH = $(CURDIR)/src
RUN = .venv/bin/python -m cseanalysis
# The value of a variable as one word of the shell, whatever signs a file name holds.
given = $(call quoted,$(value $1))
quoted = '$(subst ','\'',$1)'
SCENARIO_FILES = $(foreach each,$(value SCENARIOS),$(or $(wildcard $(each)),$(each)))
OUT_OPTION = $(if $(value OUT),--out $(call given,OUT))
REPORT_OPTIONS = $(if $(value ASSUMPTIONS),--assumptions $(call given,ASSUMPTIONS)) $(OUT_OPTION)
LAB_OPTIONS = --LabApp.news_url=None --LabApp.extension_manager=readonly --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate
# make has an AS of its own, the assembler; only one that is given counts.
LAYOUT = $(if $(filter command,$(origin AS)),$(call given,AS),home-office-recorded-crime)

.PHONY: install add update data results report run lab docs dist wheelhouse verify metadata release diff check test test-engines test-browser processors lowest mutants kills campaign bench coverage clean
.DEFAULT_GOAL := report
.NOTPARALLEL:

install: .venv/report.done
add: .venv/report.done ; @$(RUN) add --as $(LAYOUT) -- $(if $(value FILE),$(call given,FILE),$(error name a file or address: make add FILE=tables.ods))
update: .venv/report.done ; @$(RUN) update
data: .venv/report.done ; @$(RUN) data
results: .venv/report.done ; @$(RUN) results
report: .venv/report.done ; @$(RUN) report $(REPORT_OPTIONS)
run: .venv/report.done ; @$(RUN) run $(OUT_OPTION) -- $(or $(foreach each,$(SCENARIO_FILES),$(call quoted,$(each))),scenarios/*.toml)
# JupyterLab asks no server whether there is something newer.
lab: .venv/lab.done ; @.venv/bin/python -m jupyterlab notebooks $(LAB_OPTIONS)
# The site of docs/ and of the docstrings, in build/docs; with --quiet mkdocs would count no broken reference.
docs: .venv/docs.done ; @NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --strict && echo "build/docs: python -m http.server -d build/docs shows it"
# Wheel, source distribution, bill of materials and the licences of others, in dist/.
dist: .venv/report.done ; @.venv/bin/python publishing/bill.py
# The locked packages as files, for `make test OFFLINE=build/wheelhouse` where there is no network.
wheelhouse: .venv/report.done ; @.venv/bin/python -m pip download --quiet --require-hashes --dest build/wheelhouse $(foreach each,uv report test,-r requirements/$(each).txt)
verify: .venv/report.done ; @$(RUN) verify
release: .venv/report.done ; @$(RUN) release
# Citation files, the map of exhibits and the checklists; `make check` refuses stale ones.
metadata: .venv/report.done ; @.venv/bin/python publishing/write.py
diff: .venv/report.done ; @$(RUN) diff -- $(if $(and $(value A),$(value B)),$(call given,A) $(call given,B),$(error name two builds: make diff A=reports/v0.1.0 B=reports/build))
check: .venv/test.done ; @.venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && .venv/bin/python -m mypy && .venv/bin/python publishing/write.py --check
test: .venv/test.done ; @.venv/bin/python -m pytest -n 2 --dist worksteal
test-engines: .venv/engines.done ; @.venv/bin/python -m pytest tests/engines
# The pages of the report in a real browser: Debian's is installed where that is allowed, the accessibility engine by npm.
test-browser: .venv/test.done ; @.venv/bin/python tests/browser/run.py
processors: .venv/report.done ; @.venv/bin/python benchmarks/every_processor.py
# TESTS names folders where the whole suite would take too long.
lowest: .venv/lowest.done ; @.venv/lowest/bin/python -m pytest -n 2 --dist worksteal $(TESTS) && .venv/lowest/bin/python -m pytest tests/engines
# Against the packages of requirements/peers.in, in one run.
bench: .venv/peers.done ; @for each in benchmarks/*_speed.py benchmarks/*_scale.py; do .venv/peers/bin/python $$each || exit 1; done
coverage: .venv/test.done ; @for each in benchmarks/*_coverage.py; do .venv/bin/python $$each || exit 1; done
# Faults planted in the code and commands killed while they write: a seeded sample, and all of them.
mutants: .venv/test.done ; @.venv/bin/python benchmarks/mutants.py --sample 150
kills: .venv/report.done ; @.venv/bin/python benchmarks/kills.py --kills 30
campaign: .venv/test.done ; @.venv/bin/python benchmarks/mutants.py --log benchmarks/mutants.log && .venv/bin/python benchmarks/kills.py --kills 300 --report && .venv/bin/python benchmarks/hostile_files.py
clean: ; rm -rf .venv reports/build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/%.done: requirements/%.txt requirements/install.py pyproject.toml
	@$(PYTHON) requirements/install.py $*
