"""Short problems of our own, each with what it means."""

from __future__ import annotations

from dataclasses import dataclass

from tests.agent.reader.truth import Truth


@dataclass(frozen=True)
class Story:
    """A problem in words, the names of what is decided, and the truth."""

    name: str
    text: str
    elements: tuple[str, ...]
    truth: Truth


STORIES = [
    Story(
        "product mix, two resources",
        "A joinery makes stools and benches. Each stool takes 2 hours of sawing and 1 hour of sanding. "
        "Each bench takes 3 hours of sawing and 4 hours of sanding. The joinery has 60 hours of sawing and "
        "48 hours of sanding available. If the profit per stool is $30 and the profit per bench is $55, "
        "how many of each should be made to maximize profit?",
        ("stools", "benches"),
        Truth("maximize", (30, 55), [((2, 3), "<=", 60), ((1, 4), "<=", 48)]),
    ),
    Story(
        "diet with requirements",
        "A hiker packs oat bars and nut bars. One oat bar contains 5 grams of protein and 30 grams of "
        "carbs. One nut bar contains 9 grams of protein and 12 grams of carbs. She needs at least 60 "
        "grams of protein and 180 grams of carbs. An oat bar costs $2 and a nut bar costs $3. How many "
        "of each bar should she pack to minimize the cost?",
        ("oat-bars", "nut-bars"),
        Truth("minimize", (2, 3), [((5, 9), ">=", 60), ((30, 12), ">=", 180)]),
    ),
    Story(
        "bounds on each and on the total",
        "A stall sells candles and soaps. It must sell at least 12 candles but can make at most 40 "
        "candles. It must also sell at least 8 soaps but can make at most 30 soaps. In total, the "
        "stall can sell at most 50 items. Each candle brings a profit of $4 and each soap brings a "
        "profit of $7. How many of each should be sold to maximize profit?",
        ("candles", "soaps"),
        Truth(
            "maximize",
            (4, 7),
            [
                ((1, 0), ">=", 12),
                ((1, 0), "<=", 40),
                ((0, 1), ">=", 8),
                ((0, 1), "<=", 30),
                ((1, 1), "<=", 50),
            ],
        ),
    ),
    Story(
        "at least twice as many",
        "A bakery bakes rye loaves and spelt loaves. A rye loaf takes 10 minutes of oven time and a "
        "spelt loaf takes 15 minutes of oven time. The oven is available for 600 minutes. Since rye is "
        "liked, at least twice as many rye loaves as spelt loaves must be baked. The profit is $3 per "
        "rye loaf and $5 per spelt loaf. How many of each loaf should be baked to maximize profit?",
        ("rye-loaves", "spelt-loaves"),
        Truth("maximize", (3, 5), [((10, 15), "<=", 600), ((1, -2), ">=", 0)]),
    ),
    Story(
        "share of the total",
        "A club prints posters and leaflets. A poster costs $3 and reaches 90 people. A leaflet costs "
        "$1 and reaches 20 people. The club has a budget of $45. At least 40% of all prints must be "
        "leaflets. How many posters and leaflets should be printed to maximize the number of people "
        "reached?",
        ("posters", "leaflets"),
        Truth("maximize", (90, 20), [((3, 1), "<=", 45), ((-0.4, 0.6), ">=", 0)]),
    ),
    Story(
        "investment",
        "Mara has $20,000 to invest in a solar fund and a timber fund. The solar fund yields a 6% "
        "return and the timber fund yields a 4% return. At most 70% of the total investment should be "
        "in the solar fund. She must invest at least $5,000 in the timber fund. How much should she "
        "invest in each to maximize her return?",
        ("solar-fund", "timber-fund"),
        Truth(
            "maximize",
            (0.06, 0.04),
            [((1, 1), "<=", 20000), ((0.3, -0.7), "<=", 0), ((0, 1), ">=", 5000)],
            False,
        ),
    ),
    Story(
        "acres are continuous",
        "A grower has 30 acres of land for hops and barley. Each acre of hops requires 7 days of labor "
        "and each acre of barley requires 2 days of labor. There are 100 days of labor available. The "
        "profit per acre of hops is $400 and the profit per acre of barley is $150. How many acres of "
        "each should be planted to maximize profit?",
        ("hops", "barley"),
        Truth("maximize", (400, 150), [((1, 1), "<=", 30), ((7, 2), "<=", 100)], False),
    ),
    Story(
        "respectively",
        "A workshop builds kites and drones. It takes 2 hours and 5 hours to build a kite and a drone "
        "respectively. The workshop has 40 hours available. The profit per kite is $9 and the profit "
        "per drone is $24. How many of each should be built to maximize profit?",
        ("kites", "drones"),
        Truth("maximize", (9, 24), [((2, 5), "<=", 40)]),
    ),
    Story(
        "number of a thing that is carried",
        "A museum moves crates by van or by lorry. A van can carry 6 crates and costs $40 per trip. A "
        "lorry can carry 15 crates and costs $90 per trip. The museum must move at least 100 crates. "
        "The number of vans must not exceed the number of lorries. How many of each should be used to "
        "minimize the total cost?",
        ("van", "lorry"),
        Truth("minimize", (40, 90), [((6, 15), ">=", 100), ((1, -1), "<=", 0)]),
    ),
    Story(
        "minimise the number of trips",
        "A nursery sends plants with carts or with trailers. A cart takes 12 plants and a trailer "
        "takes 30 plants. The nursery needs to send at least 200 plants. There must be at least 5 "
        "carts and at most 4 trailers can be used. How many of each should be used to minimize the "
        "total number of trips?",
        ("carts", "trailers"),
        Truth("minimize", (1, 1), [((12, 30), ">=", 200), ((1, 0), ">=", 5), ((0, 1), "<=", 4)]),
    ),
    Story(
        "strictly more",
        "A hotel hires porters and cooks. A porter is paid $90 per day and a cook is paid $140 per "
        "day. A porter handles 20 guests and a cook handles 25 guests. The hotel must handle at least "
        "205 guests. The number of cooks must be larger than the number of porters. How many of each "
        "should be hired to minimize the total cost?",
        ("porters", "cooks"),
        Truth("minimize", (90, 140), [((20, 25), ">=", 205), ((-1, 1), ">", 0)]),
    ),
    Story(
        "three products",
        "A mill produces flour, bran and semolina. Each bag of flour requires 2 hours of milling, each "
        "bag of bran requires 1 hour of milling, and each bag of semolina requires 3 hours of milling. "
        "The mill has 40 hours of milling available. At most 10 bags of flour can be sold. At most 12 "
        "bags of bran can be sold. The profit per bag of flour is $8, the profit per bag of bran is "
        "$3, and the profit per bag of semolina is $11. How many bags of each should be produced to "
        "maximize profit?",
        ("flour", "bran", "semolina"),
        Truth(
            "maximize",
            (8, 3, 11),
            [((2, 1, 3), "<=", 40), ((1, 0, 0), "<=", 10), ((0, 1, 0), "<=", 12)],
            top=25,
        ),
    ),
    Story(
        "two plants, three outputs",
        "A dairy runs two sites. Running the north site for an hour costs $80 and makes 6 crates of "
        "milk and 2 crates of butter. Running the south site for an hour costs $50 and makes 3 crates "
        "of milk and 2 crates of butter. At least 45 crates of milk and 20 crates of butter must be "
        "made. How many hours should each site be run to minimize costs?",
        ("north-site", "south-site"),
        Truth("minimize", (80, 50), [((6, 3), ">=", 45), ((2, 2), ">=", 20)], False),
    ),
    Story(
        "number words and a dozen",
        "A printer makes mugs and plates. Each mug requires two minutes of printing and each plate "
        "requires five minutes of printing. There are ninety minutes of printing available. At least a "
        "dozen mugs must be made. The profit per mug is three dollars and the profit per plate is "
        "eight dollars. How many of each should be made to maximize profit?",
        ("mugs", "plates"),
        Truth("maximize", (3, 8), [((2, 5), "<=", 90), ((1, 0), ">=", 12)]),
    ),
    Story(
        "hours against minutes",
        "A salon offers cuts and perms. Each cut takes 20 minutes of chair time and each perm takes 50 "
        "minutes of chair time. The salon has 10 hours of chair time available. The profit per cut is "
        "$15 and the profit per perm is $40. How many of each should be offered to maximize profit?",
        ("cuts", "perms"),
        Truth("maximize", (15, 40), [((20, 50), "<=", 600)]),
    ),
    Story(
        "millions",
        "A brand buys radio spots and print spots. A radio spot costs $20,000 and is heard by 2 "
        "million listeners. A print spot costs $50,000 and is heard by 6 million listeners. The brand "
        "wants to reach at least 30 million listeners. At least 3 radio spots must be bought. How many "
        "of each spot should be bought to minimize the total cost?",
        ("radio-spots", "print-spots"),
        Truth("minimize", (20000, 50000), [((2e6, 6e6), ">=", 30e6), ((1, 0), ">=", 3)]),
    ),
    Story(
        "named by letters",
        "A lab uses process A and process B. Process A needs 3 units of acid and gives 5 units of dye. "
        "Process B needs 4 units of acid and gives 8 units of dye. The lab has 50 units of acid. "
        "Process A has to be run at least 4 times. How many times should each process be run to "
        "maximize the amount of dye?",
        ("process-a", "process-b"),
        Truth("maximize", (5, 8), [((3, 4), "<=", 50), ((1, 0), ">=", 4)]),
    ),
    Story(
        "named by numbers",
        "A school orders kit 1 and kit 2. Kit 1 costs $12 and serves 4 pupils. Kit 2 costs $20 and "
        "serves 7 pupils. At least 50 pupils must be served. How many of each kit should be ordered to "
        "minimize the cost?",
        ("kit-1", "kit-2"),
        Truth("minimize", (12, 20), [((4, 7), ">=", 50)]),
    ),
    Story(
        "a third of the other",
        "A firm employs welders earning $900 a week and fitters earning $600 a week. The work requires "
        "at least 30 workers, of whom at least 6 must be welders. The number of welders should be at "
        "least a third of the number of fitters. Formulate an LP to minimize the wage bill.",
        ("welders", "fitters"),
        Truth("minimize", (900, 600), [((1, 1), ">=", 30), ((1, 0), ">=", 6), ((3, -1), ">=", 0)]),
    ),
    Story(
        "profit is price less cost",
        "A shop stocks lamps and clocks. A lamp costs $12 to buy and sells for $20. A clock costs $15 "
        "to buy and sells for $26. The shop can spend at most $300. At most 14 clocks can be sold. How "
        "many of each should be stocked to maximize profit?",
        ("lamps", "clocks"),
        Truth("maximize", (8, 11), [((12, 15), "<=", 300), ((0, 1), "<=", 14)]),
    ),
    Story(
        "percentages as content",
        "A works blends two liquids, Clera and Dorin. Clera contains 20% alcohol and Dorin contains "
        "50% alcohol. The blend needs at least 30 kg of alcohol. Clera costs $2 per kg and Dorin costs "
        "$6 per kg. At least 25 kg of Dorin must be used. How many kg of each liquid should be used to "
        "minimize the cost?",
        ("clera", "dorin"),
        Truth("minimize", (2, 6), [((0.2, 0.5), ">=", 30), ((0, 1), ">=", 25)], False),
    ),
    Story(
        "combined production",
        "A tailor sews vests or scarves. The tailor must sew at least 20 vests or scarves, in any "
        "combination. A vest takes 3 hours of work and costs $14. A scarf takes 2 hours of work and "
        "costs $9. The tailor must work for at least 50 hours. How many of each should be sewn to "
        "minimize the total cost?",
        ("vests", "scarves"),
        Truth("minimize", (14, 9), [((1, 1), ">=", 20), ((3, 2), ">=", 50)]),
    ),
    Story(
        "each machine is open as long",
        "A plant makes gears and bolts. A gear takes 4 minutes on the lathe and 3 minutes on the "
        "press. A bolt takes 1 minute on the lathe and 2 minutes on the press. Each machine is "
        "available for at most 120 minutes. The profit per gear is $6 and the profit per bolt is $3. "
        "How many of each should be made to maximize profit?",
        ("gears", "bolts"),
        Truth("maximize", (6, 3), [((4, 1), "<=", 120), ((3, 2), "<=", 120)], top=130),
    ),
    Story(
        "between, with but",
        "A zoo sells day passes and season passes. The zoo plans at least 10 but no more than 25 day "
        "passes. The season passes need to be at least 5. In total at most 40 passes can be sold. The "
        "profit per day pass is $9 and the profit per season pass is $6. How many passes of each type "
        "should be sold to maximize profit?",
        ("day-passes", "season-passes"),
        Truth(
            "maximize",
            (9, 6),
            [((1, 0), ">=", 10), ((1, 0), "<=", 25), ((0, 1), ">=", 5), ((1, 1), "<=", 40)],
        ),
    ),
    Story(
        "cannot and limited to",
        "A farm keeps goats and sheep. A goat needs 3 kg of hay and a sheep needs 4 kg of hay. The "
        "farm has access to 90 kg of hay. The law limits the number of goats to 12. The number of "
        "sheep cannot exceed 18. The revenue per goat is $70 and the revenue per sheep is $85. How "
        "many of each animal should be kept to maximize revenue?",
        ("goats", "sheep"),
        Truth("maximize", (70, 85), [((3, 4), "<=", 90), ((1, 0), "<=", 12), ((0, 1), "<=", 18)]),
    ),
    Story(
        "time is minimised",
        "A clerk checks forms by scanner or by hand. A scanner batch takes 4 minutes and clears 30 "
        "forms. A hand batch takes 6 minutes and clears 40 forms. At least 400 forms must be cleared. "
        "At most 8 scanner batches can be done. How many batches of each should be done to minimize "
        "the total time?",
        ("scanner", "hand"),
        Truth("minimize", (4, 6), [((30, 40), ">=", 400), ((1, 0), "<=", 8)]),
    ),
    Story(
        "infeasible as told",
        "A cook makes soups and stews. A soup takes 3 hours of simmering and a stew takes 5 hours of "
        "simmering. There are 10 hours of simmering available. At least 4 soups must be made. The "
        "profit per soup is $6 and the profit per stew is $9. How many of each should be made to "
        "maximize profit?",
        ("soups", "stews"),
        Truth("maximize", (6, 9), [((3, 5), "<=", 10), ((1, 0), ">=", 4)]),
    ),
    Story(
        "a preference is no constraint",
        "A gardener grows lilies and tulips. The gardener prefers to grow more lilies than tulips. "
        "Each lily needs 2 liters of water and each tulip needs 3 liters of water. There are 31 liters "
        "of water available. The profit per lily is $4 and the profit per tulip is $7. How many of "
        "each should be grown to maximize profit?",
        ("lilies", "tulips"),
        Truth("maximize", (4, 7), [((2, 3), "<=", 31)]),
    ),
    Story(
        "what is not listed is not used",
        "A cafe makes mocha shakes and mint shakes. A mocha shake requires 2 spoons of cocoa and 3 "
        "units of milk. A mint shake requires 4 units of mint and 2 units of milk. The cafe has 20 "
        "spoons of cocoa, 24 units of mint, and 39 units of milk. The profit per mocha shake is $3 and "
        "the profit per mint shake is $2. How many of each shake should be made to maximize profit?",
        ("mocha-shakes", "mint-shakes"),
        Truth("maximize", (3, 2), [((2, 0), "<=", 20), ((0, 4), "<=", 24), ((3, 2), "<=", 39)]),
    ),
    Story(
        "quotes and dashes of a word processor",
        "A press prints novels and atlases. Each novel uses 2 units of paper \u2013 and each atlas "
        "uses 5 units of paper. The press\u2019s stock is 80 units of paper. The profit per novel is "
        "$4 and the profit per atlas is $11. How many of each should be printed to maximize profit?",
        ("novels", "atlases"),
        Truth("maximize", (4, 11), [((2, 5), "<=", 80)]),
    ),
]
