"""The strategies' graphs: their nodes are the files' functions, every node can be reached and left."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from langchain_core.runnables.graph import Graph
from langgraph.graph import END, START

from quintet.agent.graph import NODES, SKETCHES, build
from quintet.agent.session import ROLES
from quintet.agent.tactics import Strategy
from quintet.prompts.library import load, names

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "agent.md").read_text(encoding="utf-8")
DRAWINGS = re.findall(r"<!-- run: python docs/graph.py (\S+) -->\n```mermaid\n(.*?)```", PAGE, re.DOTALL)
ENDS = {START, END}


def drawn(strategy: Strategy) -> Graph:
    return build(strategy).get_graph()


def reached(graph: Graph, start: str, *, backwards: bool = False) -> set[str]:
    """The nodes that edges lead to from `start`."""
    pairs = [(edge.target, edge.source) if backwards else (edge.source, edge.target) for edge in graph.edges]
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        fresh = {target for source, target in pairs if source == here} - found
        found |= fresh
        waiting += fresh
    return found


@pytest.mark.parametrize("name", NODES)
def test_a_node_is_called_after_its_file_and_function(name: str) -> None:
    file, function = name.split(".")
    module = importlib.import_module(f"quintet.agent.{file}")
    assert getattr(module, function) is NODES[name]
    assert NODES[name].__module__ == module.__name__
    assert NODES[name].__name__ == function  # type: ignore[attr-defined]
    assert (REPOSITORY / "quintet" / "agent" / f"{file}.py").is_file()


def test_every_node_is_used_and_every_strategy_drawn() -> None:
    used = {node for strategy in Strategy for node in drawn(strategy).nodes}
    assert used == NODES.keys() | ENDS
    assert SKETCHES.keys() == set(Strategy)


@pytest.mark.parametrize("strategy", Strategy)
def test_every_node_is_reached_and_comes_to_the_end(strategy: Strategy) -> None:
    graph = drawn(strategy)
    assert reached(graph, START) == set(graph.nodes)
    assert reached(graph, END, backwards=True) == set(graph.nodes)


def test_the_readings_of_quintet_meet_in_the_comparison_only() -> None:
    """No node of one side follows a node of the other: neither sees what the other wrote."""
    graph = drawn(Strategy.QUINTET)
    document = {"formulator.formulate", "compiler.inspect", "reviewer.review", "compiler.solve"}
    program = {
        node for node in graph.nodes if node.split(".")[0] in ("planner", "coder", "executor", "critic")
    }
    program |= {"decider.decide"}
    crossing = [
        (edge.source, edge.target)
        for edge in graph.edges
        if (edge.source in document and edge.target in program)
        or (edge.source in program and edge.target in document)
    ]
    assert not crossing
    assert {edge.source for edge in graph.edges if edge.target == "comparer.compare"} <= document | program


def test_a_role_that_asks_a_model_has_a_file_of_its_name() -> None:
    asking = {load(name).role for name in names()}
    assert asking == set(ROLES)
    assert asking <= {name.split(".")[0] for name in NODES}


@pytest.mark.parametrize(("strategy", "drawing"), DRAWINGS)
def test_the_drawings_of_the_docs_are_the_code_s(strategy: str, drawing: str) -> None:
    graph = drawn(Strategy(strategy))
    edges = {
        tuple(line.strip("\t;").replace(" end ", "").split()[::2])
        for line in drawing.splitlines()
        if ">" in line
    }
    assert edges == {
        tuple(end.replace(".", "_") for end in (edge.source, edge.target)) for edge in graph.edges
    }
    assert set(re.findall(r"\((\w+\.\w+)\)", drawing)) == graph.nodes.keys() - ENDS


def test_the_default_strategy_is_drawn() -> None:
    assert Strategy.QUINTET in dict(DRAWINGS)
