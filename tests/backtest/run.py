#!/usr/bin/env python3
"""The backtest's arithmetic beside scikit-learn and SciPy, on the same data.

    tests/backtest/run.py                  makes fresh data of several seeds, and lets our own test compare with their answers
    tests/backtest/run.py --write-fixture  writes the small data set that `cargo test` compares with everywhere

Everything lies under target/backtest: a Python environment with pinned packages, and the data. AUC is scikit-learn's `roc_auc_score`. DeLong's
variances are computed from their definition of 1988, pair by pair, not by ranks as ours. Regressions are scikit-learn's where no
coefficient is held at 0, and SciPy's L-BFGS-B with bounds on the same objective.
"""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PLACE = ROOT / "target" / "backtest"
PYTHON = PLACE / "venv" / "bin" / "python"
PACKAGES = ["numpy==2.4.6", "scipy==1.17.1", "scikit-learn==1.9.1"]
FIXTURE = ROOT / "shared" / "domain" / "tests" / "backtest" / "oracle.json"
UNAVAILABLE = 75  # .ci/run takes this for "skipped"


def prepare():
    """The Python environment. Ends the program where the packages cannot be had."""
    PLACE.mkdir(parents=True, exist_ok=True)
    try:
        if not PYTHON.exists():
            subprocess.run([sys.executable, "-m", "venv", PLACE / "venv"], check=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"skipped: the packages cannot be installed: {error}")
        sys.exit(UNAVAILABLE)


def components(churned, others):
    """What each customer adds to the AUC, by DeLong's definition: the mean of 1, 1/2 or 0 over all pairs it is in."""
    import numpy as np

    pairs = (churned[:, None] < others[None, :]) + 0.5 * (churned[:, None] == others[None, :])
    return pairs, np.mean(pairs, axis=1), np.mean(pairs, axis=0)


def aucs(seed, churned, others):
    """Two scores of the same customers, one of them coarse so that there are many ties."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(seed)
    left = np.repeat([True, False], [churned, others])
    one = np.clip(random.normal(60 - 8 * left, 20), 0, 100).round(2)
    other = (np.clip(random.normal(one, 15), 0, 100) / 10).round() * 10
    _, a_churned, a_others = components(one[left], one[~left])
    _, b_churned, b_others = components(other[left], other[~left])
    variance = lambda churned_part, others_part: np.var(churned_part, ddof=1) / churned + np.var(others_part, ddof=1) / others
    covariance = np.cov(a_churned, b_churned)[0, 1] / churned + np.cov(a_others, b_others)[0, 1] / others
    both = variance(a_churned, a_others), variance(b_churned, b_others)
    auc = [float(roc_auc_score(left, -scores)) for scores in (one, other)]
    return {
        "one": {"churned": one[left].tolist(), "others": one[~left].tolist()},
        "other": {"churned": other[left].tolist(), "others": other[~left].tolist()},
        "auc": auc,
        "standard_error": [float(np.sqrt(part)) for part in both],
        "difference": auc[0] - auc[1],
        "difference_standard_error": float(np.sqrt(sum(both) - 2 * covariance)),
    }


def regression(seed, customers, features, penalty, helpful):
    """Points between 0 and 1, and who left. With `helpful` every rule helps so much that no bound is reached."""
    import numpy as np
    from scipy.optimize import minimize
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(seed)
    points = random.random((customers, features)).round(4)
    true = random.random(features) * 3 + 1.5 if helpful else random.normal(0.3, 1.5, features)
    left = random.random(customers) < 1 / (1 + np.exp(points @ true - true.sum() / 2 + 0.8))

    def objective(parameters):
        z = parameters[0] - points @ parameters[1:]
        loss = np.logaddexp(0, z).sum() - z[left].sum() + penalty / 2 * (parameters[1:] ** 2).sum()
        error = 1 / (1 + np.exp(-z)) - left
        return loss, np.concatenate([[error.sum()], -points.T @ error + penalty * parameters[1:]])

    bounds = [(None, None)] + [(0, None)] * features
    start = np.zeros(features + 1)
    options = {"ftol": 1e-16, "gtol": 1e-11, "maxiter": 100_000, "maxcor": 50}
    bounded = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    answers = {"scipy": bounded}
    if helpful:
        model = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=100_000, solver="newton-cholesky").fit(-points, left)
        answers["scikit-learn"] = np.concatenate([model.intercept_, model.coef_[0]])
        assert (model.coef_ > 0).all(), "the data should not reach a bound"
    else:
        assert (bounded[1:] == 0).any(), "the data should reach a bound"
    return {
        "rows": points.tolist(),
        "churned": left.tolist(),
        "penalty": penalty,
        "answers": {name: {"intercept": float(answer[0]), "coefficients": answer[1:].tolist()} for name, answer in answers.items()},
    }


def write(path, seeds, size):
    """All data and answers, as JSON."""
    data = {"aucs": [], "regressions": []}
    for seed in seeds:
        data["aucs"].append(aucs(seed, size // 3, size))
        for penalty in (0.1, 3.0, 30.0):
            data["regressions"].append(regression(seed, 4 * size, 6, penalty, helpful=True))
            data["regressions"].append(regression(seed + 1000, 4 * size, 8, penalty, helpful=False))
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n")


def main():
    if sys.argv[1:] == ["--inside", "fixture"]:
        return write(FIXTURE, [20261127], 30)
    if sys.argv[1:] == ["--inside", "fresh"]:
        return write(PLACE / "oracle.json", range(1, 9), 150)
    prepare()
    kind = "fixture" if "--write-fixture" in sys.argv else "fresh"
    subprocess.run([PYTHON, __file__, "--inside", kind], check=True)
    environment = os.environ | ({} if kind == "fixture" else {"KEEPWELL_BACKTEST_ORACLE": str(PLACE / "oracle.json")})
    command = ["cargo", "test", "--locked", "-p", "keepwell-domain", "--test", "backtest", "oracle"]
    sys.exit(subprocess.run(command, cwd=ROOT, env=environment).returncode)


main()
