"""From a number to its home: formulas that are computed again, cards, traces and citations."""

import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import cseanalysis as cse
from cseanalysis import cli, tracing
from cseanalysis.lineage import NOT_FROZEN, STALE, Lineage, cards
from cseanalysis.study import find_project, load_assumptions, load_figures, load_results
from cseanalysis.study.formulas import called, corners, evaluate, filled, named_in, sides, written
from cseanalysis.study.ranges import bounded
from cseanalysis.values import Assumption, Estimate

ROOT = Path(__file__).resolve().parent.parent
RESULTS, FIGURES, ASSUMPTIONS = load_results(ROOT), load_figures(ROOT), load_assumptions(ROOT)
WRITTEN = [name for name, one in RESULTS.items() if one.formula]


@pytest.fixture(scope="module")
def lineage():
    return Lineage(find_project(ROOT))


@pytest.fixture(scope="module")
def known():
    return cards(ROOT)


@pytest.fixture
def here(monkeypatch):
    monkeypatch.chdir(ROOT)


def told(capsys, *words):
    """Return what a command prints, what it complains of, and its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    return capsys.readouterr().out, str(ended.value.code)


def range_of(formula, lineage):
    found = [
        evaluate(formula, lambda name, end="", at=at: lineage.number(name, end, at))
        for at in corners(formula, lineage.assumptions)
    ]
    pairs = [one if isinstance(one, tuple) else (one, one) for one in found]
    return min(low for low, _ in pairs), max(high for _, high in pairs)


# Formulas.


def test_every_reported_number_says_by_a_formula_or_in_words_how_it_comes_about():
    silent = [name for name, one in RESULTS.items() if not (one.formula or one.procedure)]
    assert silent == []
    assert len(WRITTEN) > 90


@pytest.mark.parametrize("name", WRITTEN)
def test_a_formula_gives_the_number_and_both_ends_of_a_range(name, lineage):
    one = RESULTS[name]
    ends = (one.point, one.point) if one.point is not None else (one.interval.low, one.interval.high)
    assert range_of(one.formula, lineage) == pytest.approx(ends, rel=1e-8, abs=1e-9)


def test_a_formula_that_lies_is_seen(lineage):
    one = RESULTS["contact_total"]
    assert range_of(one.formula.replace("recording_probability", "1"), lineage) != pytest.approx(
        (one.interval.low, one.interval.high)
    )


def test_both_ways_of_saying_it_stand_together_only_where_a_number_has_an_interval_of_its_own():
    both = [one for one in RESULTS.values() if one.formula and one.procedure]
    assert both
    assert all(one.point is not None and one.interval is not None for one in both)


def test_what_a_formula_or_a_procedure_names_is_there(known):
    tables = {"recorded_offences", "outcomes", "revision_2017_18", "forces", "figures"}
    assert {name for one in known.values() for name in (*one.inputs, *one.assumptions)} <= {*known, *tables}
    for name in WRITTEN:
        assert set(named_in(RESULTS[name].formula)) <= known.keys()


def share_of(*, recorded: float, known_share: float) -> float:
    """Return a share of what was recorded."""
    if known_share > 1:
        raise ValueError("too much")
    most = recorded * known_share
    return most / 2


def looped(*, recorded: float) -> float:
    """Return more than an expression."""
    for _ in range(2):
        recorded += 1
    return recorded


def test_a_formula_is_read_off_the_source_of_the_model():
    assert written(share_of, recorded="F1 - F2") == "(F1 - F2) * known_share / 2"


def test_a_model_that_does_more_than_return_an_expression_is_refused():
    with pytest.raises(ValueError, match="looped does more than return an expression; write its formula beside it"):
        written(looped, recorded="F1")


def test_a_model_without_a_formula_says_itself_what_it_does():
    assert called(share_of) == "share_of(recorded, known_share): Return a share of what was recorded."
    half = Assumption("known_share", 0.1, 0.5, "share of offences", "By hand.", "none found", "none")
    found = bounded("half", "offences", share_of_ten, {"known_share": half}, ())
    assert (found.formula, found.procedure) == ("", "share_of_ten(known_share): Return a share of ten.")


def share_of_ten(*, known_share: float) -> float:
    """Return a share of ten."""
    return 10 * known_share


def test_an_expression_is_computed_by_hand():
    values = {"a": 3.0, "b": 0.5}
    assert evaluate("(max(0, a - 4), ceil(a * b) + -1)", lambda name, end="": values[name]) == (0.0, 1.0)
    assert sides("(a, b + 1)") == ("a", "b + 1")
    assert filled("max(a, b.low) / a1", lambda name, end: f"<{name}{end}>") == "max(<a>, <blow>) / <a1>"


@pytest.mark.parametrize(
    "hostile",
    [
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "a.__class__",
        "a ** 999999999",
        "[a for a in b]",
        "open(a)",
        "'a' * 9",
        "max(a, key=b)",
        "((a, b), c)",
        "a" * 3000,
        "(" * 500 + "a" + ")" * 500,
        "a\x00b",
        "",
    ],
)
def test_what_is_no_expression_over_ids_is_refused_and_never_executed(hostile):
    with pytest.raises(ValueError, match="run `make results`"):
        evaluate(hostile, lambda name, end="": 1.0)


# Cards.


def test_every_result_figure_and_assumption_has_a_card(known):
    assert list(known) == [*RESULTS, *FIGURES, *ASSUMPTIONS]
    with pytest.raises(TypeError):
        known["new"] = known["F008"]


def test_a_card_leads_from_a_range_down_to_its_raw_rows(known):
    card = known["contact_total"]
    assert card.formula == "F008 * contact_share / (known_offence_probability * recording_probability)"
    assert card.worked[0] == "low: 115489 * 0.675 / (0.15 * 1) = 519,700.5"
    assert card.worked[1].startswith("high: 115489 * 0.685 / (0.05 * 0.74) = 2,138,107")
    assert card.assumptions == ("contact_share", "known_offence_probability", "recording_probability")
    assert "known_offence_probability" in card.leading
    row = card.raw[0]
    assert (ROOT / row.file).read_text(encoding="utf-8").splitlines()[row.line - 1] == row.text
    assert row.text.startswith("F008,")


def test_the_raw_row_of_every_figure_is_the_line_that_its_card_names(known):
    lines = (ROOT / "data/raw/figures.csv").read_text(encoding="utf-8").splitlines()
    shown = [known[name] for name in FIGURES if not known[name].says.startswith("not printed")]
    assert len(shown) > 700
    assert all(lines[card.raw[0].line - 1].startswith(f"{card.id},") for card in shown)


def test_a_count_of_one_year_leads_to_the_rows_of_that_year(known):
    (row,) = known["child_only_newest"].raw
    lines = (ROOT / row.file).read_text(encoding="utf-8").splitlines()
    assert lines[row.line - 1] == row.text
    assert all(line.startswith("2022/23,") for line in lines[row.line - 1 : row.last])
    assert sum(line.startswith("2022/23,") for line in lines) == row.last - row.line + 1
    assert "financial_year is 2022/23" in known["child_only_newest"].formula


def test_a_number_that_is_not_printed_stands_on_no_card_and_is_found_by_none(known, lineage):
    assert lineage.hidden
    for name in lineage.hidden:
        card, figure = known[name], FIGURES[name]
        assert card.says.startswith("not printed")
        assert card.raw[0].text == card.says
        assert card.note == figure.withheld
    for name in lineage.hidden:
        if re.fullmatch(r"[\d.,]+%?", FIGURES[name].published):
            try:
                found = cse.trace(FIGURES[name].published, ROOT)
            except ValueError:
                continue
            assert name not in [one.card.id for one in found.hits]


def test_a_share_among_records_that_say_never_stands_without_how_many_do(known):
    assert known["F099"].title.endswith("; known for 34% (F102)")


def test_a_card_says_in_which_edition_its_words_changed(known):
    changes = known["suspects_white"].changed_in
    assert (changes[0].version, changes[0].before) == ("0.2.0", "at least 27% and at most 95%")
    assert all(one.before != one.after for card in known.values() for one in card.changed_in)
    named = {one.version for card in known.values() for one in card.changed_in}
    assert named <= {*(path.name[1:] for path in (ROOT / "reports").glob("v*")), NOT_FROZEN}


def test_a_card_names_the_cells_in_which_its_number_is_printed(known):
    places = known["contact_total"].printed_in
    assert places
    for place in places:
        cells = json.loads((ROOT / "notebooks" / f"{place.chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
        (cell,) = [one for one in cells if one["id"] == place.cell]
        assert "contact_total" in "".join(cell["source"])


def test_a_formula_says_so_where_assumptions_were_changed_after_the_results_were_computed(lineage):
    stale = Lineage(lineage.project)
    low = lineage.assumptions["recording_probability"]
    stale.assumptions["recording_probability"] = Assumption(
        low.id, 0.5, low.high, low.unit, low.reason, low.source, low.locator, loss=low.loss
    )
    assert stale.card("contact_total").worked == (STALE,)
    assert STALE not in lineage.card("contact_total").worked


def test_a_checkout_without_editions_has_cards_that_changed_in_none(lineage, monkeypatch):
    monkeypatch.setattr("cseanalysis.lineage.editions", lambda _: [])
    assert Lineage(lineage.project).card("suspects_white").changed_in == ()


# Traces.


def test_a_number_as_it_is_written_finds_the_figure_and_the_result():
    for text in ("115,489", "115489", " 115489 "):
        assert [(one.match, one.card.id) for one in cse.trace(text, ROOT).hits][:2] == [
            ("exact", "F008"),
            ("exact", "offences_recorded"),
        ]


def test_a_rounded_number_finds_what_is_equal_when_rounded_so_and_says_so(here, capsys):
    found = {one.card.id: one.match for one in cse.trace("115,000", ROOT).hits}
    assert (found["F552"], found["F008"]) == ("exact", "rounded")
    out, _ = told(capsys, "trace", "115,000")
    assert "F008  115,489: CSAE offences recorded by police (figure, equal when rounded as written)" in out


def test_a_per_cent_finds_shares_and_no_counts():
    found = cse.trace("3.7%", ROOT)
    assert found.hits[0].card.id == "group_based_share"
    assert all("%" in one.card.says for one in found.hits)


def test_a_number_in_words_finds_the_figure_that_was_published_so():
    assert "F021" in [one.card.id for one in cse.trace("One in 10", ROOT).hits]


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("−4.2%", "exploitation_change"),
        ("-4.2%", "exploitation_change"),
        ("115 489", "F008"),
        ("115,489.", "F008"),
        ("4,300,000", "F129"),
        ("4.3m", "F129"),
        ("£11 million", "F562"),
        ("1 out of 8", "F141"),
        ("one in eight", "F141"),
        ("4,000", "F032"),
    ],
)
def test_a_number_is_found_in_every_writing_with_its_sign_its_scale_and_its_mark(written, first):
    hit = cse.trace(written, ROOT).hits[0]
    assert (hit.match, hit.card.id) == ("exact", first)


@pytest.mark.parametrize("written", ["4.2%", "4.2", "−5", "£1", "£11", "1e5", "1,15,489", "١١٥٤٨٩", "1.2 million"])
def test_a_number_is_never_taken_for_another_by_its_sign_scale_or_mark(written):
    with pytest.raises(ValueError, match=r"no result, figure or assumption is, or says, "):
        cse.trace(written, ROOT)


def test_parts_of_odds_levels_of_intervals_and_ends_that_nothing_prints_are_no_numbers_of_their_own():
    for text in ("1", "0", "95%", "0%"):
        for hit in cse.trace(text, ROOT).hits:
            if hit.match == "exact":
                words = re.sub(r"\d+ in \d+|\d+% (confidence|simulation) interval", "", hit.card.says)
                assert re.search(rf"(?<![\d.,]){text}", words), (text, hit.card.id, hit.card.says)


def test_of_roundings_the_closest_comes_first():
    assert [hit.card.id for hit in cse.trace("100,000", ROOT).hits][:2] == ["F137", "F147"]  # 102,000 and 97,000
    assert [hit.card.id for hit in cse.trace("115,500", ROOT).hits][:1] == ["F008"]


def test_a_number_that_nothing_says_is_answered_with_the_nearest_and_not_with_ids_that_look_like_it():
    with pytest.raises(ValueError, match=r"'4\.2%'; the nearest are exploitation_change, .*; F131, 4\.1%"):
        cse.trace("4.2%", ROOT)
    with pytest.raises(ValueError, match="to find a number, write it alone: 115,489"):
        cse.trace("115,489 offences", ROOT)


def test_ten_are_listed_at_most_with_the_count_of_the_rest():
    found = cse.trace("1", ROOT)
    assert len(found.hits) == 10
    assert f"and {found.left_off:,} more; write more digits, or an id" in str(found)


@pytest.mark.parametrize("name", ["F021", "f021", "known_offence_probability", "CONTACT_TOTAL"])
def test_an_id_is_found_whatever_its_case(name):
    (hit,) = cse.trace(name, ROOT).hits
    assert (hit.match, hit.card.id.lower()) == ("id", name.lower())


def test_a_trace_names_formula_row_source_assumptions_and_edition(here, capsys):
    out, code = told(capsys, "trace", "contact_total")
    assert code == "0"
    for start in ("formula: F008", "  low: 115489", "rests on: F021, one in 10", "assumes: contact_share, 67.5%"):
        assert f"\n{start}" in out
    assert (
        "\nraw row: data/raw/figures.csv, line 9: id F008; published 115,489; unit offences; source vkpp23; locator"
        in out
    )
    assert "\nsource: Vulnerability" in out
    assert "\nnamed in: 02-total (" in out
    assert re.search(r"\nedition: (Edition \d|Of no frozen edition: )", out)


def test_a_trace_as_json_holds_all_that_is_known(here, capsys):
    out, _ = told(capsys, "trace", "F021", "--json")
    content = json.loads(out)
    assert content["found"][0]["raw"][0]["line"] == 22
    assert set(content) == {"text", "edition", "found", "left_off"}


def test_a_trace_reads_as_a_table_and_as_escaped_html():
    found = cse.trace("115,489", ROOT)
    assert list(found.to_frame()["id"]) == ["F008", "offences_recorded"]
    assert "<p>F008  115,489" in found._repr_html_()
    hostile = replace(found, edition='<b> & "c"')._repr_html_()
    assert "edition: &lt;b&gt; &amp; &quot;c&quot;" in hostile


def test_a_trace_shows_the_columns_that_matter_and_the_json_the_whole_row(here, capsys):
    short, _ = told(capsys, "trace", "F018")
    (line,) = (one for one in short.splitlines() if one.startswith("raw row: "))
    assert line.endswith("line 19: id F018; published 122,768; unit offences; source apb24; locator unknown")
    whole, _ = told(capsys, "trace", "F018", "--json")
    assert "calendar_year,recorded,flow" in whole


def test_a_number_is_cited_as_it_is_written_where_one_figure_says_exactly_that():
    assert cse.cite("122,768", ROOT) == cse.cite("F018", ROOT)
    assert cse.cite("115,489", ROOT) == cse.cite("F008", ROOT), "a result that repeats a figure is no second source"
    with pytest.raises(ValueError, match="'717' is said by 2: F024, F096; cite the one that is meant by its id"):
        cse.cite("717", ROOT)
    with pytest.raises(ValueError, match="is, or says, '122,800'; the nearest are F018, 122,768"):
        cse.cite("122,800", ROOT)


@pytest.mark.parametrize(
    "hostile",
    [
        "x" * 10_000,
        "9" * 10_000,
        "\x1b[31mred\x00",
        "=1+1",
        "F012 * contact_share",
        "<script>",
        "１２３",
        "1e999",
        "",
        "-",
        "\n\n",
    ],
)
def test_what_is_not_known_gives_one_plain_line(here, capsys, hostile):
    for command in ("trace", "cite"):
        _, said = told(capsys, command, "--", hostile)
        assert said.startswith("error: no result, figure or assumption is, or says, ")
        assert said.isprintable()
        assert len(said) < 300


def test_a_long_text_is_told_by_its_length_and_its_beginning(here, capsys):
    _, said = told(capsys, "trace", "In 2023 police recorded 115,489 offences. " * 10)
    assert "is, or says, a text of 420 characters that begins 'In 2023 police recor'; " in said


def test_an_id_that_is_almost_right_is_answered_with_the_closest():
    with pytest.raises(ValueError, match="the closest are contact_total, "):
        cse.trace("contact_totl", ROOT)


@pytest.mark.parametrize("wrong", [None, 115_489, ["F008"]])
def test_what_is_no_text_is_told_what_to_write(wrong):
    with pytest.raises(ValueError, match="is no text; give an id such as 'contact_total', or a number as '115,489'"):
        cse.trace(wrong, ROOT)


def test_outside_a_checkout_it_reads_the_study_that_came_with_the_code(tmp_path, monkeypatch, capsys):
    inside = [told(capsys, command, "F008") for command in ("trace", "cite")]
    monkeypatch.chdir(tmp_path)
    assert [told(capsys, command, "F008") for command in ("trace", "cite")] == inside


def test_tracing_a_number_loads_no_data_frame_library():
    code = (
        "import sys; from cseanalysis import cli; sys.argv[1:] = ['trace', 'contact_total']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    print(sorted({'numpy', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"


# Citations.


def test_a_figure_is_cited_with_its_own_source_first():
    own, ours = cse.cite("F008", ROOT).text.splitlines()
    assert own.startswith("Vulnerability Knowledge and Practice Programme (VKPP). National Analysis")
    assert own.endswith("115,489: CSAE offences recorded by police")
    assert "Figure F008: 115,489" in ours


def test_a_result_is_cited_with_its_range_and_edition(here, capsys):
    out, _ = told(capsys, "cite", "contact_total")
    assert "Result contact_total: at least 510,000 and at most 2,200,000" in out
    assert "@misc{contact_total," in out


def test_bibtex_alone_is_whole_and_escaped(here, capsys):
    out, _ = told(capsys, "cite", "F021", "--bibtex")
    assert out.startswith("@misc{F021_source,")
    assert out.count("{") == out.count("}")
    # `\~{}` would be an accent over nothing, and no sign.
    said = r"5\% \& \#\_\{\}\textbackslash{}\textasciitilde{}\textasciicircum{}"
    assert f"note = {{{said}}}" in tracing._bibtex("x", "A", "B", date="", note=r"5% & #_{}\~^")


@pytest.mark.parametrize(
    "name", ["O'Brien {x", "} {", "\\input{x}", 'a "b"', "#1 $x$ @y", "<script>", "},\n title={HACKED"]
)
def test_whatever_an_author_or_a_source_is_called_the_citation_shows_it_as_text(name):
    entry = tracing._bibtex("x", name, name, date="2026-01-02", address=f"https://x.y/{name}", note=name)
    # BibTeX counts braces, those behind a backslash too: an entry that leaves one open takes the next one in.
    depth = [entry[: place + 1].count("{") - entry[: place + 1].count("}") for place in range(len(entry))]
    assert min(depth[:-1]) >= 0
    assert min(depth[entry.index("{") : -1]) > 0
    assert depth[-1] == 0
    assert re.findall(r"^  (\w+) = ", entry, re.MULTILINE) == ["author", "title", "year", "howpublished", "note"]


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "reports" / "v9.9.9").mkdir(parents=True)
    for where in (tmp_path / "reports", tmp_path / "reports" / "v9.9.9"):
        (where / "results.json").write_text('{"results": []}')
    about = {"edition": "2026-01-02", "inputs": "abcdef0123456789"}
    (tmp_path / "reports" / "v9.9.9" / "manifest.json").write_text(json.dumps(about))
    return tmp_path


def edition_of(checkout):
    return tracing._edition(find_project(ROOT).__class__(checkout)).words


def test_a_manifest_that_holds_no_texts_is_one_without_a_day(checkout):
    (checkout / "reports" / "v9.9.9" / "manifest.json").write_text('{"edition": 3, "inputs": ["a"]}')
    assert edition_of(checkout) == "Edition 9.9.9 of an unknown day"


def test_results_of_a_frozen_edition_are_cited_with_its_day_and_hash(checkout):
    assert edition_of(checkout) == "Edition 9.9.9 of 2026-01-02, inputs abcdef012345"


def test_results_of_no_frozen_edition_say_so(checkout):
    (checkout / "reports" / "results.json").write_text('{"results": [1]}')
    said = r"Of no frozen edition: a build on this computer, results\.json [0-9a-f]{12}; quote an edition instead"
    assert re.fullmatch(said + ", the newest is v9.9.9", edition_of(checkout))


def test_a_build_of_the_same_results_lends_its_hash_of_inputs(checkout):
    (checkout / "reports" / "build").mkdir()
    for where in ("reports", "reports/build"):
        (checkout / where / "results.json").write_text('{"results": [1]}')
    (checkout / "reports" / "build" / "manifest.json").write_text('{"inputs": "0123456789abcdef"}')
    assert ", inputs 0123456789ab; quote" in edition_of(checkout)


def test_old_editions_without_formulas_are_still_read():
    content = json.loads((ROOT / "reports" / "v0.1.0" / "results.json").read_text(encoding="utf-8"))
    assert not any("formula" in one for one in content["results"])
    assert Estimate("a", "offences", 1).formula == ""
    assert not math.isnan(RESULTS["contact_total"].interval.low)
