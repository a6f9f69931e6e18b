"""One way in: what limits, costs and data of a model are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from quintet.errors import DataError
from quintet.formulation.model import Floats, Key, Model
from quintet.formulation.revision import with_objectives
from quintet.formulation.schema import Sense
from quintet.formulation.wording import counted
from quintet.solvers.arrays import CONTINUOUS, Arrays
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.ending import ENDINGS
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.rewrite import rewrite
from quintet.solvers.sensitivity.amounts import Units
from quintet.solvers.sensitivity.asked import (
    LIMIT,
    SECONDS,
    SOLVES,
    Asked,
    Patience,
    refuse_unknown,
    silent,
)
from quintet.solvers.sensitivity.local import PRICES_UNTIL, Local
from quintet.solvers.sensitivity.marginal import _is_ratio, local_at
from quintet.solvers.sensitivity.parameters import Effect, Effects
from quintet.solvers.sensitivity.resolving import SETTLED, Resolver, Side, quotients, shifted, sides, step_of
from quintet.solvers.sensitivity.result import (
    FixedIntegers,
    Method,
    ParameterPrice,
    Price,
    Sensitivity,
)
from quintet.solvers.sensitivity.variation import Variation, is_switch
from quintet.solvers.solution import Solution


def sensitivity(
    model: Model,
    solution: Solution | None = None,
    options: Options | None = None,
    *,
    parameters: Sequence[str] | None = None,
    data: Path | None = None,
    limit: int = LIMIT,
    solves: int = SOLVES,
    progress: Callable[[str], None] | None = None,
) -> Sensitivity:
    """What one more of each limit and of each number of the data is worth, and when the plan changes.

    Linear and convex quadratic models: left and right price of every right-hand side, exact also
    where the plan is degenerate; how far each holds; between which costs this plan stays optimal.
    Models with whole decisions: what solving again gives, and apart from that the marginal values
    with the whole decisions held. All others: what solving again gives.

    Args:
        model: The model. Of several levels of objectives the first is looked at.
        solution: Its solution; None solves it.
        options: Of the solver; a time limit is for all solving again together, by default 20 seconds.
        parameters: Which parameters, by name; None for all, `()` for none.
        data: Folder of the document's tables, where it is not the document's own.
        limit: Most limits, decisions and numbers, each, that are worked out one by one.
        solves: Most limits and numbers, each, for which the whole model is solved again.
        progress: Told what is going on.

    Raises:
        DataError: An unknown parameter.
        SolverError: The model can't be solved.
    """
    from quintet.solvers.registry import solve

    options = options or Options()
    refuse_unknown(model, parameters)
    first = with_objectives(model, model.objectives[:1]) if len(model.objectives) > 1 else model
    if solution is None or first is not model:
        if progress is not None:
            progress("solving")
        solution = solve(first, options=options)
    patience = Patience(SECONDS if options.time_limit is None else options.time_limit)
    asked = Asked(first, solution, options, parameters, data, limit, solves, progress or silent, patience)
    return replace(_Analysis(asked).result(several=first is not model), model=model)


@dataclass
class _Analysis:
    """One run: what is found goes into the result, what is left out into the notes."""

    asked: Asked
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._model = self.asked.model
        self._solution = self.asked.solution
        self._units = Units(self._model)
        self._variation = Variation(self._model, self.asked.data)
        self._resolver = Resolver(self.asked.options, self.asked.patience)

    def result(self, several: bool) -> Sensitivity:
        """Everything."""
        if several:
            self.notes.append("Of several objectives, the first alone is looked at.")
        reason = self._nothing()
        if reason:
            self.notes.append(reason)
            return self._wrapped()
        rewritten = rewrite(self._model)
        arrays = self._arrays(rewritten)
        local = None if arrays is None else self._local(arrays)
        if arrays is None or local is None:
            return self._wrapped(prices=self._resolved(), parameters=self._resolved_parameters())
        if np.any(arrays.integrality != CONTINUOUS):
            return self._discrete(local)
        return self._convex(local)

    def _nothing(self) -> str:
        """Why there is nothing to say, "" if there is something."""
        outcome = self._solution.outcome
        if not outcome.solved:
            return f"There is no plan to price: {ENDINGS[outcome]}."
        if self._model.objectives[0].sense is Sense.SATISFY:
            return "There is no objective, so nothing has a price."
        if outcome is Outcome.FEASIBLE:
            return "The plan that was found is not proven best, so differences from it would say nothing."
        return ""

    def _wrapped(
        self,
        prices: Sequence[Price] = (),
        parameters: Sequence[ParameterPrice] = (),
        local: Local | None = None,
        fixed_integers: FixedIntegers | None = None,
    ) -> Sensitivity:
        return Sensitivity(
            model=self._model,
            solution=self._solution,
            problem_class=self._solution.problem_class,
            objective=self._solution.objective if self._solution.outcome in SETTLED else None,
            unit=self._units.objective,
            prices=tuple(prices),
            parameters=tuple(parameters),
            fixed_integers=fixed_integers,
            notes=(*self.notes, *(local.notes if local is not None else ())),
        )

    # linear and convex quadratic

    def _arrays(self, rewritten: Model) -> Arrays | None:
        try:
            return compile(rewritten)
        except BeyondMatrix:
            return None

    def _local(self, arrays: Arrays) -> Local | None:
        return local_at(self._model, self._solution, arrays, self.asked)

    def _convex(self, local: Local) -> Sensitivity:
        prices = list(local.prices())
        if not local.linear:
            self.notes.append("The objective is curved: prices change gradually as limits and costs move.")
        if len(local.duals.skipped):
            skipped = counted(len(local.duals.skipped), "limit")
            self.notes.append(
                f"The prices of {skipped} were not worked out: the plan is "
                f"degenerate, and only some were tried one by one: {self._limit_or_time()}."
            )
        known = {price.name for price in prices if price.kind is LimitKind.CONSTRAINT}
        others = {n for n, c in self._model.constraints.items() if _is_ratio(self._model, c.tree)} - known
        if others:
            prices += self._resolved(others)
        costs = local.costs()  # before the data, which may use up the time
        return replace(self._wrapped(prices, self._effects(local), local), costs=costs)

    def _limit_or_time(self) -> str:
        if self.asked.patience.over(PRICES_UNTIL):
            return self.asked.patience.told
        return f"at most {self.asked.limit:,} are (--limit asks for more)"

    def _effects(self, local: Local) -> list[ParameterPrice]:
        asked, optimum = self.asked, self._resolver.optimum
        effects = Effects(
            self._variation,
            local,
            optimum,
            self._objective,
            asked.options,
            asked.limit,
            asked.solves,
            asked.patience.over,
        )
        found: list[ParameterPrice] = []
        left_out = 0
        for name in self._asked_parameters():
            self.asked.tell(f"the effect of {name}")
            rows = range(len(self._model.parameters[name].family))
            known = effects.of(name, rows)
            left_out += len(rows) - len(known)
            found += [self._effect(name, row, effect) for row, effect in known.items()]
        if left_out:
            self.notes.append(
                f"{counted(left_out, 'number')} of the data had to be tried one by one, and were left out: "
                f"{self._limit_or_time()}."
            )
        self._say_unknown(found, effects.refusals)
        return [effect for effect in found if effect.left is not None or effect.right is not None]

    def _say_unknown(self, found: Sequence[ParameterPrice], refusals: Mapping[str, str]) -> None:
        """Why numbers have no worth on a side, where a change of them could not be tried."""
        unknown = {effect.name for effect in found if effect.left is None or effect.right is None}
        for name in (name for name in refusals if name in unknown):
            self.notes.append(f"Not all that {name} is worth could be worked out: {refusals[name]}.")

    def _effect(self, name: str, row: int, effect: Effect, step: float | None = None) -> ParameterPrice:
        data = self._model.parameters[name]
        return ParameterPrice(
            name=name,
            row=row,
            key=data.family.keys[row],
            value=float(data.values[row]),
            left=effect.left,
            right=effect.right,
            step=step,
            unit=self._units.per(data.unit),
            unit_of_parameter=data.unit,
            method=effect.method,
        )

    def _asked_parameters(self) -> list[str]:
        used = [
            n for n in self._variation.given if self.asked.parameters is None or n in self.asked.parameters
        ]
        switches = [n for n in used if is_switch(self._model.parameters[n])]
        if switches:
            self.notes.append(f"{' and '.join(switches)} say yes or no: one more of them makes no sense.")
        return [name for name in used if name not in switches]

    # solving again

    def _discrete(self, local: Local) -> Sensitivity:
        prices = local.prices(ranges=False)
        felt = tuple(price for price in prices if price.matters and not _is_stuck(price))
        free = bool(np.any(local.limits.base.column_lower < local.limits.base.column_upper))
        held = FixedIntegers(felt, sum(1 for price in prices if price.binding and _is_stuck(price)))
        result = self._wrapped(self._resolved(), self._resolved_parameters())
        return replace(result, fixed_integers=held if free else None)

    def _resolved(self, names: set[str] | None = None) -> list[Price]:
        assert self._solution.point is not None
        every = [s for s in sides(self._model, self._solution.point) if names is None or s.name in names]
        chosen = every[: self.asked.solves]
        found: list[Price] = []
        for number, side in enumerate(chosen, 1):
            if self.asked.patience.over(self._share):
                break
            self.asked.tell(f"solving again for limit {number} of {len(chosen)}")
            found.append(self._resolved_price(side))
        found = [price for price in found if not _is_cut(price, self.asked.patience)]
        self._say_left_out(len(every) - len(found), "limit", len(every) - len(chosen))
        order = {name: at for at, name in enumerate(self._model.constraints)}
        return sorted(found, key=lambda p: (order[p.name], p.row, p.link))

    @property
    def _share(self) -> float:
        """Of the time, for the limits: half, if the data come after them."""
        return 1.0 if self.asked.parameters == () else 0.5

    def _say_refused(self) -> None:
        if self._resolver.refusals:
            count, first = len(self._resolver.refusals), self._resolver.refusals[0]
            self.notes.append(f"{counted(count, 'change')} could not be tried: {first}")

    def _say_left_out(self, count: int, what: str, skipped: int) -> None:
        if count:
            why = (
                self.asked.patience.told
                if count > skipped
                else f"the model was solved again for {self.asked.solves:,}"
            )
            self.notes.append(f"{counted(count, what)} {'were' if count > 1 else 'was'} left out: {why}.")

    def _resolved_price(self, side: Side) -> Price:
        models = (shifted(self._model, side, -side.step), shifted(self._model, side, side.step))
        left, right = quotients(self._resolver, self._objective, models, side.step)
        entry = self._model.constraints[side.name]
        unit = self._units.constraint(side.name)
        key: Key = entry.family.keys[side.row]
        return Price(
            kind=LimitKind.CONSTRAINT,
            name=side.name,
            row=side.row,
            key=key,
            link=side.link,
            sign=side.sign,
            value=side.value,
            binding=side.binding,
            left=left,
            right=right,
            range_left=None,
            range_right=None,
            least=None,
            most=None,
            step=side.step,
            unit=self._units.per(unit),
            unit_of_limit=unit,
            method=Method.RESOLVED,
            sources=entry.sources,
        )

    @property
    def _objective(self) -> float:
        assert self._solution.objective is not None, "a solved model has a value"
        return self._solution.objective

    def _resolved_parameters(self) -> list[ParameterPrice]:
        asked = [
            (n, row) for n in self._asked_parameters() for row in range(len(self._model.parameters[n].family))
        ]
        chosen = asked[: self.asked.solves]
        found: list[ParameterPrice] = []
        for number, (name, row) in enumerate(chosen, 1):
            if self.asked.patience.over():
                break
            self.asked.tell(f"solving again for number {number} of {len(chosen)}")
            found.append(self._resolved_parameter(name, row))
        found = [price for price in found if not _is_cut(price, self.asked.patience)]
        self._say_left_out(len(asked) - len(found), "number", len(asked) - len(chosen))
        self._say_refused()
        return [price for price in found if price.left is not None or price.right is not None]

    def _resolved_parameter(self, name: str, row: int) -> ParameterPrice:
        values = self._model.parameters[name].values
        step = step_of(float(values[row]), values)
        below = -1.0 if values[row] - step >= 0 or np.any(values < 0) else 0.0
        models = [self._with(name, row, sign * step) for sign in (below, 1.0)]
        left, right = quotients(self._resolver, self._objective, (models[0], models[1]), step)
        return self._effect(name, row, Effect(left, right, Method.RESOLVED), step)

    def _with(self, name: str, row: int, step: float) -> Model | None:
        """The model with one number moved; None if that makes no sense."""
        if not step:
            return None
        values: Floats = self._model.parameters[name].values.copy()
        values[row] += step
        try:
            return self._variation.with_values(name, values)
        except DataError:
            return None


def _is_cut(price: Price | ParameterPrice, patience: Patience) -> bool:
    """Whether nothing is known because the time ran out."""
    return price.left is None and price.right is None and patience.over()


def _is_stuck(price: Price) -> bool:
    """Whether nothing can move at a limit once whole decisions are held."""
    return any(side is None or not np.isfinite(side) for side in (price.left, price.right))
