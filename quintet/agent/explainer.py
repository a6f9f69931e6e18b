"""The explainer: puts the answer in the user's words; the facts come from the solver's own account."""

from __future__ import annotations

from quintet.agent.aside import aside
from quintet.agent.asking import Update, ask_text, node
from quintet.agent.compiler import solved
from quintet.agent.context import Context
from quintet.agent.state import State


@node("explainer")
async def explain(state: State, context: Context) -> Update:
    """A short text for the person who asked. It can't change the answer."""
    from quintet.solvers.explain import explain as account

    solution = (await aside(solved, state.document, context))[1]
    context.say("explainer", "putting the answer in words")
    facts = account(solution).to_text()
    reply = await ask_text(context, "explain", facts=facts, verdict=solution.outcome.value)
    return {"explanation": reply.text.strip()}
