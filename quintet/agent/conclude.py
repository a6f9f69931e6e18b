"""From the state at the end of a run to the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from quintet.agent.account import Account
from quintet.agent.answer import Answer, Origin
from quintet.agent.claimed import ClaimedAnswer
from quintet.agent.comparer import others, same, winner
from quintet.agent.compiler import doubts, formulation_of, solved
from quintet.agent.context import Context
from quintet.agent.draft import Solved
from quintet.agent.program import Attempt
from quintet.agent.state import State
from quintet.agent.verify import Verification, verify
from quintet.formulation.model import Model
from quintet.problem import Finding, Severity

AnyAnswer: TypeAlias = Answer | ClaimedAnswer


def conclude(state: State, context: Context, account: Account, seconds: float) -> AnyAnswer:
    """The answer: of the formulation if there is one that was solved, else of a program, else the claim.

    Args:
        state: At the end of the run, or where it was stopped.
        context: Its surroundings.
        account: What it took.
        seconds: Its wall time.

    Raises:
        QuintetError: The formulation was solved before, and can't be solved any more.
    """
    draft = state.draft
    if draft is not None and draft.usable and state.solved is not None:
        return _of_formulation(state, context, account, seconds)
    account = replace(account, notes=(*account.notes, *_failures(state)))
    attempt = _best(state)
    if attempt is not None:
        return _of_program(attempt, _objection(state), context, account, seconds)
    claim = state.claim
    if claim is None:
        return ClaimedAnswer(context.problem, "unsolved", None, {}, "", False, account, seconds)
    return ClaimedAnswer(
        context.problem, claim.status, claim.objective, claim.decisions, "", False, account, seconds
    )


def _failures(state: State) -> list[str]:
    """What is wrong with the formulation and with the best program, one line each."""
    draft, attempt = state.draft, _best(state)
    trial = attempt.trial if attempt is not None else None
    found: list[str] = []
    if draft is not None and draft.faults and not draft.usable:
        found.append(f"formulator: the formulation can't be used: {draft.faults[0]}")
    if trial is not None and trial.complaint:
        found.append(f"executor: {trial.complaint}")
    return found


def _of_formulation(state: State, context: Context, account: Account, seconds: float) -> Answer:
    model, solution = solved(state.document, context)
    verification = _with_readings(_with_doubts(verify(model, solution), model), state)
    formulation = formulation_of(state.document, context)
    return Answer(context.problem, formulation, Origin.MODEL, solution, verification, seconds, account)


def _with_doubts(verification: Verification, model: Model) -> Verification:
    """The verification with what the formulator was told and left as it is."""
    known = {(finding.code, finding.place) for finding in verification.findings}
    left = [finding for finding in doubts(model)[1] if (finding.code, finding.place) not in known]
    return replace(verification, findings=(*left, *verification.findings))


def _with_readings(verification: Verification, state: State) -> Verification:
    """The verification with the word of the programs. It can only lower what the formulation shows."""
    found, attempt = state.solved, winner(state.attempts)
    if found is None or attempt is None:
        return verification
    if not same(found, attempt):
        finding = Finding("readings-differ", Severity.WARNING, "", _difference(found, attempt))
        missing = ("agreement of the two readings of the text, which differ", *verification.missing)
        return replace(verification, findings=(finding, *verification.findings), missing=missing)
    if found.satisfied:
        said = "a program, written without sight of the formulation, finds a plan too: no optima to compare"
        return _noted(verification, Finding("readings-fit", Severity.INFO, "", said))
    said = "a program, written without sight of the formulation, comes to the same result"
    agreed = _noted(verification, Finding("readings-agree", Severity.INFO, "", said))
    rest = [what for what in verification.missing if "blind reading" not in what]
    missing = (*rest, "the two readings held against each other: only their optima were compared")
    return _with_others(replace(agreed, missing=missing), state, attempt)


def _with_others(verification: Verification, state: State, attempt: Attempt) -> Verification:
    """The verification with the programs that pass their own checks too and come to something else."""
    theirs = others(state.attempts, attempt)
    if not theirs:
        return verification
    said = f"other programs, which pass their own checks too, come to another result: {', '.join(theirs)}"
    finding = Finding("programs-differ", Severity.WARNING, "", said)
    return replace(verification, findings=(finding, *verification.findings))


def _noted(verification: Verification, finding: Finding) -> Verification:
    return replace(verification, findings=(*verification.findings, finding))


def _difference(found: Solved, attempt: Attempt) -> str:
    trial = attempt.trial
    assert trial is not None, "a winner has run"
    theirs = trial.outcome if trial.objective is None else f"{trial.objective:.9g}"
    ours = found.outcome if found.objective is None else f"{found.objective:.9g}"
    return f"the formulation gives {ours}, a program written without sight of it {theirs}"


def _best(state: State) -> Attempt | None:
    """The winner; without one, the first program that came to an answer at all, then any program."""
    attempts = [attempt.shown for attempt in state.attempts]
    ran = [attempt for attempt in attempts if attempt.trial is not None and attempt.trial.ran]
    written = [attempt for attempt in attempts if attempt.code]
    return winner(attempts) or next(iter([*ran, *written]), None)


def _of_program(
    attempt: Attempt, objected: str, context: Context, account: Account, seconds: float
) -> ClaimedAnswer:
    trial = attempt.trial
    if trial is None or not trial.ran:
        return ClaimedAnswer(context.problem, "unsolved", None, {}, attempt.code, False, account, seconds)
    status = trial.outcome or "optimal"
    decisions = trial.decisions or {}
    checked, objection = trial.passed and not objected, objected if trial.passed else ""
    return ClaimedAnswer(
        context.problem,
        status,
        trial.objective,
        decisions,
        attempt.code,
        checked,
        account,
        seconds,
        objection,
    )


def _objection(state: State) -> str:
    """What the critic of `five-element` holds against the program, to the end; empty if nothing."""
    last = state.judgement
    if last is None or (last.elements_correct and last.program_correct):
        return ""
    analysis = last.program_analysis if last.elements_correct else last.elements_analysis
    return " ".join(analysis.split()) or "it calls the answer wrong, and does not say why"
