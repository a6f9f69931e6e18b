"""Putting a prompt to the model of a role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Protocol, TypeAlias, TypeVar

from langgraph.runtime import Runtime
from pydantic import BaseModel

from quintet.agent.context import Context
from quintet.agent.state import Note, State
from quintet.errors import BudgetSpent, ReplyError
from quintet.llm.chat import ChatReply, ChatRequest, Finish, Message, Speaker
from quintet.prompts.library import load

LONGER = "allow longer replies with --max-tokens"
T = TypeVar("T", bound=BaseModel)
Update: TypeAlias = dict[str, Any]
Role: TypeAlias = Callable[[State, Context], Awaitable[Update]]


class Node(Protocol):
    """What LangGraph calls."""

    async def __call__(self, state: State, runtime: Runtime[Context]) -> Update:
        """The fields of the state that the node writes."""
        ...


async def ask_text(context: Context, prompt: str, sample: int = 0, **inputs: Any) -> ChatReply:
    """The reply to a prompt, as text.

    Args:
        context: The run's surroundings.
        prompt: Name of the prompt; its front matter names the role.
        sample: Which of several replies to the same question.
        inputs: What the prompt takes besides problem and data.

    Raises:
        ReplyError: The model refuses, replies nothing, or is cut off.
        BudgetSpent: A limit is reached.
        EndpointError: The endpoint can't be reached.
    """
    request = _request(context, prompt, None, sample, inputs)
    reply = await context.model(request.role).chat(request)
    if reply.finish is Finish.REFUSAL:
        raise ReplyError(f"the model refuses: {_brief(reply.text)}", place=request.role)
    if not reply.text.strip():
        raise ReplyError("the reply is empty", place=request.role)
    if reply.finish is Finish.LENGTH:
        raise ReplyError("the reply was cut off at the token limit", place=request.role, remedy=LONGER)
    return reply


async def ask_for(
    context: Context, prompt: str, shape: type[T], sample: int = 0, tries: int = 3, **inputs: Any
) -> T:
    """The reply to a prompt, as a record.

    Args:
        context: The run's surroundings.
        prompt: Name of the prompt.
        shape: What the reply is to be; a reply that isn't is asked for again, saying what is wrong.
        sample: Which of several replies to the same question.
        tries: Replies at most.
        inputs: What the prompt takes besides problem and data.

    Raises:
        ReplyError: No usable reply, after several tries.
        BudgetSpent: A limit is reached.
        EndpointError: The endpoint can't be reached.
    """
    from quintet.llm.structured import ask

    request: ChatRequest[T] = _request(context, prompt, shape, sample, inputs)
    return (await ask(context.model(request.role), request, tries=tries)).value


def _request(
    context: Context, name: str, shape: type[BaseModel] | None, sample: int, inputs: dict[str, Any]
) -> ChatRequest:
    prompt, tactics = load(name), context.tactics
    common = {"problem": context.problem.text, "data": context.data_text}
    turns = prompt.render(**{key: common[key] for key in common if key in prompt.inputs}, **inputs)
    return ChatRequest(
        messages=tuple(Message(Speaker(turn.speaker), turn.text) for turn in turns),
        role=prompt.role,
        schema=shape,
        temperature=tactics.temperature,
        max_tokens=tactics.max_tokens,
        seed=tactics.seed,
        sample=sample,
    )


def _brief(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 200 else f"{text[:200]}…"


def node(name: str) -> Callable[[Role], Node]:
    """A role as a node of the graph: what stops it becomes a note, and the run goes on with what there is.

    Args:
        name: Of the role, in notes.
    """

    def made(role: Role) -> Node:
        @wraps(role)
        async def run(state: State, runtime: Runtime[Context]) -> Update:
            try:
                return await role(state, runtime.context)
            except BudgetSpent as spent:
                return {"notes": [Note(role=name, message=str(spent), final=True)]}
            except ReplyError as unusable:
                return {"notes": [Note(role=name, message=str(unusable))]}

        # wraps() would hand LangGraph the role's own signature, by which it finds what to pass
        del run.__wrapped__  # type: ignore[attr-defined]
        return run

    return made
