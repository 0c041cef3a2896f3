"""Comparisons made without training, and what a training begins with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import Any

import keras
import numpy as np

from keras_lateral import Comparison, Method, Run
from keras_lateral.comparison.per_image.image_results import ImageResults
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.training import Task, start
from keras_lateral.datasets.from_arrays import image_dataset

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


CLASSES = ("cat", "dog", "fox", "owl")


def with_images(
    gains: Mapping[str, float],
    *,
    seeds: int = 5,
    images: int = 120,
    folds: int = 0,
    skill: float = 0.7,
    classes: Sequence[str] = CLASSES,
    shares: Sequence[float] | None = None,
    loss: float = 0.0,
    conditions: bool = False,
    name: str = "photos",
    **settings: Any,
) -> Comparison:
    """Returns a comparison whose trainings have results for each image, and some pictures.

    Args:
        gains: For each method, by how much it raises the share of images classified correctly.
        seeds: Number of pairs.
        images: Number of images; with folds, each seed tests one fold of them.
        folds: Number of folds, or 0 with one test set.
        skill: Share of images that the baseline classifies correctly.
        classes: Names of the classes.
        shares: Share of the images that each class has; equal by default.
        loss: By how much each method raises the loss of every image, in nats.
        conditions: Whether accuracies under conditions are there too.
        name: Name of the data.
        **settings: Settings of the comparison, in place of the usual ones.
    """
    draw = np.random.default_rng(3)
    labels = np.sort(draw.choice(len(classes), images, p=shares)).astype("uint16")
    labels[: len(classes)] = range(len(classes))  # no class is empty
    hard = draw.normal(size=images)
    order = draw.permutation(images)
    runs = []
    for seed in range(seeds):
        places = np.sort(order[seed % folds :: folds]) if folds else np.arange(images)
        luck = draw.normal(size=images)
        for method, gain in {"baseline": 0.0, **gains}.items():
            own = 0.6 * hard + 0.7 * luck + 0.4 * draw.normal(size=images)
            right = own < NormalDist().inv_cdf(min(max(skill + gain, 0.001), 0.999))
            worse = loss if method != "baseline" else 0.0
            results = _image_results(draw, labels, right, places, len(classes), worse)
            runs.append(_run_of(method, seed, results, labels, classes, draw, conditions))
    known = {
        "data": name,
        "classes": len(classes),
        "image_shape": [24, 24, 3],
        "training_images": images if not folds else images - images // folds,
        "test_images": images if not folds else images // folds,
        "notes": ["Images were resized."],
        "model": "small_network",
        "parameters": 12_345,
        "epochs": 30,
        "batch_size": 32,
        "callbacks": "cosine_decay",
        "conditions": CONDITIONS if conditions else {},
        "methods": {method: {"factor": 0.01} for method in gains},
        "command": ["keras-lateral", "compare", "--images", name, "--report", "out.html"],
        "workers": 1,
        "backend": "tensorflow",
    }
    pictures = {place: _picture(draw, int(labels[place])) for place in range(images)}
    tested = TestedImages(
        labels,
        tuple(classes),
        folds=folds,
        names=tuple(f"{classes[label]}/{n:03d}.jpg" for n, label in enumerate(labels)),
        pictures=pictures,
    )
    return Comparison(
        name,
        tuple(gains),
        tuple(range(seeds)),
        tuple(runs),
        {**known, **settings},
        tested=tested,
        free_gains={method: _free_gains(method) for method in ("baseline", *gains)},
    )


def _image_results(
    draw: np.random.Generator,
    labels: np.ndarray,
    right: np.ndarray,
    places: np.ndarray,
    classes: int,
    worse: float,
) -> ImageResults:
    away = 1 + draw.integers(max(classes - 1, 1), size=len(labels))
    predicted = np.where(right, labels, (labels + away) % classes)
    surprise = np.where(right, 0.2, 1.8) * draw.uniform(0.5, 1.5, len(labels)) + worse
    confidence = draw.uniform(0.5, 1.0, len(labels))
    return ImageResults(
        places.astype("int32"),
        predicted[places].astype("uint16"),
        surprise[places].astype("float16"),
        confidence[places].astype("float16"),
    )


def _run_of(
    method: str,
    seed: int,
    results: ImageResults,
    labels: np.ndarray,
    classes: Sequence[str],
    draw: np.random.Generator,
    conditions: bool,
) -> Run:
    of_class = labels[results.places]
    right = results.predicted == of_class
    accuracy, confidence = float(right.mean()), results.confidence.astype("float64")
    measures = {
        "accuracy": accuracy,
        "loss": float(results.surprise.astype("float64").mean()),
        "calibration_error": float(abs(confidence.mean() - accuracy)),
        "balanced_accuracy": float(
            np.mean([right[of_class == n].mean() for n in np.unique(of_class)])
        ),
        "train_accuracy": 0.99,
        "seconds_per_epoch": 0.5 * (1 + 0.3 * (method != "baseline")) + 0.02 * draw.random(),
    }
    if conditions:
        for condition, values in CONDITIONS.items():
            measures[condition] = accuracy - 0.1 * values.get("severity", 6) * draw.random()
    history = {"loss": [2.0, 1.0 + draw.random(), 0.5], "accuracy": [0.3, 0.6, 0.9]}
    return Run(method, seed, measures, 20.0, history=history, images=results)


def _picture(draw: np.random.Generator, label: int) -> np.ndarray:
    """Returns a small picture: a shape whose kind is the class, on a ground of any colour."""
    y, x = np.mgrid[-1:1:24j, -1:1:24j]
    shapes = (x**2 + y**2 < 0.4, abs(x) + abs(y) < 0.7, abs(x * y) < 0.1, y > abs(x) - 0.5)
    ground, colour = draw.integers(40, 216, (2, 3))
    pixels = np.where(shapes[label % 4][..., None], colour, ground)
    return np.clip(pixels + draw.normal(0, 12, (24, 24, 3)), 0, 255).astype("uint8")


def _free_gains(method: str) -> dict[str, float]:
    return {
        "accuracy": 0.712,
        "loss": 0.81,
        "calibration_error": 0.093,
        "ensemble_accuracy": 0.741,
        "ensemble_loss": 0.69,
        "networks": 5,
        "tempered_loss": 0.74,
        "tempered_calibration_error": 0.031,
        "temperature": 1.62 if method == "baseline" else 1.4,
    }


def start_of_training(
    build: Callable[[], keras.Model], method: Method | None, seed: int
) -> keras.Model:
    """Returns the model that a training of a pair begins with."""
    images = np.zeros((4, *build().input_shape[1:]), "float32"), np.array([0, 1, 0, 1])
    data = image_dataset((images, images))
    return start(Task(build, data, epochs=1, batch_size=4), method, seed)
