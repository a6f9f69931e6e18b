"""The parts of `rewrite`: where expressions are used, their ranges, and what replaces them."""
