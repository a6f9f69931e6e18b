"""The role that only reasons in words: the strategy `direct`, a baseline without solver or program."""

from __future__ import annotations

from quintet.agent.asking import Update, ask_for, node
from quintet.agent.claim import Claim
from quintet.agent.context import Context
from quintet.agent.state import State


@node("reasoner")
async def reason(state: State, context: Context) -> Update:
    """Ask for the answer itself."""
    context.say("reasoner", "reasoning in words")
    return {"claim": await ask_for(context, "direct", Claim)}
