"""`quintet explain`: a short note on the answer."""

from __future__ import annotations

from quintet.verbs.parts import (
    Data,
    Json,
    Model,
    Seed,
    SolverName,
    Threads,
    TimeLimit,
    report,
    say,
    solver_options,
)


def explain(
    formulation: Model,
    data: Data = None,
    solver: SolverName = None,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Solve a formulation and explain its plan.

    What was chosen, what it adds up to, what limits it.
    """
    from quintet.formulation.binding import bind
    from quintet.solvers.explain import explain as explain_solution
    from quintet.solvers.reading import open_formulation
    from quintet.solvers.registry import solve

    model = bind(open_formulation(formulation), data)
    say("solving")
    solution = solve(model, solver, solver_options(time_limit, threads, seed))
    say("explaining")
    report(explain_solution(solution), json, answered=solution.outcome.solved)
