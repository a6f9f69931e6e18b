"""Prints the table of functions for the reference, from the code that defines them."""

from __future__ import annotations

from quintet.formulation.functions import FUNCTIONS, Function

MEANINGS = {
    "arithmetic": "of one number",
    "reductions": "over `for … in …`; `min` and `max` also of listed arguments",
    "order": "elements of an ordered set (data)",
    "logic": "of comparisons",
    "shape": "piecewise linear, special ordered sets",
    "scheduling": "intervals, routes, look-up by a decision",
}


def arguments(function: Function) -> str:
    """How many arguments, in words."""
    if function.most is None:
        return f"{function.least} or more"
    return str(function.least) if function.most == function.least else f"{function.least} to {function.most}"


def main() -> None:
    """Print one table."""
    print("| functions | arguments | `for` | gives | |")
    print("|---|---|---|---|---|")
    rows: dict[tuple[str, ...], list[str]] = {}
    for name, function in FUNCTIONS.items():
        each = "yes" if function.each else ""
        row = (function.group, arguments(function), each, function.result)
        rows.setdefault(row, []).append(f"`{name}`")
    for (group, count, each, result), names in rows.items():
        print(f"| {' '.join(names)} | {count} | {each} | {result} | {MEANINGS[group]} |")


if __name__ == "__main__":
    main()
