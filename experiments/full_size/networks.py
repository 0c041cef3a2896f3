"""The networks by name, compiled with a recipe's optimizer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import keras

from experiments.full_size.recipe import Recipe
from keras_lateral.models.lecture import lecture_lenet, lecture_mlp
from keras_lateral.models.resnet import cifar_resnet, resnet18, resnet34, resnet50

NETWORKS: dict[str, Callable[..., keras.Model]] = {
    "resnet8": partial(cifar_resnet, depth=8),
    "resnet8_half": partial(cifar_resnet, depth=8, stem_stride=2),
    "resnet8_half_smoke": partial(cifar_resnet, depth=8, stem_stride=4),
    "resnet20": partial(cifar_resnet, depth=20),
    "resnet18": resnet18,
    "resnet34": resnet34,
    "resnet50": resnet50,
    "lecture_lenet": lecture_lenet,
    "lecture_mlp": lecture_mlp,
}
"""`half` is a first convolution with stride 2: maps of half the size, a quarter of the cost."""


def build(
    recipe: Recipe, image_shape: tuple[int, int, int], classes: int, steps: int
) -> keras.Model:
    """Returns the compiled network; its initial weights depend on Keras' random seed.

    Args:
        recipe: How it is trained.
        image_shape: `(height, width, channels)`.
        classes: Number of classes.
        steps: Number of steps of the whole training.
    """
    model = NETWORKS[recipe.model](image_shape, classes)
    model.compile(
        keras.optimizers.SGD(
            rate(recipe, steps),
            momentum=recipe.momentum,
            weight_decay=recipe.decay / (1 - recipe.momentum) or None,
        ),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile="auto",
    )
    return model


def rate(recipe: Recipe, steps: int) -> keras.optimizers.schedules.LearningRateSchedule | float:
    """Returns the learning rate, or its schedule."""
    schedules = keras.optimizers.schedules
    if recipe.schedule == "constant":
        return recipe.learning_rate
    if recipe.schedule == "cosine":
        return schedules.CosineDecay(recipe.learning_rate, steps)
    rates = [recipe.learning_rate * factor for factor in (1.0, 0.1, 0.01)]
    return schedules.PiecewiseConstantDecay([steps // 2, steps * 3 // 4], rates)
