"""The strategies as graphs of the same nodes. Read this first: every node is a role, in a file of its own.

`build` is a factory, so that LangGraph's own tools can name it; they put in a checkpointer of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from quintet.agent.asking import Node
from quintet.agent.clarifier import clarify, put_question
from quintet.agent.coder import code, recode
from quintet.agent.comparer import compare
from quintet.agent.compiler import inspect, solve
from quintet.agent.context import Context
from quintet.agent.critic import criticise, judge
from quintet.agent.decider import decide
from quintet.agent.executor import execute
from quintet.agent.explainer import explain
from quintet.agent.formulator import elements, formulate
from quintet.agent.planner import plan
from quintet.agent.reasoner import reason
from quintet.agent.reviewer import review
from quintet.agent.routes import (
    after_clarify,
    after_compare,
    after_execute,
    after_execute_beside,
    after_inspect,
    after_judge,
    after_repair,
    after_review,
    after_solve,
    start,
)
from quintet.agent.state import State
from quintet.agent.tactics import Strategy

Graph: TypeAlias = StateGraph[State, Context, State, State]
Compiled: TypeAlias = CompiledStateGraph[State, Context, State, State]


NODES: Mapping[str, Node] = {
    "reasoner.reason": reason,
    "coder.code": code,
    "coder.recode": recode,
    "formulator.elements": elements,
    "formulator.formulate": formulate,
    "planner.plan": plan,
    "executor.execute": execute,
    "critic.judge": judge,
    "critic.criticise": criticise,
    "decider.decide": decide,
    "compiler.inspect": inspect,
    "compiler.solve": solve,
    "reviewer.review": review,
    "clarifier.clarify": clarify,
    "clarifier.put_question": put_question,
    "comparer.compare": compare,
    "explainer.explain": explain,
}
"""File and function of each node; the file is the role."""


def build(
    strategy: Strategy | str = Strategy.QUINTET, checkpointer: BaseCheckpointSaver[Any] | None = None
) -> Compiled:
    """The graph of a strategy, ready to run.

    Args:
        strategy: Which one.
        checkpointer: Where its steps are kept, None for nowhere.
    """
    graph: Graph = StateGraph(State, context_schema=Context)
    SKETCHES[Strategy(strategy)](graph)
    return graph.compile(checkpointer=checkpointer)


def _direct(graph: Graph) -> None:
    """Reasoning in words; a baseline."""
    _nodes(graph, "reasoner.reason")
    graph.add_edge(START, "reasoner.reason")
    graph.add_edge("reasoner.reason", END)


def _code(graph: Graph) -> None:
    """One program, mended while it fails."""
    _nodes(graph, "coder.code", "executor.execute", "coder.recode")
    _chain(graph, START, "coder.code", "executor.execute")
    graph.add_conditional_edges("executor.execute", after_repair, ["coder.recode", END])
    graph.add_edge("coder.recode", "executor.execute")


def _five_element(graph: Graph) -> None:
    """LLMOPT (arXiv 2410.13213): five elements → program → self-correction, which sends back to either."""
    _nodes(graph, "formulator.elements", "coder.code", "executor.execute", "critic.judge", "coder.recode")
    _chain(graph, START, "formulator.elements", "coder.code", "executor.execute", "critic.judge")
    graph.add_conditional_edges("critic.judge", after_judge, ["formulator.elements", "coder.recode", END])
    graph.add_edge("coder.recode", "executor.execute")


def _optimai(graph: Graph) -> None:
    """OptimAI (arXiv 2504.16918): plans, a program each, debugging scheduled by UCB."""
    _nodes(
        graph,
        "formulator.elements",
        "planner.plan",
        "coder.code",
        "executor.execute",
        "decider.decide",
        "critic.criticise",
        "coder.recode",
    )
    _chain(graph, START, "formulator.elements", "planner.plan", "coder.code", "executor.execute")
    graph.add_conditional_edges("executor.execute", after_execute, ["decider.decide", END])
    _chain(graph, "decider.decide", "critic.criticise", "coder.recode", "executor.execute")


def _compile(graph: Graph) -> None:
    """One call → a document that is checked, compiled and solved; mended while the checks find faults."""
    graph.add_edge(START, "formulator.formulate")
    _document(graph, END)


def _quintet(graph: Graph) -> None:
    """Two readings that don't see each other: the document, and programs by plan; then the comparison."""
    _nodes(
        graph,
        "clarifier.clarify",
        "clarifier.put_question",
        "planner.plan",
        "coder.code",
        "executor.execute",
        "decider.decide",
        "critic.criticise",
        "coder.recode",
        "explainer.explain",
    )
    graph.add_node("comparer.compare", compare, defer=True)
    graph.add_conditional_edges(START, start, ["clarifier.clarify", "formulator.formulate", "planner.plan"])
    for asked in ("clarifier.clarify", "clarifier.put_question"):
        graph.add_conditional_edges(
            asked, after_clarify, ["clarifier.put_question", "formulator.formulate", "planner.plan"]
        )
    _document(graph, "comparer.compare")
    _chain(graph, "planner.plan", "coder.code", "executor.execute")
    graph.add_conditional_edges(
        "executor.execute", after_execute_beside, ["decider.decide", "comparer.compare"]
    )
    _chain(graph, "decider.decide", "critic.criticise", "coder.recode", "executor.execute")
    graph.add_conditional_edges("comparer.compare", after_compare, ["explainer.explain", END])
    graph.add_edge("explainer.explain", END)


def _document(graph: Graph, end: str) -> None:
    """The document's side: formulate, inspect, perhaps review, solve."""
    _nodes(graph, "formulator.formulate", "compiler.inspect", "reviewer.review", "compiler.solve")
    graph.add_edge("formulator.formulate", "compiler.inspect")
    known: dict[Hashable, str] = {
        name: name for name in ("formulator.formulate", "reviewer.review", "compiler.solve")
    }
    known["end"] = end
    graph.add_conditional_edges("compiler.inspect", after_inspect, known)
    graph.add_conditional_edges("reviewer.review", after_review, _some(known, "reviewer.review"))
    graph.add_conditional_edges("compiler.solve", after_solve, _some(known, "formulator.formulate"))


def _some(known: dict[Hashable, str], name: str) -> dict[Hashable, str]:
    """The ways out of a node of the document's side that goes on, ends, or goes to one other."""
    return {k: known[k] for k in (name, "compiler.solve", "end")}


def _nodes(graph: Graph, *names: str) -> None:
    for name in names:
        graph.add_node(name, NODES[name])


def _chain(graph: Graph, *names: str) -> None:
    for one, other in pairwise(names):
        graph.add_edge(one, other)


SKETCHES: Mapping[Strategy, Callable[[Graph], None]] = {
    Strategy.DIRECT: _direct,
    Strategy.CODE: _code,
    Strategy.FIVE_ELEMENT: _five_element,
    Strategy.OPTIMAI: _optimai,
    Strategy.COMPILE: _compile,
    Strategy.QUINTET: _quintet,
}
"""Strategy → what draws its graph."""


def drawing(strategy: Strategy | str) -> str:
    """The graph of a strategy in Mermaid's language, as the docs show it."""
    return build(strategy).get_graph().draw_mermaid()
