"""Prints the graph of a strategy in Mermaid's language, without colours: `python docs/graph.py quintet`."""

from __future__ import annotations

import re
import sys

from quintet.agent.graph import drawing


def plain(line: str) -> str:
    """A line without HTML and styles; dots of identifiers, which some renderers refuse, become `_`."""
    line = re.sub(r"<hr/>.*?</small>|</?p>|:::\w+|&nbsp;", "", line)
    return line.replace("\\2e", "_").replace("-.  end  .->", "-. end .->")


if __name__ == "__main__":
    lines = [line for line in drawing(sys.argv[1]).splitlines() if "classDef" not in line]
    print("\n".join(plain(line) for line in lines[lines.index("graph TD;") :]))
