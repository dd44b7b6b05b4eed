"""Scenarios: small files over the assumptions, each built once and whole, compared by swapping one change at a time."""

import json
from functools import partial
from pathlib import Path

import pytest

from cseanalysis.report.editions import diff
from cseanalysis.study import causes as causes_module
from cseanalysis.study import find_project, load_assumptions, load_figures, read_table
from cseanalysis.study import scenarios as module
from cseanalysis.study.causes import changed_inputs, leading_causes, read_build
from cseanalysis.study.data.assumptions import assumptions_text, read_assumptions
from cseanalysis.study.data.project import code_hashes, load_sources
from cseanalysis.study.kept import Computed
from cseanalysis.study.lag.simulation import simulation_runs
from cseanalysis.study.ranges import bounded
from cseanalysis.study.scenarios import inputs_key, is_whole, read_scenario, run_scenarios
from cseanalysis.study.totals.numbers import contact_total, neither_recorded
from cseanalysis.values import Estimate, Interval

ROOT = Path(__file__).resolve().parents[2]
PROJECT = find_project(ROOT)
BASE = load_assumptions(ROOT)
SHIPPED = sorted((ROOT / "scenarios").glob("*.toml"))
HEAD = 'title = "t"\nwhy = "w"\nsource = "s"\n'
ENTRY = 'low = {low}\nhigh = {high}\nreason = "r"\nsource = "none found"\nlocator = "l"\n'


def entry(name, low=0.1, high=0.1):
    return f"[assumptions.{name}]\n" + ENTRY.format(low=low, high=high)


def cheap(inputs, assumptions, *, scope="child-only codes", **_):
    """Two numbers of the study's kind, in no time: a total of two assumptions and a share of the scope."""
    known, recording = assumptions["known_offence_probability"], assumptions["recording_probability"]
    total = {"low": 1 / (known.high * recording.high), "high": 1 / (known.low * recording.low)}
    lag = {"low": float(len(scope)), "high": float(len(scope))}
    kind = {"kind": "bound", "level": None}
    return {
        "period": {},
        "results": [
            {
                "id": "total",
                "unit": "offences",
                "point": None,
                "interval": total | kind,
                "basis": [known.id, recording.id],
            },
            {"id": "seen", "unit": f"share, {scope}", "point": None, "interval": lag | kind, "basis": []},
        ],
        "tables": {},
    }


def cheap_cases(inputs, cases, *, kept, helper):
    """The two numbers as one part, for each case."""
    found = []
    for case in cases:
        entries = cheap(inputs, case.assumptions, scope=case.scope)["results"]
        results = tuple(Estimate(**{**entry, "interval": Interval(**entry["interval"])}) for entry in entries)
        found.append({"totals: routes": Computed(results, {}, {})})
    return found


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(module, "compute_results", cheap)
    monkeypatch.setattr(causes_module, "compute_cases", cheap_cases)
    for place in (module, causes_module):
        monkeypatch.setattr(place, "read_inputs", lambda project: None)


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{name}.toml" for name in ("one", "two", "three")]
    for number, path in enumerate(paths, start=1):
        path.write_text(HEAD + entry("known_offence_probability", number / 10, number / 10))
    return paths


def test_five_scenarios_are_shipped_and_each_value_has_a_source_of_the_register_or_is_judgement():
    assert [path.stem for path in SHIPPED] == [
        "broad_definition", "highest_reporting", "long_delay", "lowest_reporting", "narrow_definition",
    ]  # fmt: skip
    figures, publications = load_figures(ROOT), load_sources(PROJECT)["publications"]
    for path in SHIPPED:
        for change in read_scenario(path, BASE).changes.values():
            if change.source == "none found":
                assert "judgement" in change.reason
                continue
            assert set(change.source.split(" and ")) <= publications.keys()
            cited = change.locator.replace(" and ", " ").split()
            assert cited
            assert set(cited) <= figures.keys()
            assert {figures[name].source for name in cited} <= set(change.source.split(" and "))


def test_a_source_that_nobody_registered_is_refused(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(HEAD + entry("known_offence_probability").replace("none found", "vkpp32"))
    with pytest.raises(ValueError, match=r"a\.toml: assumption known_offence_probability: source 'vkpp32' is not in"):
        run_scenarios(PROJECT, [path], out=tmp_path / "out")


def test_the_lowest_claims_give_the_largest_total_by_hand():
    applied = read_scenario(ROOT / "scenarios" / "lowest_reporting.toml", BASE).applied(BASE)
    found = bounded("total", "offences", partial(contact_total, recorded=115_489), applied, []).interval
    assert found.low == pytest.approx(115_489 * 0.675 / (0.075 * 0.745))
    assert found.high == pytest.approx(115_489 * 0.685 / (0.065 * 0.735))


def test_the_simulation_follows_long_delays_to_their_last_tenth():
    applied = read_scenario(ROOT / "scenarios" / "long_delay.toml", BASE).applied(BASE)
    runs = simulation_runs(read_table("recorded_offences", ROOT), applied, draws=2**11)
    for stage in ("charged", "trial"):
        wait = runs["clustered"].until_visible(stage, 0.9)
        assert 12 < wait.low < wait.high < 36


def test_the_broad_definition_leaves_nothing_beside_contact_and_images():
    applied = read_scenario(ROOT / "scenarios" / "broad_definition.toml", BASE).applied(BASE)
    found = bounded("neither", "offences", partial(neither_recorded, recorded=115_489), applied, []).interval
    assert (found.low, found.high) == pytest.approx((0, 0), abs=1e-6)
    assert found.low >= 0


def test_assumptions_written_for_a_build_read_back_as_the_same(tmp_path):
    (tmp_path / "assumptions.toml").write_text(assumptions_text(BASE), encoding="utf-8")
    assert dict(read_assumptions(tmp_path / "assumptions.toml")) == dict(BASE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "nothing differs"),
        (entry("known_offence_probability"), r"bad.toml: title is missing.*why is missing.*source is missing"),
        (HEAD + entry("no_such"), "bad.toml: assumption no_such is not in assumptions.toml"),
        (HEAD + "[assumptions.days_to_charge]\nlow = 1\nhigh = 2\n", "assumption days_to_charge: lacks .*reason"),
        (HEAD + entry("days_to_charge", 9, 3), "days_to_charge: low 9 exceeds high 3"),
        (HEAD + entry("recording_probability", 0, 1), "recording_probability: from 0 to 1"),
        (HEAD + entry("days_to_charge", '"1"', 3), "days_to_charge: low is '1'"),
        (HEAD + entry("days_to_charge") + 'unit = "weeks"\n', "unit cannot be changed"),
        (HEAD + entry("told_police_then", 0.05, 0.09), "state a distribution here too"),
        (HEAD + entry("told_police_then", 0.05, 0.09) + 'distribution = "pert(0, 0.1, 0.2)"\n', "outside 0.05 to 0.09"),
        (HEAD + '[choices]\noffence_scope = "all"\n', "must be one of child-only codes"),
        (HEAD + '[choices]\ncolour = "red"\n', "choices colour are unknown"),
        (HEAD + "assumptions = 3\n", "as tables"),
        (HEAD + "[assumptions]\ndays_to_charge = 3\n", "write it as a table"),
        (HEAD + "odd = 1\n" + entry("days_to_charge"), "odd is unknown"),
        (HEAD + '[choices]\noffence_scope = ["child-only codes"]\n', "must be one of child-only codes"),
        (HEAD + entry("days_to_charge"), "the study states .*; state a distribution here too"),
        ("title = ", "bad.toml is not valid toml"),
    ],
)
def test_a_malformed_scenario_names_its_file_and_the_entry(tmp_path, text, said):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=said) as error:
        read_scenario(path, BASE)
    assert "bad.toml" in str(error.value)


def test_files_that_are_no_scenarios_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="is no file"):
        read_scenario(tmp_path / "absent.toml", BASE)
    for name in ("a.txt", ".hidden.toml", "a b.toml", "é.toml"):
        (tmp_path / name).write_text(HEAD)
        with pytest.raises(ValueError, match="is named by letters"):
            read_scenario(tmp_path / name, BASE)


def test_scenarios_are_built_once_and_again_only_when_their_inputs_change(quick, files, tmp_path):
    out, lines = tmp_path / "out", []
    folders = run_scenarios(PROJECT, files, out=out, log=lines.append)
    assert [folder.name for folder in folders] == ["one", "two", "three"]
    assert [" ".join(line.split()) for line in lines][-1] == "three built, 3 of 3"
    content = json.loads((out / "two" / "results.json").read_text())
    assert content["scenario"]["assumptions"] == ["known_offence_probability"]
    assert content["results"][0]["interval"]["low"] == pytest.approx(5)
    assert (out / "two" / "scenario.toml").read_bytes() == files[1].read_bytes()
    lines.clear()
    files[1].write_text(HEAD + entry("known_offence_probability", 0.4, 0.4))
    run_scenarios(PROJECT, files, out=out, log=lines.append)
    assert [" ".join(line.split()) for line in lines] == ["one unchanged", "three unchanged", "two built, 3 of 3"]


@pytest.mark.parametrize("name", ["results.json", "assumptions.toml", "scenario.toml", "manifest.json"])
def test_a_half_written_file_is_seen_and_its_scenario_built_again(quick, files, tmp_path, name):
    out, lines = tmp_path / "out", []
    run_scenarios(PROJECT, files, out=out)
    whole = {path: path.read_bytes() for path in out.rglob("*.*") if path.is_file()}
    path = out / "two" / name
    path.write_bytes(path.read_bytes()[:-9])
    run_scenarios(PROJECT, files, out=out, log=lines.append)
    assert [line.split()[1].strip(",") for line in lines] == ["unchanged", "unchanged", "built"]
    assert {path: path.read_bytes() for path in whole} == whole


def test_one_that_no_model_can_take_is_named_after_the_others_were_built(files, quick, tmp_path, monkeypatch):
    def picky(inputs, assumptions, *, scope, **_):
        if assumptions["known_offence_probability"].low == 0.2:
            raise ValueError("result total: impossible")
        return cheap(inputs, assumptions, scope=scope)

    monkeypatch.setattr(module, "compute_results", picky)
    with pytest.raises(ValueError, match=r"^two: result total: impossible$"):
        run_scenarios(PROJECT, files, out=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["one", "three"]


def test_a_scenario_that_divides_by_nought_is_named_and_the_others_are_built(files, quick, tmp_path, monkeypatch):
    def picky(inputs, assumptions, *, scope, **_):
        1 / (assumptions["known_offence_probability"].low - 0.1)
        return cheap(inputs, assumptions, scope=scope)

    monkeypatch.setattr(module, "compute_results", picky)
    with pytest.raises(ValueError, match=r"^one: .*division by zero$"):
        run_scenarios(PROJECT, files, out=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["three", "two"]


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_computed(files, quick, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "compute_results", None)
    monkeypatch.setattr(module.os, "access", lambda path, mode: path != tmp_path / "out")
    with pytest.raises(PermissionError) as error:
        run_scenarios(PROJECT, files, out=tmp_path / "out")
    assert error.value.filename == str(tmp_path / "out")


def test_a_run_never_takes_the_place_of_what_it_did_not_write(quick, files, tmp_path):
    (tmp_path / "out" / "two").mkdir(parents=True)
    (tmp_path / "out" / "two" / "thesis.docx").write_text("mine")
    with pytest.raises(ValueError, match=r"holds \['thesis.docx'\]"):
        run_scenarios(PROJECT, files, out=tmp_path / "out")
    with pytest.raises(ValueError, match="named twice"):
        run_scenarios(PROJECT, [files[0], files[0]], out=tmp_path / "other")
    with pytest.raises(ValueError, match="no scenario named"):
        run_scenarios(PROJECT, [], out=tmp_path / "other")


def test_what_was_finished_before_an_interruption_stands_and_the_rest_is_built(files, quick, tmp_path, monkeypatch):
    def interrupted(inputs, assumptions, *, scope, **_):
        if assumptions["known_offence_probability"].low == 0.2:
            raise KeyboardInterrupt
        return cheap(inputs, assumptions, scope=scope)

    out, lines = tmp_path / "out", []
    with monkeypatch.context() as patched:
        patched.setattr(module, "compute_results", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_scenarios(PROJECT, files, out=out)
    assert [path.name for path in out.iterdir()] == ["one"]
    run_scenarios(PROJECT, files, out=out, log=lines.append)
    assert [line.split()[1].strip(",") for line in lines] == ["unchanged", "built", "built"]


def test_the_key_follows_the_data_the_assumptions_and_the_code():
    assert inputs_key(PROJECT) == inputs_key(PROJECT)
    assert {"models/delays/delay.py", "sensitivity/variance.py", "study/parts.py"} <= code_hashes().keys()
    assert not [name for name in code_hashes() if name.startswith("report/") or name == "cli.py"]
    assert not is_whole(ROOT / "scenarios", "any")


def build(folder, changes, scope="child-only codes"):
    """Write what a scenario's folder holds, from the cheap numbers."""
    folder.mkdir()
    assumptions = {**BASE, **changes}
    content = {"scenario": {"offence_scope": scope}, **cheap(None, assumptions, scope=scope)}
    (folder / "results.json").write_text(json.dumps(content))
    (folder / "assumptions.toml").write_text(assumptions_text(assumptions), encoding="utf-8")
    return read_build(folder)


def other(name, low, high):
    from dataclasses import replace

    return {name: replace(BASE[name], low=low, high=high)}


def test_the_leading_cause_is_the_change_that_alone_moves_the_number_most_by_hand(quick, tmp_path):
    # From 1 / 0.1 = 10 to 1 / (0.05 x 0.8) = 25: known alone gives 20, recording alone 12.5.
    first = build(tmp_path / "a", other("known_offence_probability", 0.1, 0.1) | other("recording_probability", 1, 1))
    second = build(
        tmp_path / "b", other("known_offence_probability", 0.05, 0.05) | other("recording_probability", 0.8, 0.8)
    )
    found = leading_causes(PROJECT, first, second)
    assert found == {"total": "mostly known_offence_probability, which alone moves its low end by 67% of the change"}
    lines = diff(tmp_path / "a", tmp_path / "b", PROJECT)
    assert lines[-1] == (
        "result total: 10 to 10 -> 25 to 25, because of known_offence_probability, recording_probability: "
        "mostly known_offence_probability, which alone moves its low end by 67% of the change"
    )


def test_no_change_is_called_leading_when_none_explains_half(quick, tmp_path):
    # From 1 to 1 / (0.5 x 0.5) = 4: each alone gives 2, a third of the change.
    first = build(tmp_path / "a", other("known_offence_probability", 1, 1) | other("recording_probability", 1, 1))
    second = build(
        tmp_path / "b", other("known_offence_probability", 0.5, 0.5) | other("recording_probability", 0.5, 0.5)
    )
    assert leading_causes(PROJECT, first, second)["total"].startswith("no one of them explains half;")


def test_a_change_of_scope_is_a_cause_of_the_numbers_that_name_it(quick, tmp_path):
    first, second = build(tmp_path / "a", {}), build(tmp_path / "b", {}, scope="contact codes")
    assert changed_inputs(first, second) == ["offence_scope"]
    assert diff(tmp_path / "a", tmp_path / "b", PROJECT) == [
        "choice offence_scope: child-only codes -> contact codes",
        "result seen: 16 to 16 -> 13 to 13, because of offence_scope",
    ]


def test_causes_are_not_sought_where_the_first_does_not_rebuild(quick, tmp_path):
    first = build(tmp_path / "a", {})
    path = tmp_path / "a" / "results.json"
    content = json.loads(path.read_text())
    content["results"][0]["interval"]["low"] += 1
    path.write_text(json.dumps(content))
    build(tmp_path / "b", other("known_offence_probability", 0.1, 0.1) | other("recording_probability", 0.8, 0.8))
    assert leading_causes(PROJECT, read_build(first.folder), read_build(tmp_path / "b")) is None
    assert "not sought" in diff(tmp_path / "a", tmp_path / "b", PROJECT)[-1]


@pytest.mark.parametrize(
    ("name", "value"), [("results", 3), ("results", [{"id": "total"}]), ("tables", []), ("scenario", ["narrow"])]
)
def test_results_that_are_json_but_no_build_are_said_to_be_damaged(tmp_path, name, value):
    build(tmp_path / "a", {})
    path = tmp_path / "a" / "results.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    with pytest.raises(ValueError, match=r"a/results.json is damaged .*: build it again"):
        read_build(tmp_path / "a")


def test_damaged_assumptions_name_their_folder(tmp_path):
    build(tmp_path / "a", {})
    (tmp_path / "a" / "assumptions.toml").write_text("[days_to_charge")
    with pytest.raises(ValueError, match=r"a: assumptions\.toml is not valid toml"):
        read_build(tmp_path / "a")


def test_the_checkout_itself_can_be_compared():
    assert diff(ROOT, ROOT, PROJECT) == []
    with pytest.raises(FileNotFoundError, match=r"holds no results.json"):
        diff(ROOT / "src", ROOT, PROJECT)
