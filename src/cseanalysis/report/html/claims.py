"""The page of claims: numbers that are quoted and that no usable source states, and the words of the debate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from cseanalysis.export.markup import web_address
from cseanalysis.report.html.cards import link_to, links_to
from cseanalysis.report.html.register import filtered_table
from cseanalysis.report.html.shell import Entry, Page
from cseanalysis.study.evidence.claim_tables import whole_cell
from cseanalysis.study.evidence.claimed import CONTENT_NOTE
from cseanalysis.study.evidence.support import unseen_note

if TYPE_CHECKING:
    from cseanalysis.lineage import Card
    from cseanalysis.register.claims import Verdict
    from cseanalysis.register.trackers import PublicStatement
    from cseanalysis.study.data.judgement import ContestedClaim
    from cseanalysis.study.evidence.claim_tables import DebateWord
    from cseanalysis.study.evidence.support import SupportLine

CLAIMS = Entry("claims", "Numbers that are quoted and contested")
VERDICT = "not supported"  # of every claim of the table, which holds no other
_NOT_READ = "not understood"


def sentence_of(claim: ContestedClaim) -> str:
    """Return a claim as a sentence that `register.claims.check` can be asked."""
    return f"{claim.claim}: {claim.published}."


def quotable(claim: ContestedClaim, claims: Mapping[str, ContestedClaim]) -> str:
    """Return what may be quoted of a claim as it stands: who said it, that no usable source states it, and why."""
    said = f"{claim.claim} ({claim.published}; {claim.said_by})"
    return f"{said}: no usable source states it. {' '.join(whole_cell(claim, 'reason', claims).split())}"


def claims_page(
    claims: Sequence[ContestedClaim],
    verdicts: Sequence[Verdict],
    *,
    words: Sequence[DebateWord],
    statements: Iterable[PublicStatement],
    support: Sequence[SupportLine],
    cards: Mapping[str, Card],
    publications: Mapping[str, Mapping[str, Any]],
    hidden: Collection[str],
) -> Page:
    """Return the page; ``verdicts`` are those of the sentences of the claims, in the same order.

    Of figures that are ``hidden``, whose number is kept back, none is called near to a claim.

    Raises
    ------
    ValueError
        When the register bears out a claim that the table calls contested.
    """
    if wrong := [
        f"{claim.id} is {found.word}"
        for claim, found in zip(claims, verdicts, strict=True)
        if found.word not in (VERDICT, _NOT_READ, "refused")
    ]:
        raise ValueError(
            f"data/judgement/contested_claims.csv: {'; '.join(wrong)} by the register; take it out of the table or "
            "mend the figure"
        )
    known, shown = {claim.id: claim for claim in claims}, {name: cards[name] for name in cards if name not in hidden}
    made = {name: [one for one in statements if name in one.contested.split()] for name in known}
    blocks = "\n".join(
        _claim(claim, found, words=words, made=made[claim.id], claims=known, cards=shown, publications=publications)
        for claim, found in zip(claims, verdicts, strict=True)
    )
    inside = _PAGE.format(
        title=escape(CLAIMS.title), note=CONTENT_NOTE, help=_help(support), claims=blocks, words=_words(words, cards)
    )
    parts = [
        (claim.id, f"{claim.claim}: {claim.published}", f"{VERDICT}; {claim.said_by}; {claim.reason}")
        for claim in claims
    ]
    parts += [
        (
            "words",
            f"“{word.words.split('|')[0]}”",
            f"{'; '.join(f'“{one}”' for one in word.words.split('|'))}: {word.meaning}; {word.reason}",
        )
        for word in words
    ]
    also: dict[str, str] = {}
    for word in words:
        for name in word.figures:
            also[name] = f"{also[name]}|{word.words}" if name in also else word.words
    return Page(CLAIMS, inside, ("register.js",), {}, tuple(parts), also)


def _claim(
    claim: ContestedClaim,
    found: Verdict,
    *,
    words: Iterable[DebateWord],
    made: Iterable[PublicStatement],
    claims: Mapping[str, ContestedClaim],
    cards: Mapping[str, Card],
    publications: Mapping[str, Mapping[str, Any]],
) -> str:
    of_words = (name for word in words if claim.id in word.contested for name in word.figures)
    near = [name for name in dict.fromkeys((*of_words, *found.figures)) if name in cards]
    source = publications[claim.source]
    facts = {
        "Said by": escape(f"{claim.said_by}; {claim.said}"),
        "Of": escape(claim.place),
        "By which rule": escape(whole_cell(claim, "rule", claims)),
        "Why it cannot be used": escape(whole_cell(claim, "reason", claims)),
        "What would be needed": escape(whole_cell(claim, "would_need", claims)),
        "The nearest figures, which do not state it": _listed(_figure(name, cards) for name in near),
        "Made or repeated": _listed(
            f'<a href="trackers.html#{escape(one.id)}">{escape(one.id)}</a>: {escape(one.speaker)}, {escape(one.date)}'
            for one in made
        ),
        "Read in": escape(f"{source['publisher']}, {source['published'] or 'undated'}, tier {source['tier']}"),
        "To quote": f"<blockquote>{escape(quotable(claim, claims))}</blockquote>",
    }
    listed = "".join(f"<dt>{name}</dt><dd>{said}</dd>\n" for name, said in facts.items() if said)
    return (
        f'<section class="card" id="{escape(claim.id)}">\n<h3>{escape(claim.claim)}: “{escape(claim.published)}” '
        f'<code>{escape(claim.id)}</code></h3>\n<p class="says">{VERDICT.capitalize()}</p>\n'
        f'<dl class="card">\n{listed}</dl>\n</section>'
    )


def _figure(name: str, cards: Mapping[str, Card]) -> str:
    return (
        f"{link_to(name, cards)}: {escape(cards[name].title)}, {escape(cards[name].says)}; {escape(cards[name].as_of)}"
    )


def _listed(lines: Iterable[str]) -> str:
    found = list(lines)
    return f"<ul>{''.join(f'<li>{line}</li>' for line in found)}</ul>" if found else ""


def _help(support: Sequence[SupportLine]) -> str:
    listed = _listed(
        f'<a href="{escape(web_address(line.address))}">{escape(line.name)}</a>, {escape(line.printed)}: '
        f"{escape(line.for_whom)}"
        for line in support
    )
    return f"{listed}<p>{note}</p>" if (note := unseen_note(support)) else listed


def _words(words: Sequence[DebateWord], cards: Mapping[str, Card]) -> str:
    rows = [
        f'<tr><th scope="row">{"; ".join(f"“{escape(one)}”" for one in word.words.split("|"))}</th>'
        f"<td>{escape(word.meaning)}</td><td>{links_to(word.figures, cards)}</td>"
        f"<td>{escape(word.not_taken_as or '')}</td><td>{escape(word.reason)}</td></tr>"
        for word in words
    ]
    columns = ("Words", "What they mean here", "Figures", "Not to be taken for", "Why")
    return filtered_table(columns, {}, rows, "entries")


_PAGE = """<h1>{title}</h1>
<section class="note" aria-label="Content note and support"><p>{note}</p>
<details open><summary>Where support is found</summary>{help}</details></section>
<p>Each of these numbers is quoted in the debate. None has a source that could bear it out, which makes it neither false
nor rare. <code>cseanalysis claim "..."</code> holds any other sentence against the register.</p>
<h2>The claims</h2>
{claims}
<h2 id="words">Words of the debate</h2>
<p>Words that people use for what is counted, in quotation marks because they are theirs, and the class of the register
that comes nearest.</p>
{words}"""
