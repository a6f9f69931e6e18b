"""Repairs as one JSON-ready document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintet.formulation.document import VERSION
from quintet.solvers.diagnosis.limit import Limit

if TYPE_CHECKING:
    from quintet.solvers.repair.relaxation import Relaxation, Repair, Repairs, Setting


def record(repairs: Repairs) -> dict[str, Any]:
    """Everything that is known, as plain dictionaries, lists, texts and numbers."""
    return {
        "quintet": VERSION,
        "title": repairs.model.formulation.title,
        "feasible": repairs.feasible,
        "smallest": _repair(repairs.smallest),
        "fewest": _repair(repairs.fewest),
        "values": _repair(repairs.values),
        "stuck": repairs.stuck,
        "conflict": [_limit(member) for member in repairs.conflict.members] if repairs.conflict else [],
        "families": [
            {"kind": s.kind.value, "name": s.name, "soft": s.soft, "why": s.why} for s in repairs.standings
        ],
        "weights": [
            {
                "kind": weight.standing.kind.value,
                "name": weight.standing.name,
                "least": weight.least,
                "most": weight.most,
                "set_by_user": weight.set_by_user,
            }
            for weight in repairs.weights
        ],
        "message": repairs.message,
        "seconds": round(repairs.seconds, 4),
    }


def _repair(repair: Repair | None) -> dict[str, Any] | None:
    if repair is None:
        return None
    return {
        "changes": [_change(change) for change in repair.changes],
        "total": repair.total,
        "count": repair.count,
        "proven": repair.proven,
        "status_after": repair.outcome_after.value,
        "objective_after": repair.objective_after,
        "settings": [_setting(setting) for setting in repair.settings],
        "settings_hold": repair.settings_hold,
        "objective_with_settings": repair.objective_with_settings,
    }


def _change(change: Relaxation) -> dict[str, Any]:
    return {
        **_limit(change.limit),
        "how": change.stem,
        "amount": change.amount,
        "before": change.before,
        "after": change.after,
        "unit": change.unit,
        "weight": change.weight,
        "setting": _setting(change.setting) if change.setting else None,
    }


def _limit(limit: Limit) -> dict[str, Any]:
    return {
        "place": limit.place,
        "kind": limit.kind.value,
        "name": limit.name,
        "key": list(limit.key),
        "sources": list(limit.sources),
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {
        "parameter": setting.parameter,
        "key": list(setting.key),
        "before": setting.before,
        "after": setting.after,
        "unit": setting.unit,
        "change": setting.change,
    }
