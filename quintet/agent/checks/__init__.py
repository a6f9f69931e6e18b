"""Cheap exact checks of an answer: each one tries to refute it, with the solver and the evaluator only.

A check is a function of a `Case` that gives findings: an error refutes the answer, a warning wants
attention, an info is evidence in its favour or says why nothing was tried.
"""

from __future__ import annotations
