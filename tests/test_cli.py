"""The command line as its user meets it: results, exit codes, one-line errors."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from quintet import cli, examples

MIX = """
quintet: 1
title: Two products
sets: {Product: [chair, table]}
parameters:
  profit: {index: [Product], values: {chair: 30, table: 50}, unit: EUR}
  hours: {index: [Product], values: {chair: 1, table: 2}}
  available: 40
variables:
  make: {index: [Product], domain: integer, lower: 0, upper: 30}
objective: {sense: maximize, expression: "sum(profit[p] * make[p] for p in Product)", unit: EUR}
constraints:
  time: "sum(hours[p] * make[p] for p in Product) <= available"
"""


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Runs `quintet …` in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["quintet", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        code = stopped.value.code
        return Ran(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call


def write(text: str, name: str = "mix.yaml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_solves_a_formulation(run) -> None:
    ran = run("solve", write(MIX))
    assert ran.code == 0
    assert "1,150 EUR" in ran.out  # 30 chairs and 5 tables, by hand
    assert "chair  30" in ran.out
    assert "Verdict: checked" in ran.out
    assert ran.err == ""


def test_json_is_one_document(run) -> None:
    answer = run("solve", write(MIX), "--json").document
    wanted = "status objective sense variables verdict findings formulation class solver seconds"
    assert set(wanted.split()) <= set(answer)
    assert (answer["status"], answer["objective"], answer["class"]) == ("optimal", 1150.0, "MILP")
    assert answer["variables"] == {"make": {"chair": 30, "table": 5}}
    assert answer["formulation"]["title"] == "Two products"


def test_solves_the_readers_problem_from_a_file_the_text_and_stdin(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = (Path(examples.__file__).parent / "bakery.txt").read_text(encoding="utf-8")
    from_file = run("solve", write(story, "bakery.txt"), "--json")
    assert from_file.code == 0
    assert from_file.document["verdict"] == "checked"
    assert from_file.document["origin"] == "built-in reader"
    from_text = run("solve", story, "--json")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(story.encode()), encoding="utf-8"))
    from_stdin = run("solve", "-", "--json")
    objectives = {ran.document["objective"] for ran in (from_file, from_text, from_stdin)}
    assert len(objectives) == 1


def test_output_folder_holds_all_that_belongs_to_the_answer(run) -> None:
    ran = run("solve", write(MIX), "-o", "run")
    assert ran.code == 0
    assert {path.name for path in Path("run").iterdir()} >= {"formulation.yaml", "answer.json", "answer.txt"}
    again = run("solve", "run/formulation.yaml", "--json")
    assert again.document["objective"] == 1150.0
    assert run("solve", "mix.yaml", "-o", "run").code == 2


@pytest.mark.parametrize(("bound", "status"), [("<= -1", "infeasible"), (">= 1", "unbounded")])
def test_infeasible_and_unbounded_are_answers(run, bound: str, status: str) -> None:
    text = MIX.replace("<= available", bound).replace(", upper: 30", "")
    ran = run("solve", write(text), "--json")
    assert ran.code == 1
    assert ran.document["status"] == status
    assert ran.document["objective"] is None


def test_scip_gives_the_same_optimum(run) -> None:
    answer = run("solve", write(MIX), "--solver", "scip", "--json").document
    assert (answer["solver"], round(answer["objective"], 6)) == ("scip", 1150.0)


def test_check_names_class_and_findings(run) -> None:
    ran = run("check", write(MIX + "  slack: 'make[chair] < 31'\n"), "--json")
    assert ran.code == 0
    assert ran.document["class"] == "MILP"
    assert "strict-whole" in {finding["code"] for finding in ran.document["findings"]}


def test_doctor(run) -> None:
    ran = run("doctor", "--json")
    assert ran.code == 0
    assert any(line["name"] == "solver highs" and line["state"] == "ok" for line in ran.document["checks"])


LIMIT = "<= available"
ONES = "values: {}, default: 1"
WIDE = [
    ("[chair, table]", "1..1000"),
    ("values: {chair: 30, table: 50}", ONES),
    ("values: {chair: 1, table: 2}", ONES),
    ("index: [Product], domain", "index: [Product, Product, Product], domain"),
]
BAD_DOCUMENTS: dict[str, list[tuple[str, str]]] = {
    "not yaml": [(MIX, "quintet: [1")],
    "a list": [(MIX, "- 1")],
    "unknown name": [("hours[p] *", "weight[p] *")],
    "too many indices": [("hours[p]", "hours[p, p]")],
    "missing table": [("available: 40", "available: {table: t.x}")],
    "duplicate element": [("[chair, table]", "[chair, chair]")],
    "open bracket": [("hours[p]", "hours[p")],
    "import": [(LIMIT, "<= __import__('os').getpid()")],
    "attribute": [(LIMIT, "<= available.real")],
    "lambda": [(LIMIT, "<= (lambda: 1)()")],
    "comprehension": [(LIMIT, "<= [p for p in Product]")],
    "10 MB": [(LIMIT, "<= " + "1+" * 5_000_000 + "1")],
    "brackets": [(LIMIT, "<= " + "(" * 10_000 + "1" + ")" * 10_000)],
    "no variable in the objective": [("profit[p] * make[p]", "profit[p]")],
    "no variables": [("make: {index: [Product], domain: integer, lower: 0, upper: 30}", "{}")],
    "no filter": WIDE,
    "crossed bounds": [("upper: 30", "upper: -1")],
    "nan": [("available: 40", "available: .nan")],
    "infinity": [("available: 40", "available: .inf")],
    "unknown key": [("objective:", "objectives:")],
    "newer version": [("quintet: 1", "quintet: 2")],
    "text for a number": [("available: 40", "available: {values: forty}")],
}


def changed(text: str, changes: list[tuple[str, str]]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_bad_documents_are_one_line_and_write_nothing(run, name: str) -> None:
    ran = run("solve", write(changed(MIX, BAD_DOCUMENTS[name])), "-o", "run", "--json")
    assert ran.code == 2, ran.err
    assert ran.out == ""
    assert ran.err.startswith("quintet: ")
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 400
    assert not Path("run").exists()


TABLE = """
quintet: 1
tables: {t: {file: t.csv, keys: [item]}}
sets: {Item: [a, b]}
parameters: {cost: {index: [Item], table: t.cost}}
variables: {x: {index: [Item], lower: 0}}
objective: {sense: minimize, expression: "sum(cost[i] * x[i] for i in Item)"}
"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "t.csv"),
        ("", "empty"),
        ("item,cost\na,1\na,2\nb,3\n", "'a'"),
        ("item,cost\na,1\n", "'b'"),
        ("item,cost\na,1\nb,two\n", "'two'"),
        ("item,cost\na,1\nb,nan\n", "'nan'"),
        ("item,price\na,1\nb,2\n", "'cost'"),
        ("\0\0\1", "t.csv"),
    ],
    ids=["missing", "empty", "duplicate key", "missing key", "text", "nan", "missing column", "binary"],
)
def test_bad_tables_are_one_line(run, content: str | None, said: str) -> None:
    if content is not None:
        Path("t.csv").write_text(content, encoding="utf-8")
    ran = run("solve", write(TABLE))
    assert ran.code == 2, ran.out
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "argument", ["", "   \n ", "no-such-file.yaml", "no-such-file.txt", ".", "binary.txt", "latin.txt"]
)
def test_bad_problems_are_one_line(run, argument: str) -> None:
    Path("binary.txt").write_bytes(b"\x7fELF\0\0\1")
    Path("latin.txt").write_bytes("Bäcker".encode("latin-1"))
    ran = run("solve", argument)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


def test_an_explicit_sum_of_5000_terms_works(run) -> None:
    terms = " + ".join("make[chair]" for _ in range(5000))
    answer = run("solve", write(MIX + f"  long: '{terms} <= 50000'\n"), "--json").document
    assert answer["variables"]["make"] == {"chair": 10, "table": 15}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--solver", "cplex"),
        ("--time-limit", "-1"),
        ("--option", "presolv=on"),
        ("--option", "x"),
        ("--data", "none"),
    ],
)
def test_bad_options_are_refused(run, arguments: tuple[str, str]) -> None:
    ran = run("solve", write(MIX), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_log_goes_to_stderr_and_options_through(run) -> None:
    ran = run("solve", write(MIX), "--log", "--option", "presolve=off", "--json")
    assert "HiGHS" in ran.err
    assert ran.document["objective"] == 1150.0


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom quintet import cli\n"
        "heavy = {'pydantic', 'numpy', 'yaml', 'highspy', 'pyomo', 'pyscipopt'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_output_folder_holds_the_tables_too(run) -> None:
    Path("t.csv").write_text("item,cost\na,1\nb,2\n", encoding="utf-8")
    assert run("solve", write(TABLE), "-o", "kept").code == 0
    Path("t.csv").unlink()
    assert run("solve", "kept/formulation.yaml").code == 0
