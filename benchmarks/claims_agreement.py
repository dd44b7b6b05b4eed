"""How often the checker of claims and two readers agree: 120 sentences as the public debate makes them.

    python benchmarks/claims_agreement.py

The sentences were written for this by a reader who had not seen the checker: 40 that inflate, 40 that belittle, 40
neutral, 21 pairs that mirror each other. The first reader wrote and coded them, the second coded them without having
seen that. Half was kept back while the checker was mended. A verdict agrees when either reader gave it; recall and
precision are those of the first reader's.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from cseanalysis.register import claims

SENTENCES = Path(__file__).with_name("debate_claims.csv")


def main() -> None:
    """Print agreement, and recall and precision of each verdict, of both halves."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    print(kappa([row["first_reader"] for row in rows], [row["second_reader"] for row in rows]))
    verdicts = [verdict.word for verdict in claims.check_all([row["sentence"] for row in rows])]
    for half, words in (("no", "seen while it was mended"), ("yes", "kept back")):
        chosen = [(row, word) for row, word in zip(rows, verdicts, strict=True) if row["kept_back"] == half]
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
