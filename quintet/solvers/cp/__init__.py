"""Bound model → CP-SAT program, exactly: whole numbers throughout, nothing rounded."""
