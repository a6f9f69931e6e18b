"""A formulation with changes made to it; the document that was given stays as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from quintet.errors import DataError, DocumentError, QuintetError
from quintet.formulation.binding import bind
from quintet.formulation.model import Model
from quintet.formulation.names import IDENTIFIER
from quintet.formulation.parser import parse
from quintet.formulation.revision import with_rows
from quintet.formulation.schema import ConstraintEntry, Document, Kind, ObjectiveEntry, Table
from quintet.solvers.whatif.changes import (
    AddConstraint,
    AddElement,
    Change,
    DropConstraint,
    FixDecision,
    RemoveElement,
    ScaleParameter,
    SetObjective,
    SetParameter,
    ShiftParameter,
    UseData,
    UseTable,
)
from quintet.solvers.whatif.elements import add_element, refuse_missing, remove_element
from quintet.solvers.whatif.fixing import fixed
from quintet.solvers.whatif.keys import require, rows_of
from quintet.solvers.whatif.overrides import Overrides, index_nodes, mentioned, names_in

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

T = TypeVar("T")


class NamedTable(Table):
    """A table whose file the user named, wherever it lies."""

    anywhere: ClassVar[bool] = True


@dataclass(frozen=True)
class Edited:
    """A formulation after changes.

    Args:
        formulation: The changed document.
        data: Folder of its tables, None for that of the document.
        overrides: Values by parameter that go over those of the document, as `bind` takes them.
        changes: All changes, in the order given.
        notes: What else came with them, one line each.
    """

    formulation: Formulation = field(repr=False)
    data: Path | None
    overrides: Mapping[str, Any]
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()

    def bind(self) -> Model:
        """The changed model, with decisions fixed by their bounds and dropped rows left out.

        Raises:
            QuintetError: The changes leave a model that can't be bound, or a fix is outside its domain.
        """
        try:
            model = bind(self.formulation, self.data, self.overrides)
        except QuintetError as error:
            raise _after_changes(error, bool(self.changes)) from None
        for drop in _of(self.changes, DropConstraint):
            if drop.key is not None:
                model = _less(model, drop)
        return fixed(model, _of(self.changes, FixDecision))


def apply(formulation: Formulation, changes: Sequence[Change], data: Path | None = None) -> Edited:
    """Make changes to a formulation, without touching it or its files.

    Data come first, then elements, constraints, the objective and parameters, each kind in the
    order given, so that a value for a new element may stand before the element.

    Args:
        formulation: The document.
        changes: What to change.
        data: Folder in which tables are looked up, default: that of the document.

    Raises:
        DocumentError: A change names something that is not there, or is computed, or leaves nothing.
        DataError: A key, an element or a value that can't be used, or data that are missing.
    """
    for change in _of(changes, UseData):
        data = _folder(change)
    document, notes = formulation, []
    for change in _of(changes, UseTable):
        document = _with_table(document, change, _home(document, data))
    for change in changes:
        if isinstance(change, AddElement | RemoveElement):
            resize = add_element if isinstance(change, AddElement) else remove_element
            resized = resize(document, _home(document, data), change)  # type: ignore[arg-type]  # paired above
            document, notes = resized.formulation, [*notes, *resized.notes]
    document, dropped = _without(document, _home(document, data), _of(changes, DropConstraint))
    document = _with_constraints(document, _of(changes, AddConstraint))
    notes += _loosened(formulation, document, dropped)
    for change in _of(changes, SetObjective):
        entry = ObjectiveEntry(sense=change.sense, expression=change.expression)
        document = document.model_copy(update={"objective": entry})
    overrides = _overrides(document, _home(document, data), changes)
    return Edited(document, data, overrides, tuple(changes), tuple(notes))


def _of(changes: Iterable[Change], kind: type[T]) -> list[T]:
    return [change for change in changes if isinstance(change, kind)]


def _home(document: Formulation, data: Path | None) -> Path:
    return data or document.folder or Path.cwd()


def _after_changes(error: QuintetError, changed: bool) -> QuintetError:
    if not changed:
        return error
    kind = DataError if isinstance(error, DataError) else DocumentError
    return kind(f"after the changes, {error.message}", place=error.place, remedy=error.remedy)


# data


def _folder(change: UseData) -> Path:
    folder = Path(change.folder)
    if not folder.is_dir():
        raise DataError("there is no such folder", place=change.place, remedy="name the folder of the data")
    return folder


def _with_table(document: Formulation, change: UseTable, home: Path) -> Formulation:
    require(change.table, document.tables, "table", change.place)
    entry = document.tables[change.table]
    said = entry.model_dump(exclude_unset=True)
    file = _found(change, home)
    said |= {"file": file}
    if change.sheet is not None or Path(change.file).suffix.lower() != Path(entry.file).suffix.lower():
        said["sheet"] = change.sheet
    kind = NamedTable if Path(file).is_absolute() else Table
    changed = kind.model_validate({k: v for k, v in said.items() if v is not None})
    return document.model_copy(update={"tables": {**document.tables, change.table: changed}})


def _found(change: UseTable, home: Path) -> str:
    """The file as seen from the folder of the data, else its whole path: the user named it."""
    folder = home.resolve()
    for path, named in ((folder / change.file, False), (Path(change.file), True)):
        found = path.resolve() if _is_file(path) else None
        if found is not None and (named or found.is_relative_to(folder)):
            return str(found.relative_to(folder) if found.is_relative_to(folder) else found)
    said = f"there is no file {change.file} in {folder}"
    here = "" if folder == Path.cwd() or Path(change.file).is_absolute() else ", nor here"
    raise DataError(f"{said}{here}", place=change.place, remedy="correct the path")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long a name, or a NUL
        return False


# constraints


def _without(
    document: Formulation, home: Path, drops: list[DropConstraint]
) -> tuple[Formulation, dict[str, DropConstraint]]:
    for drop in drops:
        if drop.constraint not in document.constraints:
            families = {name: entry.family for name, entry in bind(document, home).constraints.items()}
            require(drop.constraint, families, "constraint", drop.place, families)
    whole = {drop.constraint: drop for drop in drops if drop.key is None}
    kept = {name: entry for name, entry in document.constraints.items() if name not in whole}
    return document.model_copy(update={"constraints": kept}), whole


def _less(model: Model, drop: DropConstraint) -> Model:
    if drop.constraint not in model.constraints:
        return model
    family = model.constraints[drop.constraint].family
    gone = rows_of(drop.constraint, drop.key, family, drop.place)
    kept = np.setdiff1d(np.arange(len(family)), np.array(gone, dtype=np.int64))
    return with_rows(model, drop.constraint, kept)


def _with_constraints(document: Formulation, additions: list[AddConstraint]) -> Formulation:
    constraints = dict(document.constraints)
    for change in additions:
        parse(change.expression, change.place)
        name = change.name or _free("added", constraints)
        if not IDENTIFIER.fullmatch(name) or name in constraints:
            said = f"the name {name!r} is taken" if name in constraints else f"{name!r} can't be a name"
            raise DocumentError(said, place=change.place, remedy="give another name")
        constraints[name] = _entry(change)
    return document.model_copy(update={"constraints": constraints})


def _entry(change: AddConstraint) -> ConstraintEntry:
    each = {} if change.each is None else {"for": change.each}
    return ConstraintEntry.model_validate({"expression": change.expression, **each})


def _free(stem: str, taken: Mapping[str, object]) -> str:
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _loosened(before: Document, after: Document, dropped: Mapping[str, DropConstraint]) -> list[str]:
    """Decisions that no constraint mentions any more; a definition that they lose is refused.

    Raises:
        DocumentError: A definition was dropped, and a decision means nothing without it.
    """
    held = {name for entry in after.constraints.values() for name in _decisions(entry, after)}
    notes: dict[str, None] = {}
    for name, drop in dropped.items():
        entry = before.constraints[name]
        loose = [one for one in _decisions(entry, before) if one not in held]
        if loose and entry.kind is Kind.DEFINITION:
            said = f"{name} is all that ties {', '.join(loose)} to the rest, which without it means nothing"
            raise DocumentError(said, place=drop.place, remedy="change the parameters in it instead")
        notes |= dict.fromkeys(f"no constraint holds {one} any more" for one in loose)
    return list(notes)


def _decisions(entry: ConstraintEntry, document: Document) -> list[str]:
    """The variables that a constraint mentions, directly or through named expressions."""
    trees = [parse(entry.expression), *(index_nodes(entry.each) if entry.each else ())]
    waiting = [name for tree in trees for name in names_in(tree)]
    seen: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen[name] = None
            waiting += mentioned(name, document) if name in document.expressions else []
    return [name for name in seen if name in document.variables]


# parameters


def _overrides(document: Formulation, home: Path, changes: Sequence[Change]) -> dict[str, Any]:
    overrides = Overrides(document, home)
    for change in changes:
        if isinstance(change, SetParameter | ScaleParameter | ShiftParameter):
            overrides.add(change)
    resized = [c for c in changes if isinstance(c, AddElement | RemoveElement)]
    if resized:
        refuse_missing(overrides.binder(), document, resized)
    return overrides.nested
