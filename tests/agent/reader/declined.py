"""Problems that can't be placed, each with words of the clause that the reader has to name."""

from __future__ import annotations

BASE = (
    "A joinery makes stools and benches. Each stool takes 2 hours of sawing and 1 hour of sanding. "
    "Each bench takes 3 hours of sawing and 4 hours of sanding. The joinery has 60 hours of sawing and 48 hours of "
    "sanding available. {extra} If the profit per stool is $30 and the profit per bench is $55, how many of each "
    "should be made to maximize profit?"
)

EXTRA = {
    "an unplaced number": ("The shed is 17 meters long.", "17 meters"),
    "a discount": ("From the 11 th bench on, benches sell at 20% less.", "11"),
    "an unknown resource": ("At most 90 liters of varnish can be used.", "varnish"),
    "a logical condition": ("Benches can be made only if at least 5 stools are made.", "only if"),
    "equality without a number": ("The number of stools must be equal to the number of benches.", "equal"),
    "twice, but neither at least nor at most": ("There must be twice as many stools as benches.", "twice"),
    "a share of a resource": ("At least 40% of the sawing must be for benches.", "40%"),
    "a number inside a word": ("The saws run a 40-hour week.", "40-hour"),
    "which of the two": ("At least 5 stools and benches must be made.", "5 stools and benches"),
    "a second value for the same thing": ("Each bench takes 7 hours of sawing.", "7"),
    "a second limit for the same thing": ("At most 50 hours of sawing can be used.", "50 hours"),
    "a negative cue that is not understood": ("No joiner may work on more than 3 benches.", "3 benches"),
    "a start cost": ("Starting the saw costs $45.", "$45"),
    "a limit on one activity's use of a resource": ("At most 20 hours of sawing can go into benches.", "20 hours"),
}  # fmt: skip

WHOLE = {
    "a missing coefficient": "A joinery makes stools and benches. Each stool takes 2 hours of sawing. The joinery has 60 hours of "
    "sawing available. If the profit per stool is $30 and the profit per bench is $55, how many of each should be made to "
    "maximize profit?",
    "no objective": "A joinery makes stools and benches. Each stool takes 2 hours of sawing and each bench takes 3 hours of sawing. The "
    "joinery has 60 hours of sawing available.",
    "no limit": "A joinery makes stools and benches. The profit per stool is $30 and the profit per bench is $55. How many of each "
    "should be made to maximize profit?",
    "two objectives": "A joinery makes stools and benches. Each stool takes 2 hours of sawing and each bench takes 3 hours of sawing. The "
    "joinery has 60 hours of sawing available. The profit per stool is $30 and the profit per bench is $55. How many of each "
    "should be made to maximize profit and how many to minimize the sawing?",
    "one thing only": "A joinery makes stools. Each stool takes 2 hours of sawing. The joinery has 60 hours of sawing available. The "
    "profit per stool is $30. How many stools should be made to maximize profit?",
    "units that do not pair": "A press makes caps and lids. A cap uses 20 g of resin and a lid uses 3 units of resin. The press has 900 g of resin "
    "available. The profit per cap is $1 and the profit per lid is $2. How many of each should be made to maximize profit?",
    "German": "Eine Tischlerei baut Hocker und Bänke. Ein Hocker braucht 2 Stunden und eine Bank braucht 3 Stunden. Es gibt 60 Stunden. Der "
    "Gewinn ist 30 Euro je Hocker und 55 Euro je Bank. Wie viele sollen gebaut werden, um den Gewinn zu maximieren?",
    "French": "Un atelier fabrique des tabourets et des bancs. Un tabouret demande 2 heures et un banc demande 3 heures. L'atelier dispose de "
    "60 heures. Le profit est de 30 euros par tabouret et 55 euros par banc. Combien faut-il en fabriquer pour maximiser le profit?",
    "a table of words": "one two three four five six seven eight nine ten",
    "a story without a problem": "The joinery stands at the river. It was built by two brothers who liked wood, and it has been there for 90 years. "
    "People come to see it in the summer, and some of them buy a stool.",
}
