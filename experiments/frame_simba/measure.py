"""SimBA against one trained network: which images are still right after how many iterations?"""

from __future__ import annotations

import keras

from experiments.frame_simba.config import EPSILON, ITERATIONS, PER_CLASS, after
from experiments.full_size.measuring import Values
from experiments.full_size.recipe import Recipe
from experiments.full_size.trained import test_images
from keras_lateral import SimBA


def measure(model: keras.Model, recipe: Recipe, size: str) -> Values:
    """Returns which images are right before the attack, and after so many of its iterations.

    Args:
        model: The network, on images from 0 to 1.
        recipe: The recipe that it was trained with.
        size: Name of the size.
    """
    x, y = test_images(recipe, PER_CLASS[size])
    record = SimBA(EPSILON, iterations=ITERATIONS[size][-1]).run(model, x, y)
    lost = {t: record.succeeded & (record.iterations <= t) for t in ITERATIONS[size]}
    return {"accuracy": record.attacked, **{after(t): record.attacked & ~lost[t] for t in lost}}
