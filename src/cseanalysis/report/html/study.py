"""The pages that need a whole study: forces, claims, trackers, pairs of figures, assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cseanalysis.lineage import Lineage
from cseanalysis.report.html.assumptions import assumptions_page, moving_of, study_reach
from cseanalysis.report.html.claims import claims_page, sentence_of
from cseanalysis.report.html.pairs import pairs_page
from cseanalysis.report.html.register import FORCES, forces_page
from cseanalysis.report.html.shell import Page
from cseanalysis.report.html.trackers import trackers_page
from cseanalysis.study.data.assumptions import load_assumptions, load_clustering
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.judgement import contested_claims
from cseanalysis.study.evidence.claim_tables import debate_words, load_claim_tables
from cseanalysis.study.evidence.support import support_lines
from cseanalysis.study.evidence.trackers import load_trackers
from cseanalysis.study.kept import Kept
from cseanalysis.study.lookup import not_printed

if TYPE_CHECKING:
    from cseanalysis.lineage import Card
    from cseanalysis.study.data.project import Project
    from cseanalysis.study.evidence.trackers import Tracked
    from cseanalysis.values import Assumption


def further_pages(project: Project, cards: Mapping[str, Card], folder: Path) -> tuple[Page, ...]:
    """Return the pages beside chapters and cards, none without the tables of a whole study.

    Parameters
    ----------
    project
        The study, with its results.
    cards
        What each number rests on, by id.
    folder
        Where what takes long is kept until data or code change.
    """
    if not (project.processed / "recorded_offences.csv").is_file():
        return ()
    kept = Kept.of(project, folder)
    tracked = load_trackers(project.root)
    return (
        _forces(project, cards),
        _claims(project, cards, tracked),
        trackers_page(tracked, cards),
        _pairs(project, cards, kept),
        _assumptions(project, cards, kept),
    )


def _forces(project: Project, cards: Mapping[str, Card]) -> Page:
    from cseanalysis.study.recorded.force_book import newest_counts

    counts = newest_counts(project)
    table = counts.to_csv(index=False, lineterminator="\n").encode("utf-8")
    parts = (("main", FORCES.title, "; ".join(dict.fromkeys(counts["force"]))),)
    return Page(FORCES, forces_page(counts, cards), ("register.js",), {"tables/forces.csv": table}, parts)


def _claims(project: Project, cards: Mapping[str, Card], tracked: Tracked) -> Page:
    from cseanalysis.register.claims import check_all

    claims, statements = contested_claims(project.root), tracked.trackers.statements
    verdicts = check_all(map(sentence_of, claims), load_claim_tables(project.root))
    words, support = debate_words(project.root), support_lines(project.root)
    return claims_page(
        claims,
        verdicts,
        words=words,
        statements=statements,
        support=support,
        cards=cards,
        publications=tracked.publications,
        hidden=tracked.hidden,
    )


def _pairs(project: Project, cards: Mapping[str, Card], kept: Kept) -> Page:
    figures = load_figures(project.root)
    hidden = not_printed(project.root, figures)
    return pairs_page(figures, cards, hidden, kept, load_clustering(project.root))


def _assumptions(project: Project, cards: Mapping[str, Card], kept: Kept) -> Page:
    from cseanalysis.study.results import homes, read_inputs, recomputed

    lineage = Lineage(project)
    moving, inputs, assumptions = moving_of(lineage), read_inputs(project), load_assumptions(project.root)
    home = homes(inputs, assumptions, kept=kept)

    def takes(at: Mapping[str, Assumption], moved: tuple[str, ...]) -> bool:
        try:
            recomputed(inputs, at, sorted({home[name] for name in moved}))
        except (ValueError, ArithmeticError):
            return False
        return True

    return assumptions_page(moving, study_reach(assumptions, moving, kept, takes), cards, assumptions)
