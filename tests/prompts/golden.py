"""The prompts as models meet them, with their example inputs, as text files under golden/.

python tests/prompts/golden.py      writes them anew; read the difference before it goes in
"""

from __future__ import annotations

from pathlib import Path

from quintet.prompts import load, names

FOLDER = Path(__file__).with_name("golden")


def shown(name: str) -> str:
    """All turns of a prompt, rendered with the examples of its front matter."""
    prompt = load(name)
    turns = prompt.render(**prompt.examples)
    return "".join(f"======== {turn.speaker}\n{turn.text}\n" for turn in turns)


def path(name: str) -> Path:
    """Where the golden text of a prompt stands."""
    return FOLDER / f"{name}.txt"


def main() -> None:
    """Write all of them, and remove those of prompts that are gone."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for name in names():
        path(name).write_text(shown(name), encoding="utf-8")


if __name__ == "__main__":
    main()
