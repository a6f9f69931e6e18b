"""What README and docs show is what happens: every document is solved, every output is current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import quintet
from quintet.formulation.document import Formulation

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"```yaml\n(quintet: 1\n.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
DOCUMENTS = [(page, text) for page in PAGES for text in FENCE.findall(page.read_text(encoding="utf-8"))]


def _name(case: object) -> str:
    return case.name if isinstance(case, Path) else ""


@pytest.mark.parametrize(("page", "text"), [d for d in DOCUMENTS if "tables:" not in d[1]], ids=_name)
def test_every_document_reaches_its_optimum(page: Path, text: str) -> None:
    formulation = Formulation.loads(text, place=page.name)
    answer = quintet.solve(formulation)
    assert formulation.optimum is not None
    assert isinstance(formulation.optimum, int | float)
    assert answer.objective == pytest.approx(float(formulation.optimum), rel=1e-6)


def test_there_are_documents() -> None:
    assert len(DOCUMENTS) >= 12


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_shown_output_is_current() -> None:
    command = [sys.executable, "docs/refresh.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
