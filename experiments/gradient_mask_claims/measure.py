"""Pruning, attacks and saliency of one trained network, a value an image."""

from __future__ import annotations

import keras
import numpy as np

from experiments.full_size.measuring import Values
from experiments.full_size.recipe import Recipe
from experiments.full_size.trained import right, test_images
from experiments.gradient_mask_claims.config import (
    ATTACKED_PER_CLASS,
    CURVE_STEPS,
    EPSILONS,
    LOOKED_AT_PER_CLASS,
    PGD_STEPS,
    SPARSITIES,
)
from keras_lateral import (
    FGSM,
    PGD,
    deletion_curve,
    gradient_saliency,
    insertion_curve,
    prune,
)


def measure(model: keras.Model, recipe: Recipe, size: str) -> Values:
    """Returns what is measured of one network.

    Args:
        model: The network, on images from 0 to 1.
        recipe: The recipe that it was trained with.
        size: Name of the size.
    """
    attacked = test_images(recipe, ATTACKED_PER_CLASS[size])
    looked_at = test_images(recipe, LOOKED_AT_PER_CLASS[size])
    return {
        **under_attacks(model, *attacked),
        **saliency(model, *looked_at),
        **pruned(model, *test_images(recipe, None)),  # last: it changes the network
    }


def pruned(model: keras.Model, x: np.ndarray, y: np.ndarray) -> Values:
    """Returns which images are right after pruning, more and more, without further training."""
    found = {"accuracy": right(model, x, y)}
    network = model.layers[-1]
    for sparsity in SPARSITIES:
        prune(network, sparsity)
        found[f"accuracy, {sparsity:.0%} of the weights pruned"] = right(model, x, y)
    return found


def under_attacks(model: keras.Model, x: np.ndarray, y: np.ndarray) -> Values:
    """Returns which images are right before and after each attack, with exact gradients."""
    before = right(model, x, y)
    found = {}
    for steps in EPSILONS:
        epsilon = steps / 255
        attacks = {"FGSM": FGSM(epsilon), "PGD": PGD(epsilon, steps=PGD_STEPS)}
        for name, attack in attacks.items():
            adversarial = attack.generate(model, x, y)
            key = f"accuracy under {name}, {steps}/255"
            found[key] = before & right(model, adversarial, y)
    return found


def saliency(model: keras.Model, x: np.ndarray, y: np.ndarray) -> Values:
    """Returns the areas under the curves of each image's own gradient map, for its true class.

    A map that ranks what the network uses has a low area of deletion and a high one of insertion.
    """
    maps = gradient_saliency(model, x, y)
    curves = {
        "area of deletion": deletion_curve(model, x, maps, y, steps=CURVE_STEPS),
        "area of insertion": insertion_curve(model, x, maps, y, steps=CURVE_STEPS),
    }
    return {name: curve.area for name, curve in curves.items()}
