"""The comparison of the two readings: what the formulation's solution and the programs say of each other."""

from __future__ import annotations

from collections import Counter

from quintet.agent.asking import Update, node
from quintet.agent.context import Context
from quintet.agent.draft import Solved
from quintet.agent.program import WITHOUT_PLAN, Attempt
from quintet.agent.state import Note, State
from quintet.formulation.tolerances import agree


@node("comparer")
async def compare(state: State, context: Context) -> Update:
    """Note whether the two readings come to the same optimum; no model is asked."""
    solved, attempt = state.solved, winner(state.attempts)
    if solved is None or attempt is None:
        return {}
    message = comparison(solved, attempt)
    context.say("comparer", message)
    return {"notes": [Note(role="comparer", message=message)]}


def comparison(solved: Solved, attempt: Attempt) -> str:
    """How the two outcomes compare, in one line."""
    theirs = _outcome(attempt)
    if solved.satisfied and same(solved, attempt):
        return "formulation and program both find a plan"
    if same(solved, attempt):
        return f"formulation and program come to the same result: {theirs}"
    ours = solved.outcome if solved.objective is None else f"{solved.objective:.9g}"
    return f"formulation and program differ: {ours} against {theirs}"


def same(solved: Solved, attempt: Attempt) -> bool:
    """Whether both come to the same optimum, or both to none; to a plan, where that is all that is asked."""
    trial = attempt.trial
    if trial is None:
        return False
    if solved.satisfied:
        return trial.outcome not in WITHOUT_PLAN
    if solved.objective is None or trial.objective is None:
        return solved.objective is trial.objective and solved.outcome == trial.outcome
    return agree(solved.objective, trial.objective)


def winner(attempts: list[Attempt]) -> Attempt | None:
    """The program that counts: of those that passed, the first one with the commonest result."""
    passed = [attempt for attempt in attempts if attempt.passed]
    if not passed:
        return None
    counts = Counter(_outcome(attempt) for attempt in passed)
    return max(passed, key=lambda attempt: (counts[_outcome(attempt)], -passed.index(attempt)))


def others(attempts: list[Attempt], chosen: Attempt) -> list[str]:
    """What the other programs that passed come to, where it is something else."""
    found = [_outcome(attempt) for attempt in attempts if attempt.passed]
    return [outcome for outcome in dict.fromkeys(found) if outcome != _outcome(chosen)]


def _outcome(attempt: Attempt) -> str:
    trial = attempt.trial
    if trial is None:
        return ""
    return trial.outcome if trial.objective is None else f"{trial.objective:.6g}"
