"""What the roles say to language models: a file for each prompt, and for the usual mistakes of each class."""

from __future__ import annotations

from quintet.prompts.hint import Hint, choose
from quintet.prompts.library import InputSpec, Prompt, Turn, load, names

__all__ = ["Hint", "InputSpec", "Prompt", "Turn", "choose", "load", "names"]
