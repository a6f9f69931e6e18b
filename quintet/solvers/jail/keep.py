"""Compiling a program so that solver objects in its functions can still be found at the end.

A plain program often builds its model inside ``main()``, where it is gone at the end. Each function of
the program that assigns the result of a call gets ``try … finally`` around its body, in which the objects
of solver libraries among its local variables are kept. Lines, columns and results stay as they were.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import CodeType
from typing import Any

NAME = "__kept_solver_objects__"
LIBRARIES = frozenset(
    {"pyomo", "highspy", "ortools", "pyscipopt", "pulp", "gurobipy", "coptpy", "cvxpy", "linopy"}
)
_MOST = 32


def keeper(kept: list[tuple[str, Any]]) -> Callable[[dict[str, Any]], None]:
    """A function that looks through a function's variables and keeps what belongs to a solver library."""

    def look(variables: dict[str, Any]) -> None:
        for name, value in variables.items():
            if type(value).__module__.partition(".")[0] in LIBRARIES and len(kept) < _MOST:
                kept.append((name, value))

    return look


def compile_program(program: bytes, filename: str) -> CodeType:
    """Compile source text in any declared encoding.

    Raises:
        SyntaxError: It is not Python; NUL bytes and bad encodings are told in the same way.
    """
    text = _source(program, filename)
    _remember(text, filename)
    tree = ast.parse(program if text is None else text, filename)
    return compile(_Keeping().visit(tree), filename, "exec", dont_inherit=True)


def _source(program: bytes, filename: str) -> str:
    import io
    import tokenize

    if b"\0" in program:
        raise SyntaxError(f"{filename} has a NUL byte at position {program.index(0)}")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(program).readline)
        return program.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SyntaxError(f"{filename} is not text: {error}") from None


def _remember(text: str, filename: str) -> None:
    """Let tracebacks show the program's lines, though there is no such file."""
    import linecache

    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)


class _Keeping(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:  # named by ast
        self.generic_visit(node)
        start = 1 if ast.get_docstring(node, clean=False) is not None else 0
        body = node.body[start:]
        if body and _assigns_a_call(node):
            call = ast.parse(f"{NAME}(locals())").body[0]
            wrapped = ast.Try(body=body, handlers=[], orelse=[], finalbody=[call])
            for part in (wrapped, *ast.walk(call)):
                ast.copy_location(part, body[-1])
            ast.copy_location(wrapped, body[0])
            node.body[start:] = [ast.fix_missing_locations(wrapped)]
        return node


def _assigns_a_call(node: ast.FunctionDef) -> bool:
    kinds = (ast.Assign, ast.AnnAssign, ast.withitem)
    return any(
        isinstance(getattr(part, "value", None) or getattr(part, "context_expr", None), ast.Call)
        for part in ast.walk(node)
        if isinstance(part, kinds)
    )
