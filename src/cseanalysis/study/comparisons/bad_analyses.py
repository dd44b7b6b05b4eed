"""Known bad analyses, each tried in earnest: the package must refuse it, or bound what it claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.register.claims.verdict import Word
from cseanalysis.study.comparisons.attempts import WAYS, WentThroughError
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.values import Estimate

_VERDICTS = tuple(word for word in get_args(Word) if word != "supported")
Direction = Literal["exaggerates", "belittles", "either way"]


@dataclass(frozen=True, slots=True)
class BadAnalysis:
    """A bad analysis: what is confused, the kind of speaker, the analysis in a sentence, which way it misleads."""

    # ``tried`` is the way in which it is tried, one of `attempts.WAYS`, and ``figures`` what that is handed; ``claim``
    # is the same as a sentence, and ``verdict`` what the checker of claims answers to it.

    name: str
    speaker: str
    analysis: str
    direction: str
    tried: str
    figures: tuple[str, ...]
    claim: str
    verdict: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse a direction, a way or a verdict that nobody knows, and other figures than the way takes."""
        if self.direction not in get_args(Direction):
            raise ValueError(f"{self.name}: misleads {self.direction!r}; write {', '.join(get_args(Direction))}")
        if self.tried not in WAYS:
            raise ValueError(f"{self.name}: is tried as {self.tried!r}; write one of {', '.join(WAYS)}")
        if len(self.figures) != WAYS[self.tried].takes:
            raise ValueError(f"{self.name}: {self.tried!r} takes {WAYS[self.tried].takes} figures; not {self.figures}")
        if self.verdict not in _VERDICTS:
            raise ValueError(
                f"{self.name}: its claim is to be {self.verdict!r}; write one of {', '.join(_VERDICTS)}, as what is a "
                "mistake is never just supported"
            )


def bad_analyses(root: Path | str | None = None) -> tuple[BadAnalysis, ...]:
    """Return the rows of ``data/judgement/bad_analyses.csv``, in the order in which the chapter prints them."""
    return read_judgement("bad_analyses", BadAnalysis, root)


def run_attempts(figures: Mapping[str, Figure], attempts: Iterable[BadAnalysis]) -> pd.DataFrame:
    """Try bad analyses on the register."""
    rows = []
    for one in attempts:
        try:
            kind, sentence = WAYS[one.tried].answer(figures, *one.figures)
        except WentThroughError as error:
            raise WentThroughError(f"{one.name}: {error}") from error
        rows.append((one.name, one.speaker, one.analysis, one.direction, kind, sentence))
    return pd.DataFrame(rows, columns=["attempt", "speaker", "tried", "direction", "kind", "answer"])


def redteam_results(figures: Mapping[str, Figure], attempts: Iterable[BadAnalysis]) -> list[Estimate]:
    """Return how many attempts there are, and how many get each kind of answer."""
    kinds = run_attempts(figures, attempts)["kind"].value_counts()
    unit, basis = "bad analyses", ("figures",)
    named = (("refused", "refused"), ("bounded", "bounded"), ("unclear", "no clear change"))
    return [
        Estimate("attempts_tried", unit, int(kinds.sum()), basis=basis, procedure="number of rows of bad_analyses.csv"),
        *(
            Estimate(
                f"attempts_{name}",
                unit,
                int(kinds.get(kind, 0)),
                basis=basis,
                procedure=f"number of rows of bad_analyses.csv that are answered, when tried on figures, with {kind}",
            )
            for name, kind in named
        ),
    ]
