from __future__ import annotations

import re
from typing import Any

import pytest

from quintet import examples
from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.latex import latex
from quintet.formulation.markdown import markdown
from quintet.formulation.notation import Notation
from quintet.formulation.parser import parse, parse_members
from quintet.formulation.symbols import number, symbol
from quintet.formulation.textbook import textbook

DECLARED = {"L", "D", "C", "T", "cost", "x", "y", "z", "b", "alpha", "unit_cost", "p", "big"}
NOTATION = Notation(DECLARED, {"x", "y", "z", "b"})

# Every command in a formula is one of these, all of them known to KaTeX, MathJax and LaTeX (amsmath).
_LISTED = r"""
    \alpha \beta \gamma \delta \epsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi \pi \rho \sigma
    \tau \upsilon \phi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi
    \Omega \mathit \textit \texttt \text \textbackslash \textasciitilde \textasciicircum \textless
    \textgreater \textbar \textquoteleft \infty \cdot \le \ge \ne \lt \gt \sum \prod \min \max \exp \ln
    \log \sin \cos \tanh \operatorname \lvert \rvert \lfloor \rfloor \lceil \rceil \Rightarrow
    \Leftrightarrow \frac \begin \end \bigvee \in \notin \cup \cap \setminus \subseteq \lbrace \rbrace \mid
    \land \lor \lnot \bmod \cr \substack \left \right \sqrt \thinspace \dots \quad \qquad \forall \mathbb
"""
COMMANDS = set(_LISTED.split())


def math(text: str, *indices: str) -> str:
    return NOTATION.math(parse(text), indices)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x + y - 2 * z", r"x + y - 2 \thinspace z"),
        ("-(x + y) * 3", r"-(x + y) \cdot 3"),
        ("cost[l, 'B'] * x", r"\mathit{cost}_{l, \text{B}} \cdot x"),
        ("unit_cost[A] ** 2", r"\textit{unit cost}_{\text{A}}^{2}"),
        ("(x + 1) / y", r"\frac{x + 1}{y}"),
        ("alpha * 1e-07", r"\alpha \cdot 10^{-7}"),
        ("sum(x[l] for l in L) + 1", r"\sum_{l \in L} x_{l} + 1"),
        ("2 * sum(x[l] for l in L)", r"2 \thinspace \sum_{l \in L} x_{l}"),
        ("sum(x[l] for l in L) * 2", r"\left( \sum_{l \in L} x_{l} \right) \cdot 2"),
        ("sum(x[l] for l in L if (l, d) in C)", r"\sum_{l \in L : (l, d) \in C} x_{l}"),
        ("sum(x[l, t] for (l, t) in C)", r"\sum_{(l, t) \in C} x_{l, t}"),
        ("prod(x[t] for t in T)", r"\prod_{t \in T} x_{t}"),
        ("max(x[t] + 1 for t in T)", r"\max_{t \in T} (x_{t} + 1)"),
        ("max(x, 0)", r"\max(x, 0)"),
        ("abs(x - 1)", r"\lvert x - 1 \rvert"),
        ("sqrt(x) + log(y)", r"\sqrt{x} + \ln(y)"),
        ("floor(p / 3)", r"\left\lfloor \frac{p}{3} \right\rfloor"),
        ("7 // p + 7 % p", r"\left\lfloor \frac{7}{p} \right\rfloor + (7 \bmod p)"),
        ("card(T)", r"\lvert T \rvert"),
        ("x[prev(t)] + ord(t)", r"x_{\operatorname{prev}(t)} + \operatorname{ord}(t)"),
        ("1 <= x < 5", r"1 \le x \lt 5"),
        ("x != 3", r"x \ne 3"),
        ("x if p > 1 else 0", r"\begin{cases} x & \text{if } p \gt 1 \cr 0 & \text{otherwise} \end{cases}"),
        ("implies(b['i'], x >= 2)", r"b_{\text{i}} = 1 \Rightarrow x \ge 2"),
        ("iff(b[1], not b[2])", r"b_{1} = 1 \Leftrightarrow b_{2} = 0"),
        ("either(x >= 1, y >= 2 and not (z >= 3))", r"x \ge 1 \lor y \ge 2 \land \lnot (z \ge 3)"),
        ("either(x[t] >= 1 for t in T)", r"\bigvee_{t \in T} x_{t} \ge 1"),
        ("at_most(p, (b[t] for t in T))", r"\lvert \lbrace t \in T \mid b_{t} = 1 \rbrace \rvert \le p"),
        ("exactly(2, b[1], b[2], x >= 1)", r"[b_{1} = 1] + [b_{2} = 1] + [x \ge 1] = 2"),
        ("holds(x >= 1) + y", r"[x \ge 1] + y"),
        ("all_different(x[t] for t in T)", r"\operatorname{alldifferent}(x_{t} : t \in T)"),
        ("piecewise(x, [(0, 0), (3, p)], left=1)",
         r"\operatorname{piecewise}(x, (0, 0), (3, p), \text{left slope } 1)"),
        ("sos2([x, y])", r"\operatorname{SOS2}(x, y)"),
        ("p in T and p not in L", r"p \in T \land p \notin L"),
    ],
)  # fmt: skip
def test_expressions(text: str, wanted: str) -> None:
    assert math(text, "l", "d", "t") == wanted


def test_a_wide_filter_has_a_line_of_its_own() -> None:
    shown = math("sum(x[l, d] for l in L for d in D if cost[l, d] < big and unit_cost[l] >= 3)")
    assert r"\substack{l \in L, d \in D : \cr \mathit{cost}_{l, d} \lt" in shown


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(l, d) for l in L for d in D if cost[l, d] < 9",
         r"\lbrace (l, d) \mid l \in L, d \in D, \mathit{cost}_{l, d} \lt 9 \rbrace"),
        ("l for l in L if l != 'A'", r"\lbrace l \in L \mid l \ne \text{A} \rbrace"),
        ("L + D - T", r"L \cup D \setminus T"),
        ("L * (D + T)", r"L \cap (D \cup T)"),
    ],
)  # fmt: skip
def test_sets(text: str, wanted: str) -> None:
    assert NOTATION.members(parse_members(text)) == wanted


def test_resolved_trees_read_the_same() -> None:
    """What is bound reads as what was written, but for what binding says outright."""
    formulation = Formulation.load(examples.path("bottling"))
    model = bind(formulation)
    notation = Notation(
        {*model.sets, *model.parameters, *model.variables, *model.expressions}, {*model.variables}
    )
    for name, data in model.constraints.items():
        written = parse(formulation.constraints[name].expression)
        assert notation.math(data.tree) == notation.math(written, data.family.names)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("x", "x"), ("make", r"\mathit{make}"), ("unit_cost", r"\textit{unit cost}"), ("alpha", r"\alpha"),
     ("alphabet", r"\mathit{alphabet}"), ("_x", r"\texttt{\_x}"), ("a__b", r"\texttt{a\_\_b}")],
)  # fmt: skip
def test_names(name: str, wanted: str) -> None:
    assert symbol(name) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(3, "3"), (3.0, "3"), (0.35, "0.35"), (-1.5e-7, r"-1.5 \cdot 10^{-7}"), (1e20, "10^{20}"),
     (float("inf"), r"\infty")],
)  # fmt: skip
def test_numbers(value: float, wanted: str) -> None:
    assert number(value) == wanted


# whole documents


def formulas(page: str) -> list[str]:
    """All mathematics of a page of Markdown."""
    displayed = re.findall(r"\$\$\n(.*?)\n\$\$", page, re.DOTALL)
    rest = re.sub(r"\$\$\n.*?\n\$\$", "", page, flags=re.DOTALL)
    careful = re.findall(r"(?<!\\)\$`([^`]*)`\$", rest)
    rest = re.sub(r"(?<!\\)\$`[^`]*`\$", "", rest)
    return [*displayed, *careful, *re.findall(r"(?<!\\)\$([^$`]+)(?<!\\)\$", rest)]


def check_formula(formula: str) -> None:
    assert set(re.findall(r"\\[A-Za-z]+", formula)) <= COMMANDS
    bare = re.sub(r"\\[{}]", "", formula)
    assert bare.count("{") == bare.count("}")
    assert formula.count(r"\left") - formula.count(r"\left\l") >= 0
    assert len(re.findall(r"\\left\b", formula)) == len(re.findall(r"\\right\b", formula))
    assert not re.search(r"[|<>`\n]", formula)


@pytest.mark.parametrize("name", examples.names())
def test_every_example_is_set_out(name: str) -> None:
    formulation = Formulation.load(examples.path(name))
    for source in (formulation, bind(formulation)):
        page, article = markdown(source), latex(source)
        found = formulas(page)
        assert len(found) >= len(formulation.variables) + len(formulation.constraints)
        for formula in found:
            check_formula(formula)
        for title in ("Sets", "Parameters", "Decision variables", "Objective", "Constraints"):
            assert f"## {title}\n" in page
            assert f"section*{{{title}}}" in article
        for constraint in formulation.constraints:
            assert constraint.replace("_", r"\_") in page
        assert article.count(r"\begin{") == article.count(r"\end{")


def test_the_bottling_plan() -> None:
    formulation = Formulation.load(examples.path("bottling"))
    book = textbook(formulation)
    balance = book.constraints[0]
    assert balance.each == r"d \in \mathit{Drink}, w \in \mathit{Week}"
    assert balance.formula == (
        r"\left( \begin{cases} \mathit{inv}_{d, w - 1} & \text{if } w \gt 1 \cr \mathit{start} &"
        r" \text{otherwise} \end{cases} \right) + \sum_{l \in \mathit{Line} : (l, d) \in \mathit{Can}}"
        r" \mathit{make}_{l, d, w} = \mathit{demand}_{d, w} + \mathit{inv}_{d, w}"
    )
    assert book.variables[0].formula == r"0 \le \mathit{make}_{l, d, w} \le \mathit{capacity}_{l}"
    assert book.parameters[0].formula == r"\mathit{cost}_{l, d}"  # its index has no names of its own
    assert not book.tables
    bound = textbook(bind(formulation))
    assert [table.name for table in bound.tables] == ["cost", "demand", "capacity", "first_choice"]
    assert bound.tables[1].rows == ("cola", "lemon", "malt")
    assert bound.tables[1].cells[0] == ("230", "270", "310", "340")
    page = markdown(formulation)
    assert "**balance** (definition)[^2]" in page
    assert "[^2]: “What is wanted in a week is delivered in that week”" in page


def test_domains_soft_rows_and_several_objectives() -> None:
    book = textbook(
        Formulation.model_validate(
            {
                "sets": {"T": "1..4", "Q": {"in": "T", "values": [2]}},
                "parameters": {"n": {"index": ["T", "T"], "default": 3}, "big": 5},
                "variables": {
                    "u": {"lower": None},
                    "v": {"lower": 0, "upper": None},
                    "w": {"index": ["T"], "domain": "integer", "lower": 1, "upper": "2 * big"},
                    "s": {"domain": "semicontinuous", "lower": 2, "upper": 8},
                    "b": {"domain": "binary"},
                },
                "objective": [
                    {"sense": "minimize", "name": "first", "expression": "u", "priority": 1, "rel_tol": 0.05},
                    {"sense": "maximize", "expression": "v", "weight": 2, "priority": 2},
                ],
                "constraints": {
                    "wish": {"expression": "u >= v", "soft": {"penalty": 3, "limit": "big", "priority": 2}}
                },
            }
        )
    )
    assert [line.formula for line in book.variables] == [
        r"u \in \mathbb{R}",
        r"v \ge 0",
        r"1 \le w_{t} \le 2 \thinspace \mathit{big}, \quad w_{t} \in \mathbb{Z}",
        r"s \in \lbrace 0 \rbrace \cup [2, 8]",
        r"b \in \lbrace 0, 1 \rbrace",
    ]
    assert book.parameters[0].each == r"t \in T, u \in T" or book.parameters[0].each == r"t \in T, x \in T"
    assert book.sets[1].formula == r"Q \subseteq T = \lbrace 2 \rbrace"
    assert [line.formula for line in book.objectives] == [r"\min \quad u", r"\max \quad v"]
    assert book.objectives[0].remark == "priority 1, may give up 0.05 of it for what comes after"
    assert book.objectives[1].remark == "priority 2, weight 2"
    assert book.constraints[0].remark == "soft: 3 for each unit that it is broken by, at most big, priority 2"


EVIL = (
    "<script>alert(1)</script> $x$ `code` | \\input{/etc/passwd} \\end{document} _a_ **b** [l](u) # 1."
    " \u202e\x07"
)
HOSTILE: dict[str, Any] = {
    "title": EVIL,
    "text": f"- {EVIL}\n\n1. {EVIL}\n\n[^1]: note http://a.example www.b.example @c",
    "sets": {"I": ["a|b", "$x$", "}{", "\\x", "`", "<b>", "_", "^", "#", "%", "&", "~", "Ω", "é"]},
    "parameters": {"p": {"index": ["I"], "default": 1, "unit": EVIL, "note": EVIL, "source": EVIL}},
    "variables": {"x": {"index": ["I"], "lower": 0, "upper": None, "unit": "[kg] & <h>"}},
    "objective": {"sense": "minimize", "name": EVIL, "expression": "sum(x[i] for i in I)", "source": EVIL},
    "constraints": {"c": {"expression": "x['}{'] + x['a|b'] >= p['$x$'] + p['<b>']", "source": [EVIL, EVIL]}},
    "assumptions": [{"text": EVIL}],
}


def test_hostile_texts_stay_text_in_markdown() -> None:
    formulation = Formulation.model_validate(HOSTILE)
    for source in (formulation, bind(formulation)):
        page = markdown(source)
        found = formulas(page)
        for formula in found:
            check_formula(formula)
        assert r"x_{\text{\}\{}} + x_{\text{a\textbar b}}" in "".join(found)
        assert "<" not in page.replace("&lt;", "")
        assert "\u202e" not in page
        assert "\x07" not in page
        assert not re.search(r"(?<!\\)\*\*b", page)
        assert not re.search(r"(?<!\\)\[l\]", page)
        assert "http\\://" in page
        for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
            # no text of a cell opens another one
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_hostile_texts_stay_text_in_latex() -> None:
    formulation = Formulation.model_validate(HOSTILE)
    for source in (formulation, bind(formulation)):
        article = latex(source)
        assert article.count(r"\end{document}") == 1
        assert r"\input" not in article
        assert r"\textbackslash input\{/etc/passwd\}" in article
        body = article.partition(r"\begin{document}")[2]
        bare = re.sub(r"\\[\\{}$%&#_]", "", body)
        assert bare.count("{") == bare.count("}")
        assert bare.count("$") % 2 == 0
        assert "%" not in bare
        assert "#" not in bare


def test_a_document_without_data_is_set_out() -> None:
    document = {
        "tables": {"t": {"file": "nowhere.csv", "keys": ["i", "j"]}},
        "sets": {"Arc": {"table": "t"}, "Node": {"table": "t.i"}},
        "parameters": {"cost": {"index": ["Arc"], "table": "t.cost"}},
        "variables": {"flow": {"index": ["Arc"], "lower": 0, "upper": None}},
        "objective": {"sense": "minimize", "expression": "sum(cost[i, j] * flow[i, j] for (i, j) in Arc)"},
    }
    book = textbook(Formulation.model_validate(document))
    assert book.parameters[0].formula == r"\mathit{cost}_{i, j}"
    assert book.parameters[0].remark == "column cost of table t"
    assert book.sets[0].remark == "keys of table t"
    assert book.sets[0].formula == r"\mathit{Arc}"
