"""Which plan is debugged next: OptimAI's UCB rule as published, a sound variant, and two baselines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PUBLISHED_WEIGHT = 10 * math.sqrt(2)
"""c of the paper, for scores from 1 to 10 (OptimAI, arXiv 2504.16918)."""
AVERAGED_WEIGHT = math.sqrt(2)
"""c of UCB1 for rewards in [0, 1] (Auer, Cesa-Bianchi, Fischer, Machine Learning 47, 2002)."""
IN_A_ROW = 3
"""Most times that one plan is debugged before another is tried."""


class Rule(StrEnum):
    """How the plan to debug is chosen."""

    PUBLISHED = "published"
    AVERAGED = "averaged"
    ROUND_ROBIN = "round-robin"
    GREEDY = "greedy"


@dataclass(frozen=True)
class Arm:
    """A plan as the scheduler sees it.

    Args:
        scores: What the decider gave it in each round so far, 1 to 10, the last one last.
        pulls: n of the paper, from 1: it was coded once before any debugging.
    """

    scores: Sequence[float]
    pulls: int = 1


def choose(rule: Rule, arms: Sequence[Arm], history: Sequence[int] = ()) -> int:
    """The plan to debug next; ties go to the first.

    Args:
        rule: Which rule.
        arms: The plans.
        history: Plans debugged so far, the last one last. One that was debugged `IN_A_ROW` times in a
            row waits until another was tried.

    Raises:
        ValueError: There are no arms.
    """
    if not arms:
        raise ValueError("there is no plan to choose from")
    values = worths(rule, arms)
    tired = _tired(history) if len(arms) > 1 else None
    return max((k for k in range(len(arms)) if k != tired), key=lambda k: (values[k], -k))


def worths(rule: Rule, arms: Sequence[Arm]) -> list[float]:
    """What each plan is worth under a rule; the largest is chosen."""
    total = sum(arm.pulls for arm in arms)
    if rule is Rule.PUBLISHED:
        return [_latest(arm) + _bonus(PUBLISHED_WEIGHT, total, arm.pulls) for arm in arms]
    if rule is Rule.AVERAGED:
        return [_mean(arm) / 10 + _bonus(AVERAGED_WEIGHT, total, arm.pulls) for arm in arms]
    if rule is Rule.ROUND_ROBIN:
        return [float(-arm.pulls) for arm in arms]
    return [_latest(arm) for arm in arms]


def _bonus(weight: float, total: int, pulls: int) -> float:
    """Weight · sqrt(ln(Σ n_j) / n_i)."""
    return weight * math.sqrt(math.log(total) / pulls)


def _latest(arm: Arm) -> float:
    return float(arm.scores[-1]) if arm.scores else 1.0


def _mean(arm: Arm) -> float:
    return sum(arm.scores) / len(arm.scores) if arm.scores else 1.0


def _tired(history: Sequence[int]) -> int | None:
    last = list(history[-IN_A_ROW:])
    return last[0] if len(last) == IN_A_ROW and len(set(last)) == 1 else None
