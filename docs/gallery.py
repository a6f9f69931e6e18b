"""Prints the table of the gallery, from the examples that ship with the package."""

from __future__ import annotations

from quintet import examples
from quintet.formulation.binding import bind
from quintet.formulation.classify import classify
from quintet.formulation.document import Formulation


def main() -> None:
    """Print one table."""
    print("| example | title | class | variables × constraints | optimum |")
    print("|---|---|---|---|---|")
    for name in examples.names():
        formulation = Formulation.load(examples.path(name))
        model = bind(formulation)
        rows = sum(len(constraint.family) for constraint in model.constraints.values())
        link = f"[{name}](../quintet/examples/{name}/formulation.yaml)"
        size = f"{model.columns:,} × {rows:,}"
        print(f"| {link} | {formulation.title} | {classify(model).value} | {size} | {formulation.optimum} |")


if __name__ == "__main__":
    main()
