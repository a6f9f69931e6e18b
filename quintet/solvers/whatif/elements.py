"""Elements added to and removed from sets, with what hangs on them.

An element that goes takes with it the subsets' copies of it, the tuples it is part of, and the data
under its keys. An element that comes needs data, which only its user has: `missing` names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintet.errors import DataError, DocumentError
from quintet.formulation.binder import Binder
from quintet.formulation.declarations import Component
from quintet.formulation.model import Key, SetData
from quintet.formulation.schema import ParameterEntry, SetEntry
from quintet.formulation.tree import ElementValue
from quintet.solvers.whatif.changes import AddElement, RemoveElement, element_text
from quintet.solvers.whatif.keys import close_to, nested, require, target_text
from quintet.solvers.whatif.overrides import uses

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

SHOWN = 4


@dataclass(frozen=True)
class Resized:
    """A document whose sets were changed, and what was changed along with them."""

    formulation: Formulation
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Edit:
    """One change of one set: what the document said, and the new members of the sets it touches."""

    document: Formulation
    binder: Binder
    members: dict[str, list[Key]]
    shrinks: bool
    removed: ElementValue | None = None
    notes: list[str] = field(default_factory=list)

    @cached_property
    def kept(self) -> dict[str, set[Key]]:
        """The new members of the changed sets, for look-ups; asked for when all of them are known."""
        return {name: set(members) for name, members in self.members.items()}


def add_element(formulation: Formulation, folder: Path, change: AddElement) -> Resized:
    """The document with one more element in a set.

    Raises:
        DocumentError: No such set, or one whose members are computed.
        DataError: The element is there already, or is of another kind than the others.
    """
    edit, present = _opened(formulation, folder, change)
    key = _typed(change, present)
    if key in present.family.position:
        raise DataError(
            f"{element_text(change.element)} is in {change.set} already",
            place=change.place,
            remedy="leave the change out",
        )
    _refuse_outside(edit, change, key)
    edit.members[change.set] = _placed(change, present, key)
    return _resized(edit)


def remove_element(formulation: Formulation, folder: Path, change: RemoveElement) -> Resized:
    """The document with one element less in a set, in its subsets and in tuples of it.

    Raises:
        DocumentError: No such set, or one whose members are computed.
        DataError: The element is not there, or is the last one.
    """
    edit, present = _opened(formulation, folder, change)
    key = _found(change, present)
    removed = key[0] if len(key) == 1 else None
    edit = replace(edit, removed=removed)
    edit.members[change.set] = _without(change.set, present, [key], change)
    if removed is not None:
        _cascade(edit, change, present)
    return _resized(edit)


def _opened(
    formulation: Formulation, folder: Path, change: AddElement | RemoveElement
) -> tuple[_Edit, SetData]:
    name, place = change.set, change.place
    require(name, formulation.sets, "set", place)
    entry, binder = formulation.sets[name], Binder(formulation, folder)
    _refuse_computed(name, entry, formulation, place)
    present = binder.set(name)
    assert isinstance(present, SetData)
    if present.arity != len(change.element) and len(present):
        example = element_text(tuple(map(str, present.members[0])))
        given = f"{element_text(change.element)} has {len(change.element)}"
        said = f"an element of {name} has {present.arity} part(s), {given}"
        raise DataError(said, place=place, remedy=f"write it as {example}")
    return _Edit(formulation, binder, {}, isinstance(change, RemoveElement)), present


def _refuse_computed(name: str, entry: SetEntry, formulation: Formulation, place: str) -> None:
    computed = entry.computed is not None or entry.index is not None
    ends = (entry.range or "").partition("..")
    loose = [
        end.strip() for end in (ends[0], ends[2]) if end.strip() and not end.strip().lstrip("-").isdigit()
    ]
    if computed or loose:
        origins = ", ".join(uses(name, formulation)[:SHOWN]) or "nothing"
        raise DocumentError(
            f"the members of {name} are computed",
            place=place,
            remedy=f"change what they come from: {origins}",
        )


def _typed(change: AddElement, present: SetData) -> Key:
    """The element with whole numbers where the others have whole numbers."""
    return tuple(_like(change, text, present, c) for c, text in enumerate(change.element))


def _like(change: AddElement, text: str, present: SetData, component: int) -> ElementValue:
    others = [key[component] for key in present.members]
    if not others or not all(isinstance(other, int) for other in others):
        return text
    try:
        return int(text)
    except ValueError:
        raise DataError(
            f"{text!r} is no whole number, as the elements of {change.set} are",
            place=change.place,
            remedy=f"write a number, as {others[-1]}",
        ) from None


def _placed(change: AddElement, present: SetData, key: Key) -> list[Key]:
    """At the end; in a row of whole numbers without gaps, before the first or after the last."""
    members = present.members
    numbers = [element for member in members for element in member if isinstance(element, int)]
    number = next(iter(key))
    in_a_row = bool(numbers) and numbers == list(range(numbers[0], numbers[0] + len(members)))
    if present.arity > 1 or not in_a_row or not isinstance(number, int):
        return [*members, key]
    if number not in (numbers[0] - 1, numbers[-1] + 1):
        raise DataError(
            f"{number} does not follow on {numbers[0]}..{numbers[-1]}",
            place=change.place,
            remedy=f"add {numbers[-1] + 1} first",
        )
    return [key, *members] if number < numbers[0] else [*members, key]


def _refuse_outside(edit: _Edit, change: AddElement, key: Key) -> None:
    within = edit.document.sets[change.set].within
    if within is None:
        return
    superset = edit.binder.set(within)
    if isinstance(superset, SetData) and key not in superset.family.position:
        raise DataError(
            f"{change.set} is a part of {within}, which has no {element_text(change.element)}",
            place=change.place,
            remedy=f"add --add-element '{within}={element_text(change.element)}' before it",
        )


def _found(change: RemoveElement, present: SetData) -> Key:
    for key in present.members:
        if tuple(map(str, key)) == change.element:
            return key
    names = [element_text(tuple(map(str, key))) for key in present.members]
    shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    remedy = close_to(element_text(change.element), names) or f"there are: {shown}"
    raise DataError(
        f"{element_text(change.element)} is not in {change.set}", place=change.place, remedy=remedy
    )


def _without(name: str, present: SetData, gone: list[Key], change: RemoveElement) -> list[Key]:
    left = [key for key in present.members if key not in set(gone)]
    if not left:
        said = f"nothing would be left in {name}, and a model without its elements decides nothing"
        raise DataError(said, place=change.place, remedy="keep one element")
    return left


# what hangs on an element


def _cascade(edit: _Edit, change: RemoveElement, present: SetData) -> None:
    for name, entry in edit.document.sets.items():
        if name == change.set or entry.index is not None or entry.computed is not None:
            continue
        found = edit.binder.set(name)
        if not isinstance(found, SetData):
            continue
        subset = found.arity == 1 and change.set in _supersets(name, edit.document)
        columns = [0] if subset else _columns_of(found, present, edit) if found.arity > 1 else []
        gone = [key for key in found.members if any(key[c] == edit.removed for c in columns)]
        if gone:
            edit.members[name] = _without(name, found, gone, change)
            edit.notes.append(_told(name, gone, change))


def _told(name: str, gone: list[Key], change: RemoveElement) -> str:
    shown = ", ".join(element_text(tuple(map(str, key))) for key in gone[:SHOWN])
    more = f" and {len(gone) - SHOWN} more" if len(gone) > SHOWN else ""
    return f"with {element_text(change.element)} of {change.set}, {shown}{more} left {name}"


def _supersets(name: str, document: Formulation) -> Iterator[str]:
    within = document.sets[name].within
    while within is not None and within in document.sets:
        yield within
        within = document.sets[within].within


def _columns_of(tuples: SetData, base: SetData, edit: _Edit) -> list[int]:
    """The components of a set of tuples whose elements can only come from `base`."""
    columns = []
    for component in range(tuples.arity):
        elements = {key[component] for key in tuples.members}
        homes = [name for name in edit.document.sets if _holds(name, elements, base, edit)]
        if homes == [base.name]:
            columns.append(component)
    return columns


def _holds(name: str, elements: set[ElementValue], base: SetData, edit: _Edit) -> bool:
    """Whether a plain set that is no part of another has all these elements."""
    if edit.document.sets[name].within is not None and name != base.name:
        return False
    found = edit.binder.set(name)
    return isinstance(found, SetData) and found.arity == 1 and elements <= {key[0] for key in found.members}


# the document


def _resized(edit: _Edit) -> Resized:
    sets = dict(edit.document.sets)
    for name, members in edit.members.items():
        sets[name] = _listed(edit.document.sets[name], members)
    parameters = {name: _kept(name, entry, edit) for name, entry in edit.document.parameters.items()}
    changed = edit.document.model_copy(update={"sets": sets, "parameters": parameters})
    return Resized(changed, tuple(edit.notes))


def _listed(entry: SetEntry, members: list[Key]) -> SetEntry:
    plain = [key[0] if len(key) == 1 else list(key) for key in members]
    said = entry.model_dump(by_alias=True, include={"within", "source", "note"}, exclude_none=True)
    return SetEntry.model_validate({"values": plain, **(said if isinstance(said, dict) else {})})


def _kept(name: str, entry: ParameterEntry, edit: _Edit) -> ParameterEntry:
    """The parameter with its values listed by key, those of what has gone left out, if it has to be."""
    if entry.expression is not None or (entry.values is None and entry.table is None):
        return entry
    components, home = edit.binder.indexed(name).components, edit.binder.home(name)
    touched = [
        component for component in (*components, *([home] if home else [])) if _touched(component, edit)
    ]
    if not touched or not (edit.shrinks or _has_list(entry.values)):
        return entry
    values = edit.binder.parameter_values(name)
    kept = {k: v for k, v in values.items() if _stays(k, components, edit)}
    if home is not None and _touched(home, edit):
        kept = {k: v for k, v in kept.items() if v != edit.removed}
    return _with_values(entry, kept)


def _has_list(values: Any) -> bool:
    return isinstance(values, list) or (isinstance(values, dict) and any(map(_has_list, values.values())))


def _touched(component: Component, edit: _Edit) -> bool:
    """Whether a place of a key takes its elements from a set that was changed."""
    if component.domain is None:
        return False
    name = component.domain.name
    return name in edit.members or bool(set(edit.members) & set(uses(name, edit.document)))


def _stays(key: Key, components: tuple[Component, ...], edit: _Edit) -> bool:
    """Whether every member that a key is made of is still there."""
    start = 0
    for end in range(1, len(key) + 1):
        if end == len(key) or components[end].column == 0:
            if _left(key[start:end], components[start], edit):
                return False
            start = end
    return True


def _left(member: Key, component: Component, edit: _Edit) -> bool:
    """Whether a member of one set went: by itself, or as part of a set computed from what went."""
    if component.domain is None:
        return False
    name = component.domain.name
    if name in edit.members:
        return member not in edit.kept[name]
    return edit.removed in member and _touched(component, edit)


def _with_values(entry: ParameterEntry, values: dict[Key, Any]) -> ParameterEntry:
    said = entry.model_dump(by_alias=True, exclude={"values", "table"}, exclude_unset=True)
    rest = said if isinstance(said, dict) else {}
    listed = {} if not values else {"values": nested(values)}
    return ParameterEntry.model_validate({**rest, **listed})


# what is missing


def refuse_missing(
    binder: Binder, formulation: Formulation, changes: Sequence[AddElement | RemoveElement]
) -> None:
    """Refuse elements without data, naming all that is missing.

    Raises:
        DataError: With the keys of every parameter that has no value.
    """
    lacking = {name: keys for name in formulation.parameters if (keys := _unvalued(binder, name))}
    if not lacking:
        return
    shown = "; ".join(_lack(name, keys) for name, keys in lacking.items())
    name, keys = next(iter(lacking.items()))
    example = target_text(name, tuple(map(str, keys[0])) if keys[0] else None)
    raise DataError(
        f"values are missing: {shown}",
        place=", ".join(change.place for change in changes),
        remedy=f"give them, as --set '{example}=…'",
    )


def _unvalued(binder: Binder, name: str) -> list[Key]:
    try:
        return binder.unvalued(name)
    except DataError:
        return []  # an index that rests on what is missing elsewhere; `bind` reports what is left


def _lack(name: str, keys: list[Key]) -> str:
    shown = ", ".join(target_text(name, tuple(map(str, key)) or None) for key in keys[:SHOWN])
    return shown + (f" and {len(keys) - SHOWN} more of {name}" if len(keys) > SHOWN else "")
