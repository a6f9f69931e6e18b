"""What speaks against a decision: an irreducible set of limits, told by family and clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quintet.errors import QuintetError
from quintet.formulation.model import Model
from quintet.formulation.schema import Kind
from quintet.formulation.wording import MOST, cited, element_of, listed, number, sentence
from quintet.solvers.options import Options

if TYPE_CHECKING:
    from quintet.solvers.diagnosis.limit import Limit
    from quintet.solvers.diagnosis.subset import Subset

TIME_LIMIT = "time limit"
"""How the deletion filter says that it was stopped by its clock."""
SHOWN = 4
"""Rows of one family that are named; the rest is counted."""


@dataclass(frozen=True)
class Reason:
    """The members of one family among the limits that speak against a decision.

    Args:
        name: The constraint, or the variable whose bound it is.
        members: The rows, at least one.
        proven: Whether each was proved to be needed.
        rows: Rows that the family has.
    """

    name: str
    members: tuple[Limit, ...]
    proven: bool
    rows: int

    @property
    def sources(self) -> tuple[str, ...]:
        """The clauses behind it."""
        return tuple(dict.fromkeys(source for member in self.members for source in member.sources))

    @property
    def definition(self) -> bool:
        """Whether it only says what a quantity is, or is a bound."""
        return all(member.kind_of in (Kind.DEFINITION, None) for member in self.members)

    def to_text(self) -> str:
        """One line."""
        doubt = "" if self.proven else " (not proven necessary)"
        return f"{self._places()}{doubt}{cited(self.sources)}"

    def _places(self) -> str:
        first, *more = self.members
        if not more:
            return first.place
        if first.kind.value != "constraint":
            return f"{self.name}{self._bound()} ({self._share()})"
        if len(self.members) > SHOWN:
            return f"{self.name} ({self._share()})"
        return f"{self.name} for {listed((element_of(member.key) for member in self.members), MOST)}"

    def _bound(self) -> str:
        """` >= 0`, if it is the same for all."""
        ends = {member.value for member in self.members}
        end = ends.pop() if len(ends) == 1 else None
        sign = self.members[0].sign
        return f" {sign} {number(end)}" if end is not None else f" {sign} its bound"

    def _share(self) -> str:
        count = len(self.members)
        return f"all {count:,}" if count == self.rows else f"{count:,} of {self.rows:,}"

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "name": self.name,
            "kind": self.members[0].kind.value,
            "rows": self.rows,
            "places": [member.place for member in self.members],
            "sources": list(self.sources),
            "proven": self.proven,
        }


@dataclass(frozen=True)
class Reasons:
    """Limits that can't hold together with a forced decision.

    Args:
        families: By family, in the order of the document.
        irreducible: Whether each was shown to be needed.
        found: Whether the search for them gave any answer.
        note: Why it gave none, or why it is not known which of them are needed.
    """

    families: tuple[Reason, ...] = ()
    irreducible: bool = False
    found: bool = False
    note: str = ""

    @property
    def only_definitions(self) -> bool:
        """Whether nothing that somebody decided, and no physics, is among them."""
        return self.found and all(reason.definition for reason in self.families)

    def to_text(self) -> str:
        """One line a family."""
        if not self.families:
            return ""
        lines = [f"  {reason.to_text()}" for reason in self.families]
        if self.irreducible and self.count > 1:
            lines.append(f"None of these {self.count:,} can be left out; others may speak against it too.")
        if self.note:
            lines.append(sentence(self.note))
        return "\n".join(lines)

    @property
    def count(self) -> int:
        """Limits, all families together."""
        return sum(len(reason.members) for reason in self.families)

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        families = [reason.record() for reason in self.families]
        return {"found": self.found, "irreducible": self.irreducible, "limits": families, "note": self.note}


def reasons(system: Model, background: set[str], options: Options, patience: float | None = None) -> Reasons:
    """An irreducible set of limits that makes an infeasible system infeasible.

    That amounts are not negative is taken for granted, as the domain of a binary is: it would be
    most of the set, and tells nobody anything.

    Args:
        system: The infeasible model.
        background: Constraints that stand for the question and are no reasons themselves.
        options: Of the solves.
        patience: Seconds for leaving limits out one by one if `options` have no time limit.
    """
    from quintet.solvers.diagnosis import irreducible_subset
    from quintet.solvers.diagnosis.limit import limits

    candidates = [limit for limit in limits(system) if _counts(limit, background)]
    try:
        subset = irreducible_subset(system, options, candidates, patience)
    except QuintetError as error:  # time is up, or solvers disagree: the price is known all the same
        return Reasons(note=str(error))
    groups: dict[tuple[str, str], list[tuple[Limit, bool]]] = {}
    for member, proven in zip(subset.members, subset.proven, strict=True):
        groups.setdefault((member.kind.value, member.name), []).append((member, proven))
    families = [
        Reason(name, tuple(m for m, _ in group), all(sure for _, sure in group), _rows(system, group[0][0]))
        for (_, name), group in groups.items()
    ]
    return Reasons(tuple(families), subset.irreducible, found=True, note=_cut_short(subset))


def _cut_short(subset: Subset) -> str:
    """What a search that ran out of time left open; "" if it did not."""
    if TIME_LIMIT not in subset.doubts:
        return ""
    count, needed = len(subset.members), sum(subset.proven)
    return (
        f"{needed:,} of these {count:,} are proven to be needed; the search for those that can be left out "
        "ran out of time, and a longer --time-limit gives it more"
    )


def _counts(limit: Limit, background: set[str]) -> bool:
    """Whether a limit can be a reason."""
    from quintet.solvers.diagnosis.limit import LimitKind

    if limit.kind is LimitKind.CONSTRAINT:
        return limit.name not in background
    return not (limit.kind is LimitKind.LOWER and limit.value == 0)


def _rows(model: Model, member: Limit) -> int:
    bound = member.name in model.variables and member.sign
    return len((model.variables if bound else model.constraints)[member.name].family)
