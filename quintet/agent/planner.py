"""The planner: several ways to solve the problem by a program, distinct by construction (OptimAI)."""

from __future__ import annotations

from quintet.agent.asking import Update, ask_for, node
from quintet.agent.context import Context
from quintet.agent.plan import Plan, Plans, distinct
from quintet.agent.program import Attempt
from quintet.agent.state import Note, State
from quintet.errors import BudgetSpent, ReplyError

ASKED = 2
"""Times that the planner is asked; what is still missing then is done without."""


@node("planner")
async def plan(state: State, context: Context) -> Update:
    """Ask for plans until there are as many different ones as wanted, twice at most."""
    wanted = context.tactics.plans
    context.say("planner", f"making {wanted} plans")
    plans = await _more(state, context, [], 0)
    notes: list[Note] = []
    for sample in range(1, ASKED):
        if len(plans) < wanted:
            try:
                plans += await _more(state, context, plans, sample)
            except (BudgetSpent, ReplyError) as error:  # the plans that are there are enough to go on
                notes = [Note(role="planner", message=str(error), final=isinstance(error, BudgetSpent))]
    return {"attempts": [Attempt(plan=one) for one in plans[:wanted]], "notes": notes}


async def _more(state: State, context: Context, known: list[Plan], sample: int) -> list[Plan]:
    found = await ask_for(
        context,
        "plan",
        Plans,
        sample=sample,
        elements=state.elements,
        count=context.tactics.plans - len(known),
        known=known,
    )
    return distinct(found.plans, known)
