"""An answer in words: the decision first, then what limits it, then how far to trust it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from quintet.formulation.columns import columns
from quintet.formulation.model import Family
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import agree, clean
from quintet.formulation.wording import amount, cited, element_of, headed, more, number, percent, signed
from quintet.problem import Severity
from quintet.solvers.ending import ENDINGS, told_ending

if TYPE_CHECKING:
    from quintet.agent.answer import Answer, Binding

ROWS = 25
"""Rows of one family that are printed; the rest is counted."""
KEYS = 12

_VERB = {Sense.MINIMIZE: "minimum", Sense.MAXIMIZE: "maximum", Sense.SATISFY: "a plan that fits"}


def tell(answer: Answer) -> str:
    """The answer as text of several short parts."""
    parts = [_title(answer), _explanation(answer), _outcome(answer)]
    if answer.solution.outcome.solved:
        parts += [_decisions(answer), _quantities(answer), _limits(answer)]
    parts += [_trust(answer), _footer(answer)]
    return "\n\n".join(part for part in parts if part)


def _explanation(answer: Answer) -> str:
    return "" if answer.account is None else answer.account.explanation


def _title(answer: Answer) -> str:
    return answer.formulation.title or ""


def _outcome(answer: Answer) -> str:
    solution = answer.solution
    if not solution.outcome.solved:
        return f"{told_ending(solution.outcome)} {solution.message}".strip()
    if answer.sense is Sense.SATISFY or answer.objective is None:
        return f"{_VERB[Sense.SATISFY].capitalize()} was found."
    first, *later = solution.model.objectives
    ending = ENDINGS[solution.outcome] + _gap(answer) + _given_up(answer)
    value = amount(answer.objective, answer.unit)
    lines = [f"{_VERB[answer.sense].capitalize()} {first.name}: {value} ({ending})"]
    for level in later:
        value = amount(answer.objectives[level.name], level.unit)
        lines.append(f"then {_VERB[level.sense]} {level.name}: {value}")
    return "\n".join([*lines, *([solution.message] if solution.message else [])])


def _given_up(answer: Answer) -> str:
    """What the tolerance of the first level left to the later ones."""
    bound, value = answer.solution.bound, answer.objective
    levels = len(answer.solution.model.objectives)
    if answer.status != "optimal" or levels < 2 or bound is None or value is None or agree(bound, value):
        return ""
    return f" level by level; {number(bound)} could be reached, the rest was given up for what comes after"


def _gap(answer: Answer) -> str:
    solution = answer.solution
    if answer.status != "feasible" or solution.gap is None or solution.bound is None:
        return ""
    if solution.gap - solution.gap != 0:
        return f" by {solution.stopped_by}, no bound yet"
    within = f"within {percent(solution.gap)} of the best, bound {number(solution.bound)}"
    return f" by {solution.stopped_by}; {within}"


def _decisions(answer: Answer) -> str:
    model, point = answer.solution.model, answer.solution.point or {}
    blocks = [_block(n, v.family, point[n].tolist(), v.unit) for n, v in model.variables.items()]
    return "\n".join(block for block in blocks if block)


def _quantities(answer: Answer) -> str:
    if answer.evaluation is None or not answer.evaluation.expressions:
        return ""
    families = answer.solution.model.expressions
    blocks = (
        _block(n, families[n].family, v.tolist(), families[n].unit)
        for n, v in answer.evaluation.expressions.items()
    )
    return "That makes\n" + "\n".join("  " + line for block in blocks for line in block.splitlines())


def _block(name: str, family: Family, values: list[float], unit: str) -> str:
    """One family: a line if it is a scalar, else a line per key whose value is not 0."""
    if not family.arity:
        return f"{name} = {amount(values[0], unit)}"
    rows = [(key, v) for key, v in zip(family.keys, values, strict=True) if clean(v)]
    lines = columns([(", ".join(map(str, key)), number(value)) for key, value in rows[:ROWS]])
    return "\n".join([headed(name, unit), *lines, *_rest(len(rows), len(values))])


def _rest(nonzero: int, every: int) -> Iterable[str]:
    if nonzero > ROWS:
        yield f"  {more(nonzero - ROWS)}"
    if not nonzero:
        yield "  none"
    elif nonzero < every:
        yield f"  the other {every - nonzero:,}: 0" if every - nonzero > 1 else "  the other one: 0"


def _limits(answer: Answer) -> str:
    if not answer.binding:
        return "No inequality is at its limit."
    families: dict[str, list[Binding]] = {}
    for row in answer.binding:
        families.setdefault(row.constraint, []).append(row)
    lines = [f"  {_limit(rows, answer)}" for rows in families.values()]
    return "\n".join(["At their limits", *lines])


def _limit(rows: list[Binding], answer: Answer) -> str:
    first = rows[0]
    quote = cited(first.sources)
    if len(rows) > 1 and first.key:
        return f"{first.constraint} for {_keys(rows)}{quote}"
    price = f"; one unit more: {signed(first.price)} {answer.unit}".rstrip() if first.price else ""
    return f"{first.place} = {number(first.value)}{price}{quote}"


def _keys(rows: list[Binding]) -> str:
    shown = [element_of(row.key) + _worth(row) for row in rows[:KEYS]]
    rest = f" and {len(rows) - KEYS:,} more" if len(rows) > KEYS else ""
    return ", ".join(shown) + rest


def _worth(row: Binding) -> str:
    return f" (one more: {signed(row.price)})" if row.price else ""


def _trust(answer: Answer) -> str:
    verification = answer.verification
    lines = [f"Verdict: {answer.verification.label}"]
    lines += [f"  missing: {what}" for what in verification.missing]
    loud = [f for f in answer.findings if f.severity is not Severity.INFO]
    quiet = [f for f in answer.findings if f.severity is Severity.INFO]
    lines += [f"  {f.severity.value}: {f.message}{f' ({f.place})' if f.place else ''}" for f in loud]
    lines += [f"  {f.message}" for f in quiet]
    lines += [f"  assumed: {assumption.text}" for assumption in answer.formulation.assumptions]
    return "\n".join(lines)


def _footer(answer: Answer) -> str:
    solution = answer.solution
    took = "" if answer.account is None else f"\n{answer.account.to_text()}"
    return (
        f"{solution.problem_class.value} by the {answer.origin.value}, solved by {solution.solver} "
        f"{solution.version} in {solution.seconds:.3f} s, {answer.seconds:.2f} s in all.{took}"
    )
