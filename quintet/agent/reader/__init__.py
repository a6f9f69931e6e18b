"""The reader: a textbook problem in English words becomes a formulation, without any language model."""

from __future__ import annotations

from quintet.agent.reader.reader import draft, read

__all__ = ["draft", "read"]
