"""Plans: how a program is to be written, before it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from quintet.agent.lines import Lines


class Plan(BaseModel):
    """One way to solve the problem by a program (OptimAI, arXiv 2504.16918, planner).

    Args:
        solver: The library and solver to use.
        approach: The kind of model or algorithm, in a sentence or two.
        pitfalls: What is easily got wrong.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    solver: str
    approach: str
    pitfalls: Lines = ()


class Plans(BaseModel):
    """What the planner replies."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    plans: tuple[Plan, ...] = Field(min_length=1)


def distinct(plans: Iterable[Plan], known: Sequence[Plan] = ()) -> list[Plan]:
    """The plans that differ from those before them, and from `known`, in solver or in approach."""
    seen = {_gist(plan) for plan in known}
    fresh: list[Plan] = []
    for plan in plans:
        if _gist(plan) not in seen:
            seen.add(_gist(plan))
            fresh.append(plan)
    return fresh


def _gist(plan: Plan) -> tuple[str, str]:
    return _plain(plan.solver), _plain(plan.approach)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
