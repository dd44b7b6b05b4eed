"""How often the checker of claims and its readers agree: 300 sentences as the public debate makes them.

    python benchmarks/claims_agreement.py

Round 1 is 120 sentences by a reader who had not seen the checker (40 that inflate, 40 that belittle, 40 neutral), coded
a second time by a reader who had not seen the first's verdicts; half was kept back while the checker was mended, and
all of it was seen when the checker was mended again. Round 2 is 60 more (20, 20 and 20), written before that mending
and coded by their writer alone, who says why; a drawn half was kept back. Round 3 is 120 more (40, 40 and 40) by a
writer who had seen the register and one page of the documentation and not the checker, coded by two readers from the
sentence and the register alone; every second was kept back while the checker was mended a third time. A verdict agrees
when a reader gave it; recall and precision are those of the first reader's.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from cseanalysis.register import claims

SENTENCES = Path(__file__).with_name("debate_claims.csv")
SETS = {
    ("1", "no"): "round 1, seen while the checker was made",
    ("1", "yes"): "round 1, kept back then and seen since",
    ("2", "no"): "round 2, seen while it was mended",
    ("2", "yes"): "round 2, kept back then and seen since",
    ("3", "no"): "round 3, seen while it was mended again",
    ("3", "yes"): "round 3, kept back",
}


def main() -> None:
    """Print agreement, and recall and precision of each verdict, of each set."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    twice = [row for row in rows if row["second_reader"]]
    print(kappa([row["first_reader"] for row in twice], [row["second_reader"] for row in twice]))
    verdicts = [verdict.word for verdict in claims.check_all([row["sentence"] for row in rows])]
    for (round_, half), words in SETS.items():
        chosen = [
            (row, word)
            for row, word in zip(rows, verdicts, strict=True)
            if (row["round"], row["kept_back"]) == (round_, half)
        ]
        agreed = sum(word in {row["first_reader"], row["second_reader"]} for row, word in chosen)
        print(f"\n{words}: {agreed} of {len(chosen)} agree")
        pairs = Counter((row["first_reader"], word) for row, word in chosen)
        for one in sorted({row["first_reader"] for row, _ in chosen} | {word for _, word in chosen}):
            coded = sum(count for (expected, _), count in pairs.items() if expected == one)
            given = sum(count for (_, got), count in pairs.items() if got == one)
            print(f"  {one:<26} recall {pairs[one, one]} of {coded}, precision {pairs[one, one]} of {given}")
        wrong = [
            row["id"]
            for row, word in chosen
            if word.startswith("supported")
            and not any(row[reader].startswith("supported") for reader in ("first_reader", "second_reader"))
        ]
        print(f"  wrongly supported: {', '.join(wrong) or 'none'}")


def kappa(first: list[str], second: list[str]) -> str:
    """Say how often two readers agree, and Cohen's kappa."""
    both = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
    one, two = Counter(first), Counter(second)
    chance = sum(one[word] * two[word] for word in one) / len(first) ** 2
    return f"the readers agree on {both:.1%} of {len(first)} (kappa {(both - chance) / (1 - chance):.2f})"


if __name__ == "__main__":
    main()
