"""What hostile files cost: each of the corpus in tests/read is made, read by public readers, and measured.

    python benchmarks/hostile_files.py [words of a case]

Every file must be read right or refused with a reason, under 800 MiB and 20 seconds of processor time for each reader,
and none may end the process. Needs Linux.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "read"))
import foreign


def main() -> int:
    """Run every case whose name holds the words given; the exit code is 1 when one is wrong."""
    cases = [case for case in foreign.ALL if " ".join(sys.argv[1:]) in case]
    counts: Counter[str] = Counter()
    most, longest, waited = 0.0, 0.0, 0.0
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            found = foreign.measure(case, Path(folder))
        wrong = foreign.judge(case, found)
        outcomes = list(found["outcomes"].values())
        taken = max((about["processor"] for about in outcomes), default=0.0)
        clock = max((about["clock"] for about in outcomes), default=0.0)
        most, longest, waited = max(most, found["mebibytes"]), max(longest, taken), max(waited, clock)
        refused = bool(outcomes) and isinstance(outcomes[0]["outcome"], str)
        counts["wrong" if wrong else "refused" if refused else "read"] += 1
        said = outcomes[0]["outcome"] if refused else ""
        line = f"{found['mebibytes']:5.0f} MiB {taken:5.1f} s {clock:5.1f} s  {case}: {'; '.join(wrong) or 'good'}"
        print(f"{line}  {said!a:.150}", flush=True)
    print(
        f"{len(cases)} files: {counts['refused']} refused with a reason, {counts['read']} read, "
        f"{counts['wrong']} wrong; "
        f"most memory {most:.0f} MiB, longest {longest:.1f} s of processor time, {waited:.1f} s by the clock"
    )
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
