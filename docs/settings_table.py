"""Prints the table of settings, from the code that defines them."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic.fields import FieldInfo

from quintet.settings import Settings
from quintet.settings.sources import OPENAI_NAMES, PREFIX


def variables(name: str) -> str:
    """How the environment calls a setting."""
    others = [other for other, own in OPENAI_NAMES.items() if own == name]
    return ", ".join(f"`{variable}`" for variable in (PREFIX + name.upper(), *others))


def default(field: FieldInfo) -> str:
    """The value that holds if nobody says anything."""
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Path):
        return f"`~/{value.relative_to(Path.home())}`"
    if value is None or value == {}:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def main() -> None:
    """Print one table."""
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        del os.environ[name]
    print("| in a file | in the environment | default | meaning |")
    print("|---|---|---|---|")
    for name, field in Settings.model_fields.items():
        print(f"| `{name}` | {variables(name)} | {default(field)} | {field.description} |")


if __name__ == "__main__":
    main()
