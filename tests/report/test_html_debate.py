"""The pages of claims and trackers: each row with source and day, and nothing printed that is kept back."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from cseanalysis.lineage import cards
from cseanalysis.register.claims import check_all
from cseanalysis.report.html.claims import claims_page, quotable, sentence_of
from cseanalysis.report.html.trackers import trackers_page
from cseanalysis.study.data.judgement import contested_claims
from cseanalysis.study.evidence.claim_tables import debate_words, load_claim_tables
from cseanalysis.study.evidence.claimed import CONTENT_NOTE
from cseanalysis.study.evidence.support import support_lines
from cseanalysis.study.evidence.trackers import load_trackers

ROOT = Path(__file__).resolve().parents[2]
TRACKED, CLAIMS = load_trackers(ROOT), contested_claims(ROOT)
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture(scope="module")
def known():
    return cards(ROOT)


@pytest.fixture(scope="module")
def verdicts():
    return check_all(map(sentence_of, CLAIMS), load_claim_tables(ROOT))


def made(known, verdicts, claims=CLAIMS, words=None):
    return claims_page(
        claims,
        verdicts,
        words=debate_words(ROOT) if words is None else words,
        statements=TRACKED.trackers.statements,
        support=support_lines(ROOT),
        cards=known,
        publications=TRACKED.publications,
        hidden=TRACKED.hidden,
    )


def test_every_contested_claim_has_its_verdict_reason_need_source_and_sentence(known, verdicts):
    page = made(known, verdicts)
    blocks = dict(zip(re.findall(r'id="(C\d{3})"', page.inside), page.inside.split("<section")[2:], strict=True))
    assert list(blocks) == [claim.id for claim in CLAIMS]
    for claim in CLAIMS:
        block = blocks[claim.id]
        assert "Not supported" in block
        assert all(f"<dt>{name}</dt>" in block for name in ("Said by", "Why it cannot be used", "Read in", "To quote"))
        assert "no usable source states it" in block
        assert "As of C" not in block  # what another row says is said again


def test_no_checker_and_table_disagree_on_a_contested_claim(known, verdicts):
    assert {found.word for found in verdicts} <= {"not supported", "not understood", "refused"}
    borne = [replace(verdicts[0], word="supported"), *verdicts[1:]]
    with pytest.raises(ValueError, match="C001 is supported by the register; take it out of the table or mend"):
        made(known, borne)


def test_a_claim_leads_to_figures_whose_number_is_printed_and_to_no_other(known, verdicts):
    claims = made(known, verdicts).inside.partition('<h2 id="words">')[0]
    linked = set(re.findall(r'href="figures-\d\.html#(F\d+)"', claims))
    assert len(linked) > 10
    assert not linked & set(TRACKED.hidden)


def test_a_cell_that_points_at_another_claim_says_what_stands_there():
    known = {claim.id: claim for claim in CLAIMS}
    third = next(claim for claim in CLAIMS if claim.reason.startswith("As of"))
    assert known["C001"].reason.partition(";")[0] in quotable(third, known)
    assert "As of" not in quotable(third, known)


def test_content_note_and_every_line_of_help_stand_before_the_first_claim(known, verdicts):
    above = made(known, verdicts).inside.partition('id="C001"')[0]
    assert CONTENT_NOTE in above
    assert all(line.name in above and line.address in above for line in support_lines(ROOT))
    assert "<details open>" in above


def test_words_of_the_debate_stand_in_quotation_marks(known, verdicts):
    words = made(known, verdicts).inside.partition('<h2 id="words">')[2]
    assert "“grooming gang”" in words
    assert re.search(r"(?<!“)\bgrooming gangs?\b(?!”)", re.sub(r"“[^”]*”|<td>.*?</td>", "", words)) is None


def test_each_tracker_is_a_table_with_all_its_rows_each_with_source_and_day(known):
    page, held = trackers_page(TRACKED, known), TRACKED.trackers
    for row in (*held.recommendations, *held.inquiries, *held.statements):
        cells = page.inside.partition(f'<tr id="{row.id}">')[2].partition("</tr>")[0]
        assert f", {row.source}, tier" in cells, row.id
        assert re.search(r"\b(19|20)\d\d", cells), row.id
    assert page.inside.count("<tr id=") == sum(
        map(len, (held.recommendations, held.inquiries, held.statements, held.fields))
    ) + sum(event.recommendation in {row.of for row in held.recommendations} for event in held.events)
    assert all(one.words.replace("&", "&amp;") in page.inside for one in held.events if "'" not in one.words)


def test_a_statement_on_a_number_that_is_kept_back_keeps_it_back_too(known):
    silent = [row for row in TRACKED.trackers.statements if TRACKED.silent(row)]
    assert silent
    inside = trackers_page(TRACKED, known).inside
    for row in silent:
        cells = inside.partition(f'<tr id="{row.id}">')[2].partition("</tr>")[0]
        assert "not printed" in cells
        assert f"<td>{row.number} " not in cells


def test_a_contested_statement_leads_to_its_claim_and_the_claim_to_the_statement(known, verdicts):
    row = next(row for row in TRACKED.trackers.statements if row.contested)
    assert f'<a href="claims.html#{row.contested.split()[0]}">' in trackers_page(TRACKED, known).inside
    assert f'<a href="trackers.html#{row.id}">' in made(known, verdicts).inside


def test_every_row_can_be_searched_and_every_place_is_there(known, verdicts):
    for page in (made(known, verdicts), trackers_page(TRACKED, known)):
        assert len(page.parts) > 20
        assert [place for place, _, _ in page.parts if f'id="{place}"' not in page.inside] == []


def test_hostile_text_shows_as_text(known, verdicts):
    claims = [replace(CLAIMS[0], claim=HOSTILE, said_by=HOSTILE, reason=HOSTILE, published=HOSTILE), *CLAIMS[1:]]
    words = [replace(debate_words(ROOT)[0], words=HOSTILE, meaning=HOSTILE, reason=HOSTILE)]
    held = TRACKED.trackers
    hostile = replace(
        held,
        recommendations=(replace(held.recommendations[0], words=HOSTILE, body=HOSTILE), *held.recommendations[1:]),
        statements=(replace(held.statements[0], claim=HOSTILE, occasion=HOSTILE, number=HOSTILE),),
    )
    for inside in (
        made(known, verdicts, claims, words).inside,
        trackers_page(replace(TRACKED, trackers=hostile), known).inside,
    ):
        assert "<script" not in inside
        assert "<img" not in inside
        assert "&lt;script&gt;" in inside
