"""What a number of money (or percent) is: profit, revenue, return, cost, price or earning."""

from __future__ import annotations

from quintet.agent.reader.lexicon import COST, PROFIT, RETURN, REVENUE
from quintet.agent.reader.views import View

STRONG = {
    "profit": "profit", "profits": "profit", "profited": "profit", "revenue": "revenue",
    "revenues": "revenue",
    "cost": "cost", "costs": "cost",
    "costing": "cost", "price": "price", "priced": "price", "prices": "price", "wage": "cost",
    "wages": "cost",
    "salary": "cost", "return": "return", "returns": "return", "interest": "return", "paid": "cost",
    "pays": "cost",
    "pay": "cost", "budget": "cost", "spend": "cost", "expense": "cost", "expenses": "cost", "loss": "loss",
    "income": "revenue", "tip": "tip", "tax": "tax", "fee": "fee", "commission": "commission",
}  # fmt: skip
WEAK = {
    "earn": "earn", "earns": "earn", "earning": "earn", "earned": "earn", "earnings": "earn",
    "sells": "revenue",
    "sell": "revenue", "sold": "revenue", "selling": "revenue", "yield": "return", "yields": "return",
    "yielding": "return", "fundraise": "revenue", "makes": "make", "generates": "earn", "net": "profit",
    "nets": "profit",
    "gets": "earn", "get": "earn", "brings": "earn", "buy": "cost", "buying": "cost", "purchase": "cost",
    "averages": "cost",
}  # fmt: skip
WANTED = {
    "profit": ("profit", "earn", "make"),
    "revenue": ("revenue", "price", "earn"),
    "return": ("return", "earn", "profit"),
    "earn": ("earn", "profit", "revenue", "return"),
    "cost": ("cost", "price", "earn"),
}
CONCEPTS = {
    **dict.fromkeys(PROFIT | {"profits"}, "profit"),
    **dict.fromkeys(REVENUE - {"price"} | {"revenues"}, "revenue"),
    **dict.fromkeys(RETURN - {"pay"} | {"returns"}, "return"),
    **dict.fromkeys(
        COST - {"worth", "investment"} | {"expenses", "costs", "price", "wages", "spending"}, "cost"
    ),
    **dict.fromkeys(("fundraised", "raised"), "revenue"),
    **dict.fromkeys(("earn", "earnings", "earning"), "earn"),
}


def role_of(view: View, at: int, start: int, stop: int) -> str:
    """The role of the number at a position, from the words between `start` and `stop` around it."""
    before, after = view.words[start:at], view.words[at + 1 : stop]
    for table in (STRONG, WEAK):
        for words in (list(reversed(before)), after):
            found = next((table[word] for word in words if word in table), "")
            if found:
                return found
    return ""


def concept_of(words: tuple[str, ...]) -> str:
    """The money concept an objective names, or the empty string."""
    return next((CONCEPTS[word] for word in words if word in CONCEPTS), "")
