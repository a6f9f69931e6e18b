"""What the formulation guide teaches is true: every document and every line of it is read and solved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import quintet
from quintet.agent.sheets import describe, to_text
from quintet.formulation.coverage import cover
from quintet.formulation.document import Formulation
from quintet.prompts import load, names
from quintet.prompts.library import piece

HERE = Path(__file__).parent
GUIDE = piece("parts/language.md")
DOCUMENTS = sorted((HERE / "documents").glob("*.yaml"))
EXAMPLE = re.compile(
    r"<problem>\n(?P<text>.*?)\n</problem>\n(?:\n<data>\n(?P<data>.*?)\n</data>\n)?\n```json\n(?P<document>.*?)\n```",
    re.DOTALL,
)
EXAMPLES = list(EXAMPLE.finditer(piece("parts/language_examples.md")))
MONTHS = "month,demand,most,cost\n1,10,40,400\n2,25,40,420\n3,30,40,450\n"
ROADS = "town,length\nUlm,5\nBonn,7\n"
WAYS = "from,to,km\nUlm,Bonn,420\n"


def section(title: str) -> str:
    return GUIDE.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "months.csv").write_text(MONTHS, encoding="utf-8")
    (tmp_path / "roads.csv").write_text(ROADS, encoding="utf-8")
    (tmp_path / "ways.csv").write_text(WAYS, encoding="utf-8")
    return tmp_path


def test_there_are_two_examples() -> None:
    assert len(EXAMPLES) == 2


# Both optima are found anew below, by enumeration.
@pytest.mark.parametrize(("number", "optimum"), [(0, 612), (1, 26_300)])
def test_an_example_is_checked_and_solved(data: Path, number: int, optimum: float) -> None:
    found = EXAMPLES[number]
    (data / "plan.json").write_text(
        json.dumps(json.loads(found["document"]) | {"text": found["text"]}), encoding="utf-8"
    )
    formulation = Formulation.load(data / "plan.json")
    assert cover(formulation) == []
    answer = quintet.solve(formulation)
    assert answer.objective == pytest.approx(optimum)


def test_the_optimum_of_the_first_example_by_enumeration() -> None:
    plans = (
        30 * b + 42 * e - 90 * (e > 0)
        for b in range(21)
        for e in range(11)
        if 20 * b + 30 * e <= 480 and 12 * b + 10 * e <= 240 and 10 * b >= 4 * (b + e)
    )
    assert max(plans) == 612


def test_the_optimum_of_the_second_example_by_enumeration() -> None:
    demand, cost, best = (10, 25, 30), (400, 420, 450), float("inf")
    for first in range(5, 41):
        for second in range(41):
            stock = (first + 5 - 10, first + 5 - 10 + second - 25)
            third = max(0, 30 - stock[1])
            if min(stock) < 0 or third > 40:
                continue
            end = stock[1] + third - 30
            made = (first, second, third)
            spent = sum(c * m + 300 * (m > 0) for c, m in zip(cost, made, strict=True))
            best = min(best, spent + 20 * (sum(stock) + end))
    assert best == 26_300
    assert sum(demand) == 65


def test_the_data_of_the_second_example_reads_as_sheets_tell_it(data: Path) -> None:
    assert EXAMPLES[1]["data"] == to_text(describe([data / "months.csv"]))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_reaches_its_optimum(path: Path) -> None:
    formulation = Formulation.load(path)
    assert isinstance(formulation.optimum, int)
    assert quintet.solve(formulation).objective == pytest.approx(formulation.optimum)


def patterns() -> Iterator[str]:
    """The formulas of `How to say it`."""
    yield from re.findall(r"`([^`]+)`", section("How to say it"))


def test_every_pattern_stands_in_a_document_that_is_solved() -> None:
    solved = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    solved += [found["document"] for found in EXAMPLES]
    missing = [pattern for pattern in patterns() if not any(pattern in text for text in solved)]
    spoken = {"either(c, d)"}  # stands for any two conditions; `order` and `logic` have real ones
    assert set(missing) == spoken
    assert len(list(patterns())) >= 20


def entries(title: str) -> dict[str, dict[str, object]]:
    """The example entries of a section: `"name": {…} — what it is`."""
    lines = [line.split(" — ")[0] for line in section(title).splitlines() if line.startswith('"')]
    found = [json.loads("{" + line + "}") for line in lines if not line.startswith('"default"')]
    return {name: entry for line in found for name, entry in line.items()}


def test_every_entry_of_the_guide_can_be_read(data: Path) -> None:
    sets = entries("Sets") | {"Plant": ["north", "south"], "Shop": ["east", "west"]}
    given = {"cost_of": {"index": ["Product"], "values": [5, 20]}}
    given["width"] = {"index": ["Arc"], "values": {"a": {"b": 3, "c": 4}}}
    parameters = entries("Parameters") | given
    parameters["demand"] |= {"default": 0}
    document = {
        "quintet": 1,
        "tables": {
            "roads": {"file": "roads.csv", "keys": ["town"]},
            "ways": {"file": "ways.csv", "keys": ["from", "to"]},
            "months": {"file": "months.csv", "keys": ["month"]},
        },
        "sets": sets,
        "parameters": parameters,
        "variables": entries("Variables"),
        "objective": {
            "sense": "maximize",
            "expression": "sum(margin[p] * make[p] for p in Product)"
            " + sum(ship[i, j, t] for (i, j) in Arc for t in Month)",
        },
        "constraints": {"room": "sum(make[p] for p in Product) <= 10"},
    }
    (data / "guide.json").write_text(json.dumps(document), encoding="utf-8")
    answer = quintet.solve(Formulation.load(data / "guide.json"))
    assert answer.objective == pytest.approx(60 * 10 + 7 * 6)


def test_the_tables_of_the_guide_can_be_read(data: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Km"
    for row in (["from", "Ulm", "Bonn"], ["Ulm", 0, 5], ["Bonn", 7, None]):
        sheet.append(row)
    book.save(data / "plan.xlsx")
    (line,) = (line for line in section("Tables").splitlines() if line.startswith('"tables"'))
    tables, across = re.findall(r'("tables": \{.*?\}\})|(\{"index": [^}]*\})', line)
    document = json.loads("{" + tables[0] + "}") | {
        "sets": {"City": {"table": "km.from"}, "Month": {"table": "months.month"}},
        "parameters": {
            "km": json.loads(across[1]) | {"default": 1},
            "demand": entries("Parameters")["demand"],
        },
        "variables": {"x": {"index": ["City", "City"], "lower": 0, "upper": 1}},
        "objective": {
            "sense": "maximize",
            "expression": "sum(km[i, j] * x[i, j] for i in City for j in City)"
            " + sum(demand[t] for t in Month)",
        },
    }
    (data / "guide.json").write_text(json.dumps(document), encoding="utf-8")
    assert quintet.solve(Formulation.load(data / "guide.json")).objective == pytest.approx(5 + 7 + 1 + 65)


def test_the_guide_fits_into_a_prompt() -> None:
    assert len(GUIDE) + len(piece("parts/language_examples.md")) < 4 * 3_000


@pytest.mark.parametrize("name", names())
def test_json_in_a_prompt_is_json(name: str) -> None:
    prompt = load(name)
    for turn in prompt.render(**prompt.examples):
        for block in re.findall(r"```json\n(.*?)```", turn.text, re.DOTALL):
            json.loads(block)
        for line in turn.text.splitlines():
            if line.startswith('{"') and "```" not in line and line.endswith("}"):
                json.loads(line)
