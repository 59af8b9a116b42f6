"""Makes the portfolio once: a scorecard of 16 linear rules in 3 dimensions, and a column of 1,000,000 numbers for each."""

import json
import pathlib
import sys

import numpy

CUSTOMERS = 1_000_000
MISSING = 0.1
DIMENSIONS = {"product_usage": (40, 6), "team_view": (30, 5), "customer_view": (30, 5)}

folder = pathlib.Path(sys.argv[1])
chance = numpy.random.default_rng(20261101)
dimensions = []
place = 0
for name, (weight, rules) in DIMENSIONS.items():
    dimension = {"id": name, "weight": weight, "rules": []}
    for _ in range(rules):
        measure = f"custom.m{place:02}"
        # Every third rule likes less.
        low, high = 2 + place, 60 + 3 * place
        zero_at, full_at = (high, low) if place % 3 == 2 else (low, high)
        linear = {"zero_at": zero_at, "full_at": full_at}
        dimension["rules"].append({"id": f"r{place:02}", "measure": measure, "weight": 1 + place % 5, "points": {"linear": linear}})
        numbers = chance.random(CUSTOMERS) * (high + 20)
        numbers[chance.random(CUSTOMERS) < MISSING] = numpy.nan
        numbers.astype("<f8").tofile(folder / f"{measure}.f64")
        place += 1
    dimensions.append(dimension)
scorecard = {"format": 1, "id": "peers", "dimensions": dimensions}
(folder / "scorecard.json").write_text(json.dumps(scorecard, indent=1))
