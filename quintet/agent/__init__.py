"""The roles, verification, and the way from a problem to an answer."""
