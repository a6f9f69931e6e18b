"""How many textbook problems the reader reads right: one command, figures with n and an interval.

    python benchmarks/reader.py [--set nl4opt_test|nl4opt_dev] [--json] [--show-declined] [--show-wrong]

The folder of the sets is `QUINTET_BENCHMARKS` (default: `shared/benchmarks` beside the repository).

`nl4opt_test` is restricted to the items whose published labels agree (`label_votes.agree > 0, differ == 0`);
an answer is right if its optimum equals the label (strict: in the domain the reader chose; lenient: or as
LP). Labels read `more than` as `at least`; the reader does not, for counts: that difference counts as wrong
in the strict figure. `nl4opt_dev` has no labels: the optimum is compared with that of the declaration that
comes with the item, solved in the domain the reader chose (strict) or in the other as well (lenient).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from benchmarks.reader_models import Optimum, ReaderAnswer, declared_optimum  # noqa: E402  (needs the path above)

RELATIVE, ABSOLUTE = 1e-4, 5e-3
SETS = ("nl4opt_test", "nl4opt_dev")


@dataclass
class Score:
    """The figures of one set; `wrong` and `declined` name the items."""

    dataset: str
    n: int = 0
    right: int = 0
    right_lenient: int = 0
    wrong: list[str] = field(default_factory=list)
    wrong_lenient: list[str] = field(default_factory=list)
    declined: list[tuple[str, str]] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """Items that were not declined."""
        return self.n - len(self.declined)


def folder() -> Path:
    """Where the sets are."""
    return Path(os.environ.get("QUINTET_BENCHMARKS", REPOSITORY.parent / "shared" / "benchmarks"))


def rows_of(dataset: str) -> list[dict[str, Any]]:
    """The items of a set that count."""
    lines = (folder() / f"{dataset}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [row for row in rows if dataset != "nl4opt_test" or _agreed(row)]


def _agreed(row: dict[str, Any]) -> bool:
    votes = row["extra"].get("label_votes") or {}
    return votes.get("agree", 0) > 0 and votes.get("differ", 0) == 0


def score(dataset: str) -> Score:
    """Read and solve every item of a set."""
    from quintet.errors import QuintetError

    result = Score(dataset)
    for row in rows_of(dataset):
        result.n += 1
        try:
            _score_row(row, result)
        except QuintetError as declined:
            result.declined.append((row["id"], str(declined)))
    return result


def _score_row(row: dict[str, Any], result: Score) -> None:
    answer = ReaderAnswer(row["question"])
    told, expected = answer.optimum(), _expected(row, answer.is_integer)
    strict = _agree(told, expected[0])
    others = () if strict else (told, answer.optimum(relaxed=True))
    lenient = strict or any(_agree(ours, theirs) for ours in others for theirs in expected)
    result.right += strict
    result.right_lenient += lenient
    if not strict:
        result.wrong.append(f"{row['id']}: {told} instead of {' or '.join(map(str, expected))}")
    if not lenient:
        result.wrong_lenient.append(row["id"])


def _expected(row: dict[str, Any], is_integer: bool) -> list[Optimum]:
    if row["answer_status"] == "infeasible":
        return [Optimum("infeasible", None)]
    if row["answer"] is not None:
        return [Optimum("optimal", float(row["answer"]))]
    declaration = row["extra"]["formulation"]
    return [declared_optimum(declaration, integer) for integer in (is_integer, not is_integer)]


def _agree(ours: Optimum, theirs: Optimum) -> bool:
    if ours.value is None or theirs.value is None:
        return ours.status == theirs.status
    return abs(ours.value - theirs.value) <= RELATIVE * abs(theirs.value) + ABSOLUTE


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % Wilson interval of a share."""
    if n == 0:
        return 0.0, 1.0
    share, spread = hits / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return middle - half, middle + half


def _line(name: str, hits: int, n: int) -> str:
    low, high = wilson(hits, n)
    share = f"{hits:>4} of {n:<4}{100 * hits / max(n, 1):6.1f} %"
    return f"  {name:<26}{share}   95 % interval {100 * low:.1f} to {100 * high:.1f} %"


def report(result: Score) -> str:
    """The figures as text."""
    import highspy

    today = datetime.now(UTC).date().isoformat()
    versions = f"Python {platform.python_version()}, highspy {highspy.Highs().version()}"
    lines = [
        f"{result.dataset}: n = {result.n}, {today}, {versions}",
        _line("answered", result.answered, result.n),
        _line("right (our domain)", result.right, result.n),
        _line("right (or as LP)", result.right_lenient, result.n),
        _line("wrong of answered", len(result.wrong), result.answered),
        _line("wrong of answered, lenient", len(result.wrong_lenient), result.answered),
        _line("declined", len(result.declined), result.n),
    ]
    return "\n".join(lines)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", choices=SETS, action="append", dest="sets")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show-declined", action="store_true")
    parser.add_argument("--show-wrong", action="store_true")
    options = parser.parse_args()
    results = [score(dataset) for dataset in options.sets or SETS]
    if options.json:
        print(json.dumps([{**asdict(result), "answered": result.answered} for result in results], indent=2))
        return 0
    for result in results:
        print(report(result))
        if options.show_wrong:
            print("\n".join(f"  wrong    {line}" for line in result.wrong))
        if options.show_declined:
            print("\n".join(f"  declined {name}: {why}" for name, why in result.declined))
    return 0


if __name__ == "__main__":
    sys.exit(main())
