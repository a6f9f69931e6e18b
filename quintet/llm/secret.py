"""Keeps an API key out of everything that is shown or stored."""

from __future__ import annotations

from urllib.parse import quote

SHORTEST = 6  # a shorter "key" is a placeholder such as `none`, and would blot out ordinary words
BLOT = "<key>"


def scrub(text: str, key: str) -> str:
    """`text` with every appearance of `key`, plain or as part of an address, replaced by `<key>`."""
    if len(key) < SHORTEST:
        return text
    return text.replace(key, BLOT).replace(quote(key, safe=""), BLOT)
