"""Prompts as files: front matter that declares the inputs, and a Jinja body of two turns.

    ---
    name: plan                       the file's name without `.md`
    version: 1                       raised whenever the meaning changes
    role: planner                    the role whose model is asked
    output: Plans                    the name of the reply's shape
    inputs:
      problem: {about: the problem as told, example: A baker …}
    ---
    ## system
    …                                `{% include "parts/quoted.md" %}` takes in a shared piece
    ## user
    {{ problem | quoted("problem") }}

The body is cut into turns before it is rendered, so no input can begin a turn of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from quintet.errors import PromptError

if TYPE_CHECKING:
    from jinja2 import Template

SUFFIX = ".md"
FRONT = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
HEADING = re.compile(r"^## (system|user)[ \t]*$", re.MULTILINE)
KEYS = {"name", "version", "role", "inputs", "output"}

Fetch = Callable[[str], str]
Speaker = Literal["system", "user"]


@dataclass(frozen=True)
class Turn:
    """One message to a model.

    Args:
        speaker: `system` or `user`.
        text: What is said.
    """

    speaker: Speaker
    text: str


@dataclass(frozen=True)
class InputSpec:
    """An input that a prompt takes.

    Args:
        about: One line: what it is.
        example: A value that the tests render the prompt with.
    """

    about: str
    example: Any


@dataclass(frozen=True)
class Prompt:
    """A prompt of the library.

    Args:
        name: Its name.
        version: Its version, from 1.
        role: The role whose model is asked.
        inputs: What `render` takes, all of it needed.
        output: Name of the reply's shape.
        digest: SHA-256 in hex of the file and of every piece that it includes.
    """

    name: str
    version: int
    role: str
    inputs: Mapping[str, InputSpec]
    output: str
    digest: str
    templates: tuple[tuple[Speaker, Template], ...] = field(repr=False, compare=False)

    @property
    def examples(self) -> dict[str, Any]:
        """The example value of every input."""
        return {name: spec.example for name, spec in self.inputs.items()}

    def render(self, **inputs: Any) -> tuple[Turn, ...]:
        """The turns to send.

        Args:
            **inputs: A value for each of `self.inputs`; records may be dataclasses or dictionaries.

        Raises:
            PromptError: An input is missing, unknown, or not of the shape that the prompt asks for.
        """
        self._check(inputs)
        return tuple(Turn(speaker, self._text(template, inputs)) for speaker, template in self.templates)

    def _check(self, inputs: Mapping[str, Any]) -> None:
        missing, unknown = self.inputs.keys() - inputs.keys(), inputs.keys() - self.inputs.keys()
        if missing or unknown:
            said = [f"has no value for {_listed(missing)}"] if missing else []
            said += [f"takes no input {_listed(unknown)}"] if unknown else []
            raise _fault(self.name, " and ".join(said), f"it takes {_listed(self.inputs)}")

    def _text(self, template: Template, inputs: Mapping[str, Any]) -> str:
        from jinja2 import TemplateError

        try:
            return template.render(**inputs).strip()
        except (TemplateError, TypeError, ValueError) as error:
            remedy = "give its inputs the shape of the examples in its front matter"
            raise _fault(self.name, f"can't be rendered: {error}", remedy) from error


@cache
def load(name: str) -> Prompt:
    """The prompt `name`.

    Raises:
        PromptError: There is no such prompt.
    """
    if name not in names():
        raise _fault(name, "there is no such prompt", f"there are {_listed(names())}")
    return parse(name, piece(name + SUFFIX), piece)


@cache
def names() -> tuple[str, ...]:
    """Names of all prompts, in alphabetical order."""
    found = (item.name for item in files("quintet.prompts").iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX)))


def piece(path: str) -> str:
    """The text of a file of this package, by its path inside it."""
    return files("quintet.prompts").joinpath(path).read_text(encoding="utf-8")


def parse(name: str, source: str, fetch: Fetch) -> Prompt:
    """Read a prompt.

    Args:
        name: Its name, which its front matter must repeat.
        source: The content of its file.
        fetch: Gives the text of a shared piece by its path.

    Raises:
        PromptError: The front matter or the body can't be used.
    """
    front, body = split_front(source, f"prompts.{name}")
    if front.keys() != KEYS or front["name"] != name:
        raise _fault(name, "the front matter is not complete", f"it needs {_listed(KEYS)}, and this name")
    from quintet.prompts.template import environment, included

    room = environment(fetch)
    sections = _sections(name, body)
    pieces = sorted({path for _, text in sections for path in included(room, text)})
    return Prompt(
        name=name,
        version=int(front["version"]),
        role=front["role"],
        inputs={key: InputSpec(**spec) for key, spec in front["inputs"].items()},
        output=front["output"],
        digest=_digest(source, {path: fetch(path) for path in pieces}),
        templates=tuple((speaker, room.from_string(text)) for speaker, text in sections),
    )


def split_front(source: str, place: str) -> tuple[dict[str, Any], str]:
    """Front matter and body of a file of this package.

    Raises:
        PromptError: There is no front matter, or it is no YAML map.
    """
    import yaml

    found = FRONT.fullmatch(source)
    try:
        front = yaml.safe_load(found["front"]) if found else None
    except yaml.YAMLError as error:
        raise PromptError(f"the front matter is no YAML: {error}", place=place) from error
    if found is None or not isinstance(front, dict):
        raise PromptError("there is no front matter", place=place, remedy="begin the file with --- lines")
    return front, found["body"]


def _sections(name: str, body: str) -> list[tuple[Speaker, str]]:
    before, *parts = HEADING.split(body)
    speakers: tuple[Any, ...] = tuple(parts[::2])
    if before.strip() or speakers not in {("system", "user"), ("user",)}:
        raise _fault(name, "the body has other turns", "write '## system', then '## user', each once")
    return list(zip(speakers, parts[1::2], strict=True))


def _digest(source: str, pieces: Mapping[str, str]) -> str:
    whole = hashlib.sha256(source.encode())
    for path, text in pieces.items():
        whole.update(f"\0{path}\0{text}".encode())
    return whole.hexdigest()


def _fault(name: str, said: str, remedy: str) -> PromptError:
    return PromptError(said, place=f"prompt {name!r}", remedy=remedy)


def _listed(words: object) -> str:
    return ", ".join(sorted(map(str, words)))  # pyright: ignore[reportArgumentType]
