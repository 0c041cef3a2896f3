"""Synthetic comparisons with known differences, without training."""

from collections.abc import Sequence

import numpy as np

from keras_lateral import Comparison, Run


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
