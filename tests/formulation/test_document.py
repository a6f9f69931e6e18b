from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.errors import DocumentError
from quintet.formulation import yaml_reader
from quintet.formulation.document import Formulation

SMALL = """
quintet: 1
title: Two loaves
text: |
  A baker sells rye for 3 and wheat for 2 …
  He has 40 kg of flour.
sets:
  Loaf: [rye, wheat]
  Day: 1..3
  Pair: [[rye, 1], [wheat, 2]]
  Late: {in: Day, values: [2, 3]}
  Some: {from: "d for d in Day if d > 1"}
parameters:
  price: {index: [Loaf], values: {rye: 3, wheat: 2}, unit: EUR, source: 'rye for 3 and wheat for 2'}
  need: {index: [Loaf, Day], values: {rye: {1: 1, 2: 0.5}, wheat: [1, 2, 3]}, default: 0}
  flour: 40
variables:
  bake: {index: [Loaf, Day], domain: continuous, lower: 0, upper: null}
  open: {domain: binary}
expressions:
  used: "sum(bake[l, d] for l in Loaf for d in Day)"
objective: {sense: maximize, expression: "sum(price[l] * bake[l, d] for l in Loaf for d in Day)"}
constraints:
  stock: "used <= flour * open"
  calm: {for: "d in Day", expression: "bake['rye', d] <= 10", kind: policy, soft: {penalty: 5}}
assumptions:
  - {text: loaves may be cut}
scenarios:
  dear: {set: {flour: 30, price: {rye: 4}}, expect: {objective: 90}}
optimum: 120
"""


def refusal(document: Any, **options: Any) -> DocumentError:
    read = Formulation.loads if isinstance(document, str) else Formulation.model_validate
    with pytest.raises(DocumentError) as caught:
        read(document, **options)
    assert type(caught.value) is DocumentError
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    return caught.value


def with_change(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"objective": {"sense": "satisfy"}}
    return {**document, **changes}


# both ways


def test_both_formats_give_the_document_back() -> None:
    formulation = Formulation.loads(SMALL)
    assert Formulation.loads(formulation.dump()) == formulation
    assert Formulation.loads(formulation.dump("json"), "json") == formulation
    assert Formulation.model_validate(yaml.safe_load(formulation.dump())) == formulation
    assert Formulation.model_validate(json.loads(formulation.dump("json"))) == formulation
    assert formulation.variables["bake"].upper is None
    assert "upper: null" in formulation.dump()


def test_dumping_twice_gives_the_same_text() -> None:
    text = Formulation.loads(SMALL).dump()
    assert Formulation.loads(text).dump() == text


def test_what_is_written_is_pleasant() -> None:
    text = Formulation.loads(SMALL).dump()
    assert text.startswith('quintet: 1\ntitle: "Two loaves"\ntext: |\n  A baker sells rye')
    assert (
        "  need: {index: [Loaf, Day], values: {rye: {1: 1, 2: 0.5}, wheat: [1, 2, 3]}, default: 0}\n" in text
    )
    assert (
        '  calm: {for: "d in Day", expression: "bake[\'rye\', d] <= 10", soft: {penalty: 5}, kind: policy}'
        in text
    )
    assert "  flour: 40\n" in text
    assert "  Day: 1..3\n" in text


def test_the_order_of_names_is_kept() -> None:
    sets = {name: ["a"] for name in ("Zeta", "Alpha", "Mid")}
    formulation = Formulation.model_validate(with_change(sets=sets, parameters={"sense": 3, "a_first": 4}))
    for format in ("yaml", "json"):
        again = Formulation.loads(formulation.dump(format), format)
        assert list(again.sets) == ["Zeta", "Alpha", "Mid"]
        assert list(again.parameters) == ["sense", "a_first"]


def test_an_unknown_format() -> None:
    formulation = Formulation.loads(SMALL)
    with pytest.raises(DocumentError, match="unknown format 'toml'"):
        formulation.dump("toml")  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(DocumentError, match="unknown format 'toml'"):
        Formulation.loads("", "toml")  # type: ignore[arg-type] # the mistake under test


nasty = st.text() | st.text(alphabet="ab01 -:#'\"\n\t,[]{}&*!|>%@`?~.\\…\u2028\x85\r\x00😀")
names = st.from_regex(r"[a-z][a-z0-9_]{0,6}q", fullmatch=True)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
leaves = numbers | nasty
elements = st.integers() | nasty
keys = st.integers(-50, 2050) | nasty


def _maps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Any, Any]]:
    pairs = st.lists(st.tuples(keys, values), max_size=3, unique_by=lambda pair: str(pair[0]))
    return pairs.map(dict)


values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | _maps(inner), max_leaves=6)
sources = nasty | st.lists(nasty, max_size=2)


def _entry(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional={"note": nasty, "source": sources, **optional})


index = nasty | st.lists(nasty, max_size=3)
members = st.lists(elements | st.lists(elements, min_size=1, max_size=2), max_size=3)
set_entries = members | nasty | _entry({}, values=members, **{"in": nasty, "from": nasty, "index": index})
parameter_entries = numbers | _entry({}, values=values, index=index, default=leaves, unit=nasty, table=nasty)
variable_entries = _entry({"lower": st.none() | leaves}, upper=st.none() | leaves, index=index, unit=nasty)
expression_entries = nasty | numbers | _entry({"expression": nasty}, index=index)
soft = st.fixed_dictionaries({"penalty": leaves}, optional={"limit": leaves, "priority": st.integers()})
constraint_entries = nasty | _entry({"expression": nasty}, **{"for": nasty, "soft": soft})
objectives = _entry({"sense": st.just("minimize"), "expression": nasty | numbers}, weight=numbers, name=nasty)
tables = _entry({"file": nasty}, sheet=nasty, keys=st.lists(nasty, max_size=2), across=nasty)
scenarios = st.fixed_dictionaries(
    {}, optional={"set": st.dictionaries(nasty, values, max_size=2), "note": nasty}
)


def _section(prefix: str, entries: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(names.map(lambda name: f"{prefix}{name}"), entries, max_size=2)


documents = st.fixed_dictionaries(
    {"objective": objectives | st.lists(objectives, min_size=1, max_size=2)},
    optional={
        "title": nasty,
        "text": nasty,
        "note": nasty,
        "quintet": st.just(1),
        "optimum": numbers | st.just("infeasible"),
        "tables": _section("t", tables),
        "sets": _section("s", set_entries),
        "parameters": _section("p", parameter_entries),
        "variables": _section("v", variable_entries),
        "expressions": _section("e", expression_entries),
        "constraints": _section("c", constraint_entries),
        "assumptions": st.lists(_entry({"text": nasty}), max_size=2),
        "scenarios": st.dictionaries(nasty, scenarios, max_size=2),
    },
)


@settings(max_examples=80)
@given(documents)
def test_any_document_survives_both_formats(document: dict[str, Any]) -> None:
    formulation = Formulation.model_validate(document)
    written = formulation.dump()
    assert Formulation.loads(written) == formulation
    assert Formulation.loads(formulation.dump("json"), "json") == formulation
    assert Formulation.model_validate(yaml.safe_load(written)) == formulation


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)
SECTIONS = [
    "tables",
    "sets",
    "parameters",
    "variables",
    "expressions",
    "objective",
    "constraints",
    "assumptions",
]
FIELDS = [
    "file",
    "values",
    "in",
    "from",
    "index",
    "expression",
    "for",
    "soft",
    "lower",
    "domain",
    "sense",
    "source",
]


@settings(max_examples=80)
@given(
    st.sampled_from([*SECTIONS, "scenarios", "text", "optimum", "quintet"]),
    plain
    | st.dictionaries(
        st.sampled_from([*FIELDS, "x"]), plain | st.dictionaries(st.sampled_from(FIELDS), plain)
    ),
)
def test_any_data_is_a_formulation_or_refused_in_one_line(section: str, data: Any) -> None:
    said = ""
    try:
        Formulation.model_validate(with_change(**{section: data}))
    except DocumentError as error:
        said = str(error)
    assert len(said.splitlines()) <= 1


@given(st.text(), st.sampled_from(["yaml", "json"]))
def test_any_text_is_a_formulation_or_refused_in_one_line(text: str, format: Any) -> None:
    with pytest.raises(DocumentError) as caught:  # no text is a formulation by chance
        Formulation.loads(text, format)
    assert len(str(caught.value).splitlines()) == 1


# what is refused, with its place


@pytest.mark.parametrize(
    ("changes", "place", "said", "remedy"),
    [
        ({"objective": {"sense": "min", "expression": "x"}}, "objective.sense", "'min'", "minimize"),
        ({"objective": {"sense": "minimize"}}, "objective", "missing", "add expression"),
        ({"objective": {"sense": "satisfy", "expression": "x"}}, "objective", "satisfy", "leave it out"),
        ({"objective": {"expression": "x"}}, "objective", "'sense' is missing", "add sense"),
        ({"objective": [{"sense": "satisfy"}, {"sens": "x"}]}, "objective[2].sens", "unknown", "'sense'"),
        ({"objective": []}, "objective", "[]", ""),
        ({"objective": "x + y"}, "objective", "'x + y'", "sense"),
        ({"objective": None}, "objective", "no value", "quotes"),
        ({"constraint": {}}, "constraint", "unknown key", "'constraints'"),
        ({"zzz": 1}, "zzz", "unknown key", "known keys"),
        ({"parameters": {"p": {"valus": 3}}}, "parameters.p.valus", "unknown key", "'values'"),
        (
            {"constraints": {"c": {"expression": "x", "fro": "i"}}},
            "constraints.c.fro",
            "unknown key",
            "'for'",
        ),
        (
            {"constraints": {"c": {"expresion": "x"}}},
            "constraints.c.expresion",
            "unknown key",
            "'expression'",
        ),
        ({"constraints": {"c": 3}}, "constraints.c", "3 can't stand here", "expression"),
        (
            {"constraints": {"c": {"expression": "x", "soft": {"pay": 1}}}},
            "constraints.c.soft.pay",
            "unknown",
            "",
        ),
        ({"sets": {"S": [1, 1.5]}}, "sets.S[2]", "1.5 can't be an element", "quote"),
        ({"sets": {"S": [1, True]}}, "sets.S[2]", "true can't be an element", ""),
        ({"sets": {"S": {"values": [[1, None]]}}}, "sets.S.values[1]", "null can't be an element", ""),
        ({"sets": {"S": 3}}, "sets.S", "3 can't stand here", "values"),
        ({"sets": ["S"]}, "sets", "is not a map of names", ""),
        ({"parameters": {"p": "many"}}, "parameters.p", "'many'", "values"),
        ({"parameters": {"p": {"values": {"A": [1, True]}}}}, "parameters.p.values.A[2]", "true", "quote"),
        ({"parameters": {"p": {"values": {1: 2, "1": 3}}}}, "parameters.p.values", "stands twice", ""),
        ({"parameters": {"p": {"values": {1.5: 2}}}}, "parameters.p.values", "1.5 can't be", ""),
        (
            {"parameters": {"p": {"values": float("nan")}}},
            "parameters.p.values",
            "nan is not a number",
            "finite",
        ),
        ({"parameters": {"p": float("inf")}}, "parameters.p", "inf is not a number", "null"),
        ({"parameters": {"p": 10**400}}, "parameters.p", "number of", "finite"),
        ({"parameters": {"p": {"index": [1]}}}, "parameters.p.index", "1 is not a text", "quotes"),
        ({"variables": {"x": {"lower": True}}}, "variables.x.lower", "true is not a number", ""),
        ({"variables": {"x": {"lower": float("-inf")}}}, "variables.x.lower", "-inf", "null"),
        ({"variables": {"x": {"lower": [0]}}}, "variables.x.lower", "[0] is not a number", ""),
        ({"variables": {"x": {"domain": "int", "lower": 0}}}, "variables.x.domain", "'int'", "'integer'"),
        ({"variables": {"x": {"domain": "natural"}}}, "variables.x.domain", "'natural'", "integer"),
        ({"variables": {"x": {}}}, "variables.x", "lower bound", "lower: 0"),
        (
            {"variables": {"x": {"domain": "integer", "upper": 3}}},
            "variables.x",
            "lower bound",
            "lower: null",
        ),
        ({"variables": {"x": {"domain": "binary", "lower": 0}}}, "variables.x", "no bound", "integer"),
        ({"title": 2026}, "title", "2026 is not a text", "quotes"),
        ({"text": ["a"]}, "text", "['a'] is not a text", "quotes"),
        ({"text": "a\ud800"}, "text", "half a character", "UTF-8"),
        ({"optimum": "best"}, "optimum", "'best'", ""),
        ({"optimum": True}, "optimum", "true", ""),
        ({"tables": {"t": {"file": "a.csv", "keys": "k"}}}, "tables.t.keys", "'k' is not a list", "[a, b]"),
        ({"tables": {"t": {}}}, "tables.t", "'file' is missing", "add file"),
        ({"tables": {"t": {"file": "a.csv", "decimal": ";"}}}, "tables.t.decimal", "';' is none of", ""),
        ({"assumptions": [{"source": "x"}]}, "assumptions[1]", "'text' is missing", "add text"),
        ({"assumptions": ["x"]}, "assumptions[1]", "'x' can't stand here", "text"),
        ({"quintet": 2}, "quintet", "version 2", "upgrade"),
        ({"quintet": 0}, "quintet", "version 0", "quintet: 1"),
        ({"quintet": "1"}, "quintet", "'1' is not a whole number", ""),
        ({"source": "x" * 1000}, "source", "unknown key", ""),
        ({1: "x"}, "1", "1 is not a key", "letter"),
        ({"sets": {1: ["a"]}}, "sets.1", "1 is not a text", "quotes"),
    ],
)
def test_refused_with_place_value_and_remedy(
    changes: dict[Any, Any], place: str, said: str, remedy: str
) -> None:
    error = refusal({"objective": {"sense": "satisfy"}, **changes})
    assert error.place == place
    assert said in error.message
    assert remedy in error.remedy
    assert len(str(error)) < 400


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("constraints: {c: {expression: max(a, b)}}", "line 1"),
        ("parameters: {p: {values: 3, source: at least 1,000 units}}", "line 1"),
        ("parameters: {p: {values: {A:5}}}", "line 1"),
        ("constraints:\n  c:\n    expression: x\n    000 units:\n", "constraints.c.'000 units'"),
        ("parameters:\n  p:\n    values:\n      A:5:\n", "parameters.p.values.'A:5'"),
        ("sets:\n  A:5:\n", "sets.'A:5'"),
    ],
)
def test_a_key_without_a_value_that_nobody_knows_says_to_quote(text: str, place: str) -> None:
    error = refusal(f"{text}\nobjective: {{sense: satisfy}}")
    assert error.place.startswith(place)
    assert "quote" in error.remedy


def test_several_problems_are_counted() -> None:
    error = refusal(with_change(sets={"S": [1.5, True]}))
    assert "first of 2 problems" in error.message


@pytest.mark.parametrize("document", ["", "# nothing", "null", "[1, 2]", "just words", "3"])
def test_what_is_no_map(document: str) -> None:
    assert "document is" in refusal(document).message


# names


@pytest.mark.parametrize(
    "name", ["lambda", "for", "None", "sum", "min", "holds", "prev", "a b", "2x", "x-1", "é", ""]
)
@pytest.mark.parametrize("section", ["sets", "parameters", "variables", "expressions"])
def test_names_that_no_expression_could_use(name: str, section: str) -> None:
    entry = {"sets": ["a"], "parameters": 3, "variables": {"lower": 0}, "expressions": "1"}[section]
    error = refusal(with_change(**{section: {name: entry}}))
    assert error.place == (f"{section}.{name}" if name else f"{section}.")


@pytest.mark.parametrize("section", ["tables", "constraints"])
def test_tables_and_constraints_are_words_in_namespaces_of_their_own(section: str) -> None:
    entry = {"tables": {"file": "a.csv"}, "constraints": "x <= 1"}[section]
    shared = {"sets": {"S": ["a"]}, "parameters": {"p": 1}, "variables": {"x": {"lower": 0}}}
    Formulation.model_validate(
        with_change(**shared, **{section: dict.fromkeys(["S", "p", "x", "min"], entry)})
    )
    assert "can't be a name" in refusal(with_change(**{section: {"a b": entry}})).message


@pytest.mark.parametrize("other", ["sets", "parameters", "variables"])
def test_one_name_for_two_things(other: str) -> None:
    entries = {"sets": ["a"], "parameters": 3, "variables": {"lower": 0}}
    error = refusal(with_change(**{other: {"demand": entries[other]}, "expressions": {"demand": "1"}}))
    assert error.place == "expressions.demand"
    assert f"{other}.demand" in error.message


def test_a_name_that_is_far_too_long() -> None:
    assert len(str(refusal(with_change(sets={"x" * 10_000: ["a"]})))) < 400


# hostile documents


def test_json_refuses_what_json_readers_let_pass() -> None:
    assert "'a' stands twice" in refusal('{"a": 1, "a": 2}', format="json").message
    assert "NaN" in refusal('{"a": NaN}', format="json").message
    assert "-Infinity" in refusal('{"a": -Infinity}', format="json").message
    assert "digits" in refusal('{"a": %s}' % ("9" * 10_000), format="json").message
    assert refusal('{"objective": {"sense": "satisfy"}, "parameters": {"p": 1e999}}', format="json").place
    assert refusal('{"a": 1,\n}', format="json", place="f.json").place == "f.json, line 2, column 1"
    assert "deeper" in refusal("[" * 200_000, format="json").message
    assert "deeper" in refusal('{"a":' * 100 + "1" + "}" * 100, format="json").message
    assert "half a character" in refusal('{"text": "\\ud800"}', format="json").message
    assert "half a character" in refusal('{"\\ud800": 1}', format="json").message


def test_data_that_contains_itself() -> None:
    data = with_change()
    data["parameters"] = data
    assert "deeper" in refusal(data).message


def test_a_document_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "SIZE_LIMIT", 10)
    assert "longer" in refusal("objective: {sense: satisfy}").message


# files


def test_load_remembers_its_folder_and_save_gives_it_back(tmp_path: Path) -> None:
    formulation = Formulation.loads(SMALL)
    assert formulation.folder is None
    for name in ("a.yaml", "a.yml", "a.json", "B.JSON"):
        formulation.save(tmp_path / name)
        again = Formulation.load(str(tmp_path / name))
        assert again == formulation
        assert again.folder == tmp_path
    assert sorted(path.name for path in tmp_path.iterdir()) == ["B.JSON", "a.json", "a.yaml", "a.yml"]
    assert formulation.within(tmp_path).folder == tmp_path


def test_equality_is_of_documents() -> None:
    formulation = Formulation.loads(SMALL)
    assert formulation == Formulation.loads(SMALL).within(Path("elsewhere"))
    assert formulation != Formulation.loads(SMALL.replace("40", "41"))
    assert formulation != SMALL


def test_save_keeps_the_old_file_if_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "plan.yaml"
    target.write_text("old", encoding="utf-8")

    def fail(_handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DocumentError, match="can't be written: disk full"):
        Formulation.loads(SMALL).save(target)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_save_keeps_mode_and_link(tmp_path: Path) -> None:
    target, link = tmp_path / "plan.yaml", tmp_path / "link.yaml"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    Formulation.loads(SMALL).save(link)
    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert Formulation.load(target) == Formulation.loads(SMALL)


@pytest.mark.parametrize("name", ["missing/plan.yaml", "folder.yaml", "plan.txt", "plan"])
def test_save_where_it_can_not_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(DocumentError):
        Formulation.loads(SMALL).save(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.yaml"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.yaml", b"\x89PNG\x00\x01", "binary"),
        ("a.yaml", "title: é".encode("latin-1"), "not UTF-8"),
        ("a.yaml", "title: x".encode("utf-16"), "not UTF-8"),
        ("a.json", b"", "not JSON"),
        ("a.yaml", b"", "empty"),
        ("a.yaml", b"a: b: c", "not YAML"),
        ("a.toml", b"", "suffix '.toml' is unknown"),
        ("a", b"", "no suffix"),
    ],
)
def test_files_that_are_no_formulation(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        Formulation.load(tmp_path / name)
    assert said in caught.value.message
    assert caught.value.place.startswith(name)
    assert caught.value.remedy


def test_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, said in (
        ("missing.yaml", "no such file"),
        ("folder.yaml", "is a folder"),
        ("pipe.yaml", "no such file"),
    ):
        with pytest.raises(DocumentError, match=said):
            Formulation.load(tmp_path / name)
    for name in ("x" * 5000 + ".yaml", "a\0b.yaml"):
        with pytest.raises(DocumentError):
            Formulation.load(tmp_path / name)


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfobjective: {sense: satisfy}")
    assert Formulation.load(tmp_path / "a.yaml").objectives[0].expression is None


def test_errors_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("objective: {sense: maximise, expression: x}", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        Formulation.load(tmp_path / "plan.yaml")
    assert str(caught.value) == (
        "plan.yaml, objective.sense: 'maximise' is none of minimize, maximize, satisfy; "
        "did you mean 'maximize'?"
    )


def test_json_by_pydantics_own_door_raises_our_error() -> None:
    formulation = Formulation.loads(SMALL)
    assert Formulation.model_validate_json(formulation.dump("json")) == formulation
    assert Formulation.model_validate_json(formulation.dump("json").encode()) == formulation
    assert Formulation.model_validate(formulation) is formulation
    with pytest.raises(DocumentError):
        Formulation.model_validate_json("{")
    with pytest.raises(DocumentError):
        Formulation.model_validate_json(b"\xff")
