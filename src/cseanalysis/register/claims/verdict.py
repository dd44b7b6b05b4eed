"""The answer to a sentence: one word, what was understood, figures, arithmetic, reasons, and a sentence to quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cseanalysis.said import Words, speaks

if TYPE_CHECKING:
    import pandas as pd

Word = Literal[
    "supported",
    "supported with correction",
    "right number, wrong thing",
    "comparison not valid",
    "contradicted",
    "cannot be told",
    "not supported",
    "refused",
    "not understood",
]


@speaks
@dataclass(frozen=True, slots=True)
class Verdict:
    """What the register says of a sentence.

    Parameters
    ----------
    sentence
        The sentence as it was read.
    word
        ``"supported"``; ``"supported with correction"``; ``"right number, wrong thing"`` (the figure exists and counts
        something else); ``"comparison not valid"``; ``"contradicted"`` (the figures exclude it); ``"cannot be told"``
        (they allow it and its opposite); ``"not supported"`` (no usable source, which makes it neither false nor rare);
        ``"refused"``; or ``"not understood"``.
    understood
        Every part of the sentence and as what it was read, in its order.
    figures
        Ids of the figures that the answer rests on, the nearest ones where it rests on none.
    arithmetic
        What was worked out, with the numbers.
    reasons
        Why the word is this one.
    would_need
        What would have to be published to tell more.
    statement
        Sentences that may be quoted as they stand.

    Notes
    -----
    ``print`` gives the word, what was understood, and all of the above.
    """

    sentence: str
    word: Word
    understood: tuple[tuple[str, str], ...]
    figures: tuple[str, ...]
    arithmetic: tuple[str, ...]
    reasons: tuple[str, ...]
    would_need: str
    statement: str

    def to_frame(self) -> pd.DataFrame:
        """Return a row a part of the sentence: ``words`` and ``read_as``."""
        import pandas as pd

        return pd.DataFrame(list(self.understood), columns=["words", "read_as"])

    def as_dict(self) -> dict[str, object]:
        """Return the answer as plain lists and texts, ready for JSON."""
        return {
            "sentence": self.sentence,
            "verdict": self.word,
            "understood": [{"words": words, "read_as": meaning} for words, meaning in self.understood],
            "figures": list(self.figures),
            "arithmetic": list(self.arithmetic),
            "reasons": list(self.reasons),
            "would_need": self.would_need,
            "statement": self.statement,
        }

    def _says(self) -> Words:
        more = [self.statement, *(f"arithmetic: {line}" for line in self.arithmetic)]
        more += [f"because: {reason}" for reason in self.reasons]
        more += [f"figures: {', '.join(self.figures)}"] if self.figures else []
        more += [f"would need: {self.would_need}"] if self.would_need else []
        return Words(self.word, tuple(more))
