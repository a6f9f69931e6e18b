"""The words the reader knows: verbs, units, roles and markers of English word problems."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words(
    "a an the each every either both all any some this that these those his her their its our your my "
    "another such one no only"
)
PRONOUNS = _words("he she it they you we i them him who whom there this that these those everyone anyone")
PREPOSITIONS = _words(
    "of in on at by for from to with without using through via per into onto within during among between "
    "over under about across after before until up down out off against towards toward upon regarding "
    "including than as amongst inside including"
)
CONJUNCTIONS = _words(
    "and or but while whereas however although though so since because if then where when unless nor "
    "conversely furthermore additionally moreover also finally"
)
ADVERBS = _words(
    "not also only just even still already always never often usually generally approximately about "
    "roughly currently daily weekly monthly yearly annually respectively together combined either too "
    "very more less most least many much few fewer several enough instead otherwise directly else "
    "exactly additional additionally similarly likewise altogether overall again now almost nearly "
    "therefore thus hence right first second secondly firstly lastly"
)
AUXILIARIES = _words(
    "is are was were be been being am can could may might must shall should will would do does did has "
    "have had cannot can't need needs"
)
QUESTION = _words("how what which when where why who whose whether")

# Base forms; `words.is_verb` folds the inflected ones onto them.
VERBS = _words(
    "be have do make take require use need cost contain sell produce yield earn give bring hold transport "
    "carry deliver move process want wish plan like prefer provide offer buy purchase spend invest get "
    "receive pay hire employ build create manufacture generate consume include consist reach attract "
    "accept store serve treat operate run work complete clean wash stock supply ship send mix grow plant "
    "raise harvest eat drink cook bake prepare fill assemble extract decide determine find maximize "
    "minimize maximise minimise reduce increase decrease limit exceed restrict meet satisfy ensure fit "
    "allow afford expect estimate sell advertise place allocate dedicate formulate help know see seat "
    "reserve believe cause release emit absorb charge rent lease own manage handle pick analyze examine "
    "purify inject feed show perform conduct open schedule recommend entertain fundraise net average "
    "insist ask dictate suggest become keep put set go come say call result gain weigh measure "
    "advise choose consider involve share occupy travel drive fly install print cut sew paint pack package "
    "design test bottle brew knit repair fix finish start stay last collect catch shoot score play "
    "fulfil fulfill commit vow agree sign aim try attempt hope accommodate cover output add impose mandate "
    "designate assign tie account comprise constitute remain cater"
)

# Nouns more often than verbs: verbs only after an auxiliary, "to" or a pronoun, or before a number.
NOUN_VERBS = _words(
    "seat store plant bottle package pack test score print cut paint share order ship design brew play work "
    "aim stock supply limit demand result sign cover pile box offer process finish mix drink cook catch "
    "shoot lease manufacture plan set feed pay rent release cause account last show raise"
)

# A number followed by one of these is a measure; what follows "of" is the thing measured.
TIME_UNITS = {"second": 1 / 60, "minute": 1.0, "hour": 60.0}
PERIODS = _words("day week month year season quarter shift night weekend morning evening afternoon")
MEASURES = _words(
    "kg kilogram gram g mg milligram lb lbs pound ounce oz ton tonne litre liter l ml milliliter millilitre "
    "gallon quart pint cup acre hectare sqft foot feet ft meter metre mile km kilometer kilometre kwh "
    "watt calorie kilocalorie joule dollar euro unit au hectolitre bushel tablespoon teaspoon degree inch "
    "cm centimeter mm square cubic"
)
CONTAINERS = _words(
    "bottle can box bag container package packet pack batch bucket jar tin carton crate bouquet serving "
    "order glass cup piece plate slice bowl tray set pair pitcher roll stack pile pallet barrel tank "
    "portion dose pill tablet capsule spoon scoop bar loaf bunch ream sheet length case meal trip load "
    "shipment ticket seat copy item"
)
CONTINUOUS_UNITS = _words(
    "kg kilogram gram g mg milligram lb lbs pound ounce oz ton tonne litre liter l ml milliliter millilitre "
    "gallon quart pint acre hectare dollar euro hour minute meter metre km kilometer kilometre mile sqft "
    "square hectolitre bushel"
)
GENERIC_NOUNS = _words(
    "item unit product thing total type kind option one two number amount quantity combination mix "
    "mixture good piece"
)
PEOPLE_SEATS = _words("people passenger guest person visitor customer ticket seat room pass")

PROFIT = _words("profit earning gain margin net commission")
REVENUE = _words("revenue sell sold selling sale sales income fundraise raise price")
RETURN = _words("return yield interest earn earns earned pay")
COST = _words(
    "cost costs costing price priced pay paid pays wage salary spend spends spending budget expense "
    "expenditure bill cash money fund funds investment worth"
)
MAXIMIZE = _words("maximize maximise maximizing maximising maximizes maximises maximized maximised")
MINIMIZE = _words(
    "minimize minimise minimizing minimising minimizes minimises minimized minimised reduce decrease "
    "lower lessen"
)
SUPPLY_VERBS = _words("have own possess stock hold produce acquire employ receive obtain import")
NEED_WORDS = _words(
    "need needs needing require requires required requiring must demand demands should want wants wish "
    "wishes provide goal "
    "target satisfy meet fulfill"
)
# They lead from a noun to its data: `cooks earning $500`.
DATA_WORDS = _words("earning costing worth yielding selling priced")
ADJECTIVE_KEYS = _words(
    "small large big medium regular premium new old local high low long short light heavy fast slow hot "
    "cold first second third expensive cheap standard deluxe basic senior junior full part"
)
