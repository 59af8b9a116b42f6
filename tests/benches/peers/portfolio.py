"""Scores the portfolio with numpy, Polars or DuckDB: portfolio.py <peer> <folder>. Prints CPU nanoseconds per customer and bands.

Each does what Keepwell's engine does, in doubles: points of a straight line, limited to 0-100; the weighted mean of the rules that
have a value, by dimension; the weighted mean of the dimensions that have a value; the nearest multiple of 10^-11; bands.
"""

import json
import pathlib
import sys
import time

import numpy as np

peer, folder = sys.argv[1], pathlib.Path(sys.argv[2])
scorecard = json.loads((folder / "scorecard.json").read_text())
dimensions = [
    (
        dimension["weight"],
        [
            (rule["measure"].removeprefix("custom."), rule["weight"], rule["points"]["linear"]["zero_at"], rule["points"]["linear"]["full_at"])
            for rule in dimension["rules"]
        ],
    )
    for dimension in scorecard["dimensions"]
]
columns = {name: np.fromfile(folder / f"custom.{name}.f64", "<f8") for _, rules in dimensions for name, *_ in rules}
customers = len(next(iter(columns.values())))
STEPS = 1e11


def least(run, rounds=7):
    """The least CPU time of the process for one run, per customer, and what the run gave."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time_ns()
        bands = run()
        best = min(best, time.process_time_ns() - start)
    return best / customers, [int(count) for count in bands]


def bands_of(score):
    """Customers by band, from thriving to struggling, and those without a score."""
    at_least = [np.count_nonzero(score >= bound) for bound in (80, 60, 40)]
    known = np.count_nonzero(score == score)
    return [at_least[0], at_least[1] - at_least[0], at_least[2] - at_least[1], known - at_least[2], len(score) - known]


def numpy_whole():
    """Whole columns, as one writes it."""
    total = np.zeros(customers)
    total_weight = np.zeros(customers)
    for dimension_weight, rules in dimensions:
        mean = np.zeros(customers)
        weights = np.zeros(customers)
        for name, weight, zero, full in rules:
            value = columns[name]
            known = ~np.isnan(value)
            points = np.clip((value - zero) * 100 / (full - zero), 0, 100)
            mean += np.where(known, weight * points, 0)
            weights += known * float(weight)
        mean /= weights
        known = weights > 0
        total += np.where(known, dimension_weight * mean, 0)
        total_weight += known * float(dimension_weight)
    score = np.clip(np.rint(total / total_weight * STEPS) / STEPS, 0, 100)
    return bands_of(score)


def numpy_blocks(size=8192):
    """Blocks that stay in the cache, every operation into memory that is there: the fastest that was found."""
    score = np.empty(customers)
    memory = [np.empty(size) for _ in range(5)]
    mask = np.empty(size, bool)
    for start in range(0, customers, size):
        end = min(start + size, customers)
        points, mean, weights, total, total_weight = (array[: end - start] for array in memory)
        known = mask[: end - start]
        total.fill(0)
        total_weight.fill(0)
        for dimension_weight, rules in dimensions:
            mean.fill(0)
            weights.fill(0)
            for name, weight, zero, full in rules:
                value = columns[name][start:end]
                np.equal(value, value, out=known)
                np.subtract(value, zero, out=points)
                np.multiply(points, 100, out=points)
                np.divide(points, full - zero, out=points)
                # fmax and fmin prefer a number to "not a number": what is missing has 0 points and 0 weight.
                np.fmax(points, 0, out=points)
                np.fmin(points, 100, out=points)
                np.multiply(points, weight, out=points)
                np.add(mean, points, out=mean)
                np.multiply(known, float(weight), out=points)
                np.add(weights, points, out=weights)
            np.divide(mean, weights, out=mean)
            np.greater(weights, 0, out=known)
            np.multiply(mean, dimension_weight, out=mean)
            np.fmax(mean, 0, out=mean)
            np.add(total, mean, out=total)
            np.multiply(known, float(dimension_weight), out=points)
            np.add(total_weight, points, out=total_weight)
        np.divide(total, total_weight, out=total)
        np.multiply(total, STEPS, out=total)
        np.rint(total, out=total)
        np.divide(total, STEPS, out=total)
        np.clip(total, 0, 100, out=score[start:end])
    return bands_of(score)


def polars():
    import polars as pl

    frame = pl.DataFrame({name: pl.Series(values).fill_nan(None) for name, values in columns.items()}).rechunk()
    total = weight_sum = pl.lit(0.0)
    for dimension_weight, rules in dimensions:
        mean = weights = pl.lit(0.0)
        for name, weight, zero, full in rules:
            points = ((pl.col(name) - zero) * 100 / (full - zero)).clip(0, 100)
            mean = mean + (points * weight).fill_null(0.0)
            weights = weights + pl.col(name).is_not_null() * float(weight)
        known = weights > 0
        total = total + pl.when(known).then(mean / weights * dimension_weight).otherwise(0.0)
        weight_sum = weight_sum + known * float(dimension_weight)
    score = pl.when(weight_sum > 0).then(((total / weight_sum * STEPS).round(0) / STEPS).clip(0, 100)).alias("score")
    column = pl.col("score")
    counts = [
        (column >= 80).sum(),
        ((column < 80) & (column >= 60)).sum(),
        ((column < 60) & (column >= 40)).sum(),
        (column < 40).sum(),
        column.is_null().sum(),
    ]
    counts = [count.alias(str(place)) for place, count in enumerate(counts)]
    return lambda: frame.lazy().select(score).select(counts).collect().row(0)


def duckdb():
    import duckdb
    import pyarrow

    connection = duckdb.connect(config={"threads": 1})
    table = pyarrow.table({name: pyarrow.array(values, from_pandas=True) for name, values in columns.items()})
    connection.register("columns", table)
    connection.execute("create table portfolio as select * from columns")
    layers = []
    for place, (dimension_weight, rules) in enumerate(dimensions):
        means = []
        weights = []
        for name, weight, zero, full in rules:
            line = f"({name} - {zero}) * 100e0 / ({full - zero})"
            points = f"case when {line} < 0 then 0 when {line} > 100 then 100 else {line} end"
            means.append(f"case when {name} is null then 0e0 else ({points}) * {weight} end")
            weights.append(f"case when {name} is null then 0e0 else {weight}e0 end")
        layers.append(f"{' + '.join(means)} as mean{place}, {' + '.join(weights)} as weights{place}")
    sums = " + ".join(
        f"case when weights{place} > 0 then mean{place} / weights{place} * {weight} else 0e0 end"
        for place, (weight, _) in enumerate(dimensions)
    )
    shares = " + ".join(f"case when weights{place} > 0 then {weight}e0 else 0e0 end" for place, (weight, _) in enumerate(dimensions))
    query = f"""
        with layer as (select {", ".join(layers)} from portfolio),
             total as (select {sums} as total, {shares} as share from layer),
             scored as (select case when share > 0 then round_even(total / share * {STEPS}, 0) / {STEPS} end as score from total)
        select count(*) filter (score >= 80), count(*) filter (score >= 60 and score < 80),
               count(*) filter (score >= 40 and score < 60), count(*) filter (score < 40), count(*) filter (score is null)
        from scored"""
    return lambda: connection.execute(query).fetchone()


np.seterr(all="ignore")
runs = {"numpy": lambda: numpy_whole, "numpy, blocks": lambda: numpy_blocks, "polars": polars, "duckdb": duckdb}
ns, bands = least(runs[peer]())
print(json.dumps({"ns": ns, "bands": bands}))
