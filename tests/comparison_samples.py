"""Comparisons made without training."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from keras_lateral import Comparison, Run

CONDITIONS: dict[str, dict[str, Any]] = {
    **{f"fog-{n}": {"corruption": "fog", "severity": n, "seed": 0} for n in (1, 3, 5)},
    **{f"snow-{n}": {"corruption": "snow", "severity": n, "seed": 0} for n in (1, 3, 5)},
    "pgd-linf-0.0314": {"attack": "PGD", "epsilon": 0.0314, "step_size": 0.00785, "steps": 10},
}

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><b>$\\frac{1}{0}$ & $y",
    "_method+" * 12 + "方法\u202eeval\ud800\x1b[31m",
)
"""Names that must be shown as text and do nothing else."""


def comparison_of(
    differences: Mapping[str, Sequence[float]],
    *,
    conditions: bool = False,
    name: str = "digits",
    **settings: Any,
) -> Comparison:
    """Returns a comparison with the given differences to the baseline, seed by seed."""
    seeds = range(max(map(len, differences.values())))
    noise = np.random.default_rng(1)
    level = {seed: 0.8 + 0.01 * noise.standard_normal() for seed in seeds}
    settings_of_conditions = CONDITIONS if conditions else {}
    runs = [
        _run(method, seed, level[seed] + d, settings_of_conditions, noise)
        for method, values in {"baseline": [0.0] * len(seeds), **differences}.items()
        for seed, d in enumerate(values)
    ]
    known = {
        "data": name,
        "training_images": 50,
        "notes": ["Images were resized."],
        "model": "small_network",
        "epochs": 3,
        "batch_size": 10,
        "augment": None,
        "conditions": settings_of_conditions,
        "methods": {method: {"factor": 0.01} for method in differences},
    }
    return Comparison(name, tuple(differences), tuple(seeds), tuple(runs), {**known, **settings})


def several(methods: Sequence[str], seeds: int = 3, **more: Any) -> Comparison:
    """Returns a comparison of methods that differ somehow."""
    draw = np.random.default_rng(0)
    differences = {method: list(0.01 * draw.standard_normal(seeds)) for method in methods}
    return comparison_of(differences, **more)


def with_diverged(comparison: Comparison, method: str, seed: int) -> Comparison:
    """Returns the comparison with one training that diverged."""
    runs = [
        Run(run.method, seed, {"accuracy": 0.1, "seconds_per_epoch": 0.1}, 1.0, True)
        if (run.method, run.seed) == (method, seed)
        else run
        for run in comparison.runs
    ]
    return replace(comparison, runs=tuple(runs))


def without(comparison: Comparison, method: str, seed: int) -> Comparison:
    """Returns the comparison without one training."""
    runs = [run for run in comparison.runs if (run.method, run.seed) != (method, seed)]
    return replace(comparison, runs=tuple(runs))


def _run(
    method: str,
    seed: int,
    accuracy: float,
    conditions: Mapping[str, Any],
    noise: np.random.Generator,
) -> Run:
    measures = {
        "accuracy": accuracy,
        "loss": 1.2 - accuracy,
        "calibration_error": 0.1 + 0.01 * noise.random(),
        "train_accuracy": 0.99,
        "seconds_per_epoch": 0.5 + 0.1 * noise.random(),
    }
    for name, settings in conditions.items():
        measures[name] = accuracy - 0.1 * settings.get("severity", 6) + 0.01 * noise.random()
    details = {
        name: {
            "attack_success_rate": 0.25 + 0.5 * noise.random(),
            "norm": "linf",
            "success_rate_after": {"1": 0.125},
            "curve": {"iterations": [0, 1]},
        }
        for name, settings in conditions.items()
        if "attack" in settings
    }
    history = {"loss": [2.0, 1.0 + noise.random(), 0.5], "accuracy": [0.3, 0.6, 0.9]}
    return Run(method, seed, measures, 3.0, history=history, details=details)
