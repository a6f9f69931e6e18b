"""The executor: runs programs in the sandbox, `solve(data)` and then its own `check(data, decisions)`."""

from __future__ import annotations

import asyncio
from typing import Any

from quintet.agent.asking import Update, node
from quintet.agent.context import Context
from quintet.agent.program import WITHOUT_PLAN, Attempt, Trial
from quintet.agent.state import State
from quintet.solvers.sandbox import CallResult, Check, Limits, Run, Solve


@node("executor")
async def execute(state: State, context: Context) -> Update:
    """Run every program that has not run yet."""
    attempts = state.attempts
    fresh = sum(one.trial is None for one in attempts)
    if fresh:
        context.say("executor", f"running {fresh} program{'s' if fresh > 1 else ''}")
    data = _data(context)
    ran = list(await asyncio.gather(*(_tried(context, one, data) for one in attempts)))
    for number, (before, after) in enumerate(zip(attempts, ran, strict=True), 1):
        if before.trial is None and after.trial is not None:
            context.say("executor", f"program {number}: {_told(after.trial)}")
    return {"attempts": ran}


async def _tried(context: Context, attempt: Attempt, data: dict[str, Any]) -> Attempt:
    if attempt.trial is not None:
        return attempt
    assert context.sandbox is not None, "a strategy with programs has a sandbox"
    limits = Limits(wall=context.tactics.program_seconds)
    calls = (Solve(data), Check(data, solved_by=0))
    run = await context.sandbox.run_async(attempt.code, calls=calls, limits=limits)
    return attempt.model_copy(update={"trial": trial_of(run)})


def trial_of(run: Run) -> Trial:
    """What a run says. A program that finds no plan need not be able to check one."""
    solved = run.results[0] if run.results else None
    if solved is not None and solved.status == "ok" and solved.outcome.lower() in WITHOUT_PLAN:
        return Trial(status="ok", outcome=solved.outcome.lower(), seconds=run.usage.wall)
    checked = run.results[1] if len(run.results) > 1 else None
    return Trial(
        status=run.status.value,
        detail=_explained(run.detail),
        traceback=run.traceback,
        outcome=solved.outcome.lower() if solved else "",
        objective=solved.objective if solved else None,
        decisions=_mapping(solved),
        checked=checked.objective if checked else None,
        violations=dict(checked.violations or {}) if checked else None,
        seconds=run.usage.wall,
    )


def _explained(detail: str) -> str:
    """What went wrong, with what there is instead, where a program takes the sandbox for something else."""
    hint = next((hint for sign, hint in INSTEAD.items() if sign in detail), "")
    return f"{detail}; {hint}" if hint else detail


INSTEAD = {
    "ModuleNotFoundError": "there are pyomo, highspy, ortools, pyscipopt, numpy and Python's own modules",
    "FileNotFoundError": "there are no files: the tables are in the argument data",
}
"""Sign of an error → what to do instead."""


def _mapping(solved: CallResult | None) -> dict[str, Any] | None:
    return solved.decisions if solved is not None and isinstance(solved.decisions, dict) else None


def _data(context: Context) -> dict[str, Any]:
    if not context.sheets:
        return {}
    from quintet.agent.sheets import table_rows

    return table_rows(context.sheets)


def _told(trial: Trial) -> str:
    if not trial.passed:
        return trial.complaint
    return trial.outcome if trial.objective is None else f"objective {trial.objective:.9g}"
