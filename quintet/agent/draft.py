"""A formulation as the formulator wrote it, with what is wrong with it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Draft(BaseModel):
    """A formulation under work.

    Args:
        document: The document as text, JSON or YAML; empty if the reply held none.
        faults: What must be mended before it can be solved, or should be if there are tries left.
        usable: Whether it binds to its data, so that it can be solved as it stands.
        revision: How often it was mended.
        edited: Whether a person changed it.
        doubted: Whether the formulator was asked to look again because no plan, or no best one, exists, or
            because the best is to do nothing.
        warned: Whether it was told what may be wrong; that is told once.
        repeated: Whether the last repair left the document as it was.
        before: The last usable document before this one: what is gone back to if the repairs make it worse.
        trouble: Why the last reply could not be used; empty if it could.
    """

    model_config = ConfigDict(frozen=True)

    document: str
    faults: tuple[str, ...] = ()
    usable: bool = False
    revision: int = 0
    edited: bool = False
    doubted: bool = False
    warned: bool = False
    repeated: bool = False
    before: str = ""
    trouble: str = ""


class Solved(BaseModel):
    """What the solver said of a draft, in brief; the solution itself is not part of a checkpoint.

    Args:
        outcome: How the solve ended.
        objective: Value in the user's sense, None without a point.
        message: What there is to say.
        satisfied: Whether a plan was found where nothing is to be optimized: there is no optimum to compare.
    """

    model_config = ConfigDict(frozen=True)

    outcome: str
    objective: float | None = None
    message: str = ""
    satisfied: bool = False
