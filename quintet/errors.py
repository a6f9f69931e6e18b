"""The errors, one tree.

QuintetError                     exit code 2 unless said
 ├─ ProblemError                 the problem text or file can't be used
 │   └─ ReaderDeclined           the reader could not place a clause  (.clause)
 ├─ DocumentError                not a formulation: YAML, JSON, schema, names, structure
 │   ├─ ExpressionError          an expression that can't be read  (.column)
 │   └─ SizeError                the model would be larger than the limit
 ├─ DataError                    a table, set or parameter value that can't be used
 ├─ SolverError                  the solver can't take this model, option or answer
 ├─ ModelError                   the language model gave nothing usable  (exit code 1)
 │   ├─ EndpointError            the endpoint can't be reached, or refuses us  (exit code 3)
 │   ├─ ReplyError               a reply that can't be used: refused, cut, empty, not as asked
 │   └─ BudgetSpent              calls, tokens, money or time are used up
 ├─ PromptError                  a prompt that is missing, or rendered with other inputs than it declares
 ├─ SettingsError                a setting that is missing or can't be used  (exit code 3)
 ├─ RunError                     a run directory that can't be used
 ├─ RunPaused                    a run that waits for a person  (exit code 1)
 ├─ SandboxError                 a program can't be run safely here  (exit code 3)
 └─ MissingDependency            an optional part is not installed  (exit code 3)

A message is one line: the thing, the place, the value and the remedy.
"""

from __future__ import annotations


class QuintetError(Exception):
    """Root of every error that Quintet raises on purpose; the message is one line for a person."""

    exit_code = 2

    def __init__(self, message: str, *, place: str = "", remedy: str = "") -> None:
        self.message = " ".join(message.split())
        self.place = place
        self.remedy = remedy
        super().__init__(self._line())

    def _line(self) -> str:
        start = f"{self.place}: {self.message}" if self.place else self.message
        return f"{start}; {self.remedy}" if self.remedy else start


class ProblemError(QuintetError):
    """The problem text or file can't be used: empty, binary, too long, unreadable."""


class ReaderDeclined(ProblemError):
    """The reader could not place a clause or a number, and does not guess.

    Args:
        message: What could not be placed.
        clause: The clause of the text, verbatim.
        place: Where in the text it stands.
        remedy: What to do instead.
    """

    def __init__(self, message: str, *, clause: str = "", place: str = "", remedy: str = "") -> None:
        self.clause = clause
        super().__init__(message, place=place, remedy=remedy)


class DocumentError(QuintetError):
    """The document is not a formulation; the place is the path of keys inside it."""


class ExpressionError(DocumentError):
    """An expression can't be read.

    Args:
        message: What is wrong.
        column: Column in the expression, from 1; 0 if it is not one place.
        place: Path of keys in the document.
        remedy: What to write instead.
    """

    def __init__(self, message: str, *, column: int = 0, place: str = "", remedy: str = "") -> None:
        self.column = column
        where = ", ".join(part for part in (place, f"column {column}" if column else "") if part)
        super().__init__(message, place=where, remedy=remedy)


class SizeError(DocumentError):
    """The model would have more rows, columns or terms than the limit."""


class DataError(QuintetError):
    """A table, set or parameter holds a value that can't be used."""


class SolverError(QuintetError):
    """The chosen solver can't take this model or option."""


class ModelError(QuintetError):
    """A language model gave nothing that can be used."""

    exit_code = 1


class EndpointError(ModelError):
    """The model's endpoint can't be reached, or refuses the request: address, key, model name, quota.

    Args:
        message: What happened.
        status: The HTTP status it answered with, None if it did not answer.
        place: The model and its host.
        remedy: What to do.
    """

    exit_code = 3

    def __init__(self, message: str, *, status: int | None = None, place: str = "", remedy: str = "") -> None:
        self.status = status
        super().__init__(message, place=place, remedy=remedy)


class ReplyError(ModelError):
    """A reply that can't be used: refused, cut off, empty, or not as asked.

    Args:
        message: What is wrong with it.
        reply: The text of the reply.
        refused: Whether the model refused.
        place: The role that asked.
        remedy: What to do.
    """

    def __init__(
        self, message: str, *, reply: str = "", refused: bool = False, place: str = "", remedy: str = ""
    ) -> None:
        self.reply, self.refused = reply, refused
        super().__init__(message, place=place, remedy=remedy)


class BudgetSpent(ModelError):
    """A budget is used up; the best answer so far is what there is.

    Args:
        message: Which budget, and how much of it.
        limit: `calls`, `tokens`, `money` or `seconds`.
        place: The role that asked.
        remedy: What to do.
    """

    def __init__(self, message: str, *, limit: str = "", place: str = "", remedy: str = "") -> None:
        self.limit = limit
        super().__init__(message, place=place, remedy=remedy)


class PromptError(QuintetError):
    """A prompt of the library that is missing, can't be read, or gets other inputs than it declares."""


class SettingsError(QuintetError):
    """A setting that is missing or can't be used; the message names the variable or the flag."""

    exit_code = 3


class RunError(QuintetError):
    """A run directory that can't be used: not one, damaged, or written by a newer version."""


class RunPaused(QuintetError):
    """A run waits for a person's answer, and can be gone on with."""

    exit_code = 1


class SandboxError(QuintetError):
    """A program can't be run at the demanded level of isolation."""

    exit_code = 3


class MissingDependency(QuintetError):
    """An optional part is not installed; the message names the command that installs it."""

    exit_code = 3
