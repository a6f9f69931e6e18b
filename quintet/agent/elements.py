"""The five elements in words, as LLMOPT writes them: what a coder can work from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from quintet.agent.lines import Line, Lines


class FiveElements(BaseModel):
    """Sets, parameters, variables, objective, constraints (LLMOPT, arXiv 2410.13213).

    Args:
        sets: One line each.
        parameters: One line each, with the number.
        variables: One line each, with the domain.
        objective: Sense and expression.
        constraints: One line each.
        problem_class: LP, MILP, NLP …, in the model's own word.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    sets: Lines = ()
    parameters: Lines = ()
    variables: Lines
    objective: Line
    constraints: Lines = ()
    problem_class: str = ""

    def to_text(self) -> str:
        """The elements as five headed lists."""
        rooms = {
            "Sets": self.sets,
            "Parameters": self.parameters,
            "Variables": self.variables,
            "Objective": (self.objective,),
            "Constraints": self.constraints,
        }
        return "\n".join(f"{head}:\n" + "\n".join(f"- {line}" for line in rooms[head]) for head in rooms)
