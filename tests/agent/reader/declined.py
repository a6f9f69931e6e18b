"""Problems that can't be placed, each with words of the clause that the reader has to name."""

from __future__ import annotations

BASE = (
    "A joinery makes stools and benches. Each stool takes 2 hours of sawing and 1 hour of sanding. "
    "Each bench takes 3 hours of sawing and 4 hours of sanding. The joinery has 60 hours of sawing and "
    "48 hours of sanding available. {extra} If the profit per stool is $30 and the profit per bench is "
    "$55, how many of each should be made to maximize profit?"
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
    "a limit on one activity's use of a resource": (
        "At most 20 hours of sawing can go into benches.",
        "20 hours",
    ),
}

WHOLE = {
    "a missing coefficient": (
        "A joinery makes stools and benches. Each stool takes 2 hours of sawing. The joinery has 60 "
        "hours of sawing available. If the profit per stool is $30 and the profit per bench is $55, "
        "how many of each should be made to maximize profit?"
    ),
    "no objective": (
        "A joinery makes stools and benches. Each stool takes 2 hours of sawing and each bench takes 3 "
        "hours of sawing. The joinery has 60 hours of sawing available."
    ),
    "no limit": (
        "A joinery makes stools and benches. The profit per stool is $30 and the profit per bench is "
        "$55. How many of each should be made to maximize profit?"
    ),
    "two objectives": (
        "A joinery makes stools and benches. Each stool takes 2 hours of sawing and each bench takes 3 "
        "hours of sawing. The joinery has 60 hours of sawing available. The profit per stool is $30 "
        "and the profit per bench is $55. How many of each should be made to maximize profit and how "
        "many to minimize the sawing?"
    ),
    "one thing only": (
        "A joinery makes stools. Each stool takes 2 hours of sawing. The joinery has 60 hours of "
        "sawing available. The profit per stool is $30. How many stools should be made to maximize "
        "profit?"
    ),
    "units that do not pair": (
        "A press makes caps and lids. A cap uses 20 g of resin and a lid uses 3 units of resin. The "
        "press has 900 g of resin available. The profit per cap is $1 and the profit per lid is $2. "
        "How many of each should be made to maximize profit?"
    ),
    "German": (
        "Eine Tischlerei baut Hocker und B\xe4nke. Ein Hocker braucht 2 Stunden und eine Bank braucht "
        "3 Stunden. Es gibt 60 Stunden. Der Gewinn ist 30 Euro je Hocker und 55 Euro je Bank. Wie "
        "viele sollen gebaut werden, um den Gewinn zu maximieren?"
    ),
    "French": (
        "Un atelier fabrique des tabourets et des bancs. Un tabouret demande 2 heures et un banc "
        "demande 3 heures. L'atelier dispose de 60 heures. Le profit est de 30 euros par tabouret et "
        "55 euros par banc. Combien faut-il en fabriquer pour maximiser le profit?"
    ),
    "a table of words": "one two three four five six seven eight nine ten",
    "a story without a problem": (
        "The joinery stands at the river. It was built by two brothers who liked wood, and it has been "
        "there for 90 years. People come to see it in the summer, and some of them buy a stool."
    ),
}

# Each looks like a bound that the reader knows, and is none.
DOUBTFUL = [
    "There must be at least 5 more stools than benches.",
    "The number of stools must exceed the number of benches by at least 5.",
    "At most 3 stools per bench can be made.",
    "For every 2 benches, at least 3 stools must be made.",
    "Either at least 5 stools or at least 3 benches must be made.",
    "At least 5 stools or 3 benches must be made.",
    "At least 5 stools for each bench must be made.",
    "The number of stools must be a multiple of 4.",
    "There must be at least 20% more stools than benches.",
    "At least half of the stools must be red.",
    "At least 30% of the benches must be large.",
    "At most a third of the hours may go to stools.",
    "The joinery already has 5 stools in stock.",
    "Each stool needs at least 2 hours of drying.",
    "The ratio of stools to benches must be at least 2.",
    "The number of stools and the number of benches must differ by at most 4.",
    "Each customer can buy at most 2 stools.",
    "A bench must be accompanied by at least two stools.",
    "There are at most 3 benches for every stool.",
    "No stools can be made on weekends.",
    "Benches come in pairs.",
    "If more than 10 stools are made, at most 5 benches can be made.",
    "If any stools are made, a machine must be set up for 4 hours.",
    "The profit per bench falls by $2 for each stool.",
    "The first 10 stools are sold at a loss.",
    "The joinery can rent 10 more hours of sawing at $8 per hour.",
    "It takes 2 hours to paint 3 stools.",
    "A tax of 20% is paid on profit.",
    "10% of the benches are rejected.",
    "The rent is $200.",
]
TOLD = (
    "A joinery makes stools and benches. Each stool takes {stool} of sawing and each bench takes 3 hours of "
    "sawing. The joinery has {stock} hours of sawing available. {money} How many of each should be made to "
    "maximize {goal}?"
)
USUAL = {
    "stool": "2 hours",
    "stock": "60",
    "money": "The profit per stool is $30 and the profit per bench is $55.",
    "goal": "profit",
}
VARIANTS = [
    {"stool": "2-3 hours"},
    {"stool": "two and a half hours"},
    {"stool": "120 minutes"},
    {"stock": "-60"},
    {"stock": "1.000,5"},
    {"stock": "1e3"},
    {"stock": "unlimited"},
    {"money": "The profit per stool is $30k and the profit per bench is $55k."},
    {"money": "The profit per stool is -$30 and the profit per bench is $55."},
    {"money": "Each stool makes a loss of $30 and the profit per bench is $55."},
    {"money": "A pair of stools brings a profit of $60 and a bench brings a profit of $55."},
    {"money": "The profit per stool is $30 less than the profit per bench, which is $55."},
    {"goal": "the smaller number of the two"},
    {"goal": "profit or revenue"},
    {"goal": "happiness"},
]
