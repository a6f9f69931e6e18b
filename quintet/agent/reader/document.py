"""The reading as a document in the formulation language."""

from __future__ import annotations

import keyword
import re
from typing import Any

from quintet.agent.reader.attributes import Attribute
from quintet.agent.reader.facts import Bound, Ratio, Share, Total
from quintet.agent.reader.lexicon import CONTINUOUS_UNITS, PERIODS, TIME_UNITS
from quintet.agent.reader.matching import Row
from quintet.agent.reader.reading import Reading
from quintet.agent.reader.words import lemma_of, verb_base

INDEX = "p"
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
SPLITTABLE = {
    "serving",
    "cup",
    "glass",
    "portion",
    "dose",
    "meal",
    "plate",
    "bowl",
    "unit",
    "scoop",
    "spoon",
    "bag",
    "batch",
}
RESERVED = {
    "sum",
    "prod",
    "min",
    "max",
    "abs",
    "exp",
    "log",
    "sqrt",
    "in",
    "for",
    "if",
    "else",
    "and",
    "or",
    "not",
    "p",
}


class Document:
    """Builds the document of one reading; names are made unique as they are given."""

    def __init__(self, reading: Reading, text: str, title: str) -> None:
        self.reading = reading
        self.text = text
        self.taken: set[str] = set(RESERVED)
        self.elements = reading.names.spelled
        self.set_name = self._fresh(_set_name(reading))
        self.variable = self._fresh(_variable_name(text))
        self.parameters: dict[str, Any] = {}
        self.constraints: dict[str, Any] = {}
        self.title = title
        self.unit = "" if reading.unit == "unit" else self._unit(reading.unit)

    def build(self) -> dict[str, Any]:
        """The document as plain data."""
        objective = self._objective()
        for row in self.reading.rows:
            self._row(row)
        facts = self.reading.facts
        for bound in facts.bounds:
            self._bound(bound)
        for total in facts.totals:
            self._total(total)
        for ratio in facts.ratios:
            self._ratio(ratio)
        for share in facts.shares:
            self._share(share)
        document = {
            "quintet": 1,
            "title": self.title,
            "text": self.text,
            "sets": {self.set_name: self.elements},
            "parameters": self.parameters,
            "variables": {self.variable: self._variable()},
            "objective": objective,
            "constraints": self.constraints,
        }
        notes = [{"text": note, "source": source} for note, source in dict.fromkeys(facts.assumptions)]
        notes += [{"text": note} for note in (*_label_notes(self.reading), *self._domain_notes())]
        return {**document, "assumptions": notes} if notes else document

    def _variable(self) -> dict[str, Any]:
        domain = "integer" if self.reading.integer else "continuous"
        variable: dict[str, Any] = {"index": [self.set_name], "domain": domain, "lower": 0}
        if self.unit:
            variable["unit"] = self.unit
        return variable

    def _domain_notes(self) -> list[str]:
        """Why the decisions are whole or may be split, where the nouns leave no doubt."""
        unit = self.reading.unit
        if not self.reading.integer:
            return [f"{unit.capitalize()} amounts may be split."] if unit in CONTINUOUS_UNITS else []
        if unit in SPLITTABLE or unit in PERIODS:
            return []
        return [f"{', '.join(self.elements)} are counted in whole numbers."]

    def _per(self, unit: str) -> str:
        """A unit per unit of the decisions."""
        return f"{unit}/{self.unit}" if unit and self.unit else unit

    def _objective(self) -> dict[str, Any]:
        objective = self.reading.objective
        each = f"{self.variable}[{INDEX}]"
        if objective.plus is not None:
            coefficient = f"{self._attribute(objective.plus)}[{INDEX}]"
            if objective.minus is not None:
                coefficient = f"({coefficient} - {self._attribute(objective.minus)}[{INDEX}])"
            each = f"{coefficient} * {each}"
        only = objective.only
        expression = self._sum(only) if only else f"sum({each} for {INDEX} in {self.set_name})"
        found = {"sense": objective.goal.sense, "expression": expression, "source": objective.goal.text}
        return {**found, **self._objective_labels()}

    def _objective_labels(self) -> dict[str, str]:
        """What the objective is called, and its unit, where the text says them."""
        plus, minus = self.reading.objective.plus, self.reading.objective.minus
        if plus is None:
            return {"unit": self.unit} if self.unit else {}
        unit = self._unit(plus.unit)
        labels = {"unit": unit} if unit else {}
        return labels if minus is not None else {"name": self._attribute(plus), **labels}

    def _attribute(self, attribute: Attribute) -> str:
        for name, entry in self.parameters.items():
            if entry.get("_of") == attribute.number:
                return name
        name = self._fresh(_attribute_name(attribute))
        values = {
            element: _number(attribute.rates[number].token.value) if number in attribute.rates else 0
            for number, element in enumerate(self.elements)
        }
        quotes = list(dict.fromkeys(rate.quote for _, rate in sorted(attribute.rates.items())))
        entry: dict[str, Any] = {
            "index": [self.set_name],
            "values": values,
            "source": quotes,
            "_of": attribute.number,
        }
        unit = self._per(self._unit(attribute.unit))
        if unit:
            entry["unit"] = unit
        self.parameters[name] = entry
        return name

    def _unit(self, unit: str) -> str:
        """A unit as the language writes it."""
        if unit == "money":
            return next((name for sign, name in CURRENCIES.items() if sign in self.text), "money")
        return unit.replace(" ", "_").replace("-", "_") if unit.isascii() else ""

    def _scalar(self, name: str, value: float, quote: str, unit: str = "") -> str:
        name = self._fresh(name)
        entry: dict[str, Any] = {"values": _number(value), "source": quote}
        if unit:
            entry["unit"] = unit
        self.parameters[name] = entry
        return name

    def _row(self, row: Row) -> None:
        base = self._attribute(row.attribute)
        ending = "available" if row.limit.sense[0] == "<" else "required"
        unit = row.limit.unit if row.factor != 1 else row.attribute.unit
        scalar = self._scalar(f"{base}_{ending}", row.limit.token.value, row.limit.quote, self._unit(unit))
        right = scalar if row.factor == 1 else f"{scalar} * {self._conversion(row)}"
        left = f"sum({base}[{INDEX}] * {self.variable}[{INDEX}] for {INDEX} in {self.set_name})"
        self._constrain(f"{base}_limit", f"{left} {_loose(row.limit.sense)} {right}", row.limit.quote)

    def _conversion(self, row: Row) -> str:
        name = f"{row.attribute.unit}s_per_{row.limit.unit}"
        if name not in self.parameters:
            self.taken.add(name)
            per = f"{row.attribute.unit}/{row.limit.unit}"
            self.parameters[name] = {"values": _number(row.factor), "unit": per, "source": "implied"}
        return name

    def _bound(self, bound: Bound) -> None:
        element = self.elements[bound.activity]
        word = "max" if bound.sense[0] == "<" else "exact" if bound.sense == "==" else "min"
        scalar = self._scalar(f"{word}_{_snake(element)}", bound.token.value, bound.quote, self.unit)
        expression = f"{self.variable}['{element}'] {bound.sense} {scalar}"
        self._constrain(f"{word}_{_snake(element)}", expression, bound.quote)

    def _total(self, total: Total) -> None:
        word = "max" if total.sense[0] == "<" else "exact" if total.sense == "==" else "min"
        scalar = self._scalar(f"{word}_total", total.token.value, total.quote, self.unit)
        left = self._sum(total.activities)
        self._constrain(f"{word}_total", f"{left} {total.sense} {scalar}", total.quote)

    def _sum(self, activities: tuple[int, ...]) -> str:
        if len(activities) == len(self.elements):
            return f"sum({self.variable}[{INDEX}] for {INDEX} in {self.set_name})"
        return " + ".join(f"{self.variable}['{self.elements[number]}']" for number in activities)

    def _ratio(self, ratio: Ratio) -> None:
        left, right = (f"{self.variable}['{self.elements[n]}']" for n in (ratio.left, ratio.right))
        name = f"{_snake(self.elements[ratio.left])}_to_{_snake(self.elements[ratio.right])}"
        if ratio.token is not None:
            right = f"{self._scalar(f'{name}_ratio', ratio.token.value, ratio.quote)} * {right}"
        self._constrain(name, f"{left} {ratio.sense} {right}", ratio.quote)

    def _share(self, share: Share) -> None:
        word = "max" if share.sense[0] == "<" else "min"
        owner = _snake("_".join(self.elements[number] for number in share.activities))
        scalar = self._scalar(f"{word}_share_{owner}", share.token.value, share.quote)
        everything = self._sum(tuple(range(len(self.elements))))
        left = self._sum(share.activities)
        self._constrain(
            f"{word}_share_{owner}", f"{left} {_loose(share.sense)} {scalar} * {everything}", share.quote
        )

    def _constrain(self, name: str, expression: str, quote: str) -> None:
        base, number = name, 2
        while name in self.constraints:
            name, number = f"{base}_{number}", number + 1
        self.constraints[name] = {"expression": expression, "source": quote}

    def _fresh(self, name: str) -> str:
        name = _snake(name) if name != name.capitalize() else name
        base, number = name, 2
        while name in self.taken or keyword.iskeyword(name):
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name


def _label_notes(reading: Reading) -> list[str]:
    labelled = [" ".join(name) for name in reading.names.names if any(c.isdigit() for c in " ".join(name))]
    return [f"The number in the name {name!r} is a label." for name in labelled]


def _snake(words: str) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").lower()
    return name if name and not name[0].isdigit() else f"n_{name}" if name else "item"


def _set_name(reading: Reading) -> str:
    nouns = sorted(noun for noun in reading.names.group if noun.isascii() and noun.isalpha())
    noun = reading.names.head or (nouns[0] if nouns else "activity")
    return noun.capitalize() if noun.isascii() and noun.isalpha() else "Activity"


def _variable_name(text: str) -> str:
    asked = re.search(
        r"\bshould\b(?: \w+){0,4}? (?:be )?(\w+)(?: and \w+)?(?= (?:to|in order|each|so)\b|\?)", text.lower()
    )
    base = verb_base(asked.group(1)) if asked else ""
    return base if base and base not in ("be", "have", "do", "cost") else "quantity"


def _attribute_name(attribute: Attribute) -> str:
    if attribute.role:
        return {"make": "profit", "earn": "earnings", "price": "price"}.get(attribute.role, attribute.role)
    rate = max(attribute.rates.values(), key=lambda r: len(r.label))
    label = "_".join(
        lemma_of(word) if n == len(rate.label) - 1 and attribute.unit not in TIME_UNITS else word
        for n, word in enumerate(rate.label[:3])
    )
    if attribute.unit in TIME_UNITS:
        return f"{label}_{attribute.unit}s" if label else f"{attribute.unit}s"
    if attribute.flavor == "money":
        return label or "money"
    return label or attribute.unit or rate.verb or "use"


def _loose(sense: str) -> str:
    return {"<": "<=", ">": ">="}.get(sense, sense)


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def clean(document: dict[str, Any]) -> dict[str, Any]:
    """The document without the marks used while building it."""
    parameters = {
        name: {key: value for key, value in entry.items() if not key.startswith("_")}
        for name, entry in document["parameters"].items()
    }
    return {**document, "parameters": parameters}
