"""Synthetic comparisons with known differences, without training."""

from collections.abc import Sequence

import numpy as np

from keras_lateral import Comparison, Run
from keras_lateral.comparison.per_image.image_results import ImageResults
from keras_lateral.comparison.per_image.measuring import measures_of
from keras_lateral.comparison.per_image.tested_images import TestedImages


def synthetic(
    effects: Sequence[float],
    pairs: int,
    generator: np.random.Generator,
    spread: float = 0.01,
    images: int = 0,
) -> Comparison:
    """Returns a comparison of methods with these true effects.

    Args:
        effects: Effect of each method on accuracy.
        pairs: Number of seeds.
        generator: Draws the variation between seeds and between trainings.
        spread: Standard deviation of the variation between trainings.
        images: Number of test images, of which an accuracy is a share; 0 for no rounding.
    """
    seed_effect = generator.normal(0.6, 0.05, pairs)  # what pairs have in common
    runs = []
    for index, effect in enumerate([0.0, *effects]):
        name = f"method {index}" if index else "baseline"
        values = seed_effect + effect + generator.normal(0, spread, pairs)
        if images:
            values = np.round(values * images) / images
        runs += [Run(name, seed, {"accuracy": float(v)}, 1.0) for seed, v in enumerate(values)]
    methods = tuple(f"method {index + 1}" for index in range(len(effects)))
    settings = {"test_images": images} if images else {}
    return Comparison("synthetic", methods, tuple(range(pairs)), tuple(runs), settings)


def synthetic_images(
    effects: Sequence[float],
    pairs: int,
    generator: np.random.Generator,
    images: int = 200,
    *,
    of_image: float = 0.0,
    of_seed: float = 0.0,
    folds: int = 0,
) -> Comparison:
    """Returns a comparison whose networks are tested image by image.

    Args:
        effects: Effect of each method on the chance that an image is classified correctly, in the
            population.
        pairs: Number of seeds.
        generator: Draws the images, and what each network says of them.
        images: Number of test images, drawn from the population.
        of_image: Standard deviation of the effect from image to image.
        of_seed: Standard deviation of the effect from seed to seed.
        folds: Number of folds; 0 for one test set.
    """
    labels = generator.integers(0, 2, images)
    chance = generator.uniform(0.4, 0.9, images)  # how easy each image is
    fold = generator.permutation(images) % max(folds, 1)
    runs = []
    for index, effect in enumerate([0.0, *effects]):
        name = f"method {index}" if index else "baseline"
        own = effect + (of_image * generator.choice([-1, 1], images) if index else 0)
        for seed in range(pairs):
            places = np.flatnonzero(fold == seed % folds) if folds else np.arange(images)
            shift = of_seed * generator.normal() if index else 0.0
            p = np.clip(chance + own + shift, 0, 1)[places]
            right = generator.random(len(places)) < p
            runs.append(_run(name, seed, places, labels[places], right))
    methods = tuple(f"method {index + 1}" for index in range(len(effects)))
    tested = TestedImages(labels.astype("uint16"), ("a", "b"), folds=folds)
    settings = {"test_images": images, "classes": 2}
    seeds = tuple(range(pairs))
    return Comparison("synthetic", methods, seeds, tuple(runs), settings, tested=tested)


def _run(name: str, seed: int, places: np.ndarray, labels: np.ndarray, right: np.ndarray) -> Run:
    p = np.full((len(labels), 2), 0.2)
    predicted = np.where(right, labels, 1 - labels)
    p[np.arange(len(labels)), predicted] = 0.8
    return Run(name, seed, measures_of(p, labels), 1.0, images=ImageResults.of(p, labels, places))
