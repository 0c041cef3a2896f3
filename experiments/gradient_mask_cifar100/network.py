"""The network: five convolutions, and the place in each where an arm puts its mask."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from experiments.gradient_mask_cifar100.config import Arm, Size
from experiments.gradient_mask_cifar100.prototypes import TRANSFORMS, Prototype, RandomMask
from keras_lateral import GradientMask, GradientMaskConv2D

POOL_BEFORE = (1, 3)  # 32 x 32, then 16 x 16 from the second convolution, 8 x 8 from the fourth


def build(arm: Arm, size: Size, seed: int) -> keras.Model:
    """Returns the network; its initial weights depend on the seed alone, not on the arm."""
    x = inputs = keras.Input((32, 32, 3))
    for number, filters in enumerate(size.filters):
        if number in POOL_BEFORE:
            x = layers.MaxPooling2D()(x)
        x = (
            _block(x, number, filters, arm, seed)
            if number in arm.layers
            else _block(x, number, filters, Arm("", "none"), seed)
        )
    x = layers.GlobalAveragePooling2D()(x)
    start = keras.initializers.GlorotUniform(seed=_seed(seed, len(size.filters)))
    outputs = layers.Dense(size.classes, kernel_initializer=start, name="logits")(x)
    return keras.Model(inputs, outputs)


def _block(x: Any, number: int, filters: int, arm: Arm, seed: int) -> Any:
    own = {
        "padding": "same",
        "use_bias": False,  # batch normalization has one
        "kernel_initializer": keras.initializers.HeNormal(seed=_seed(seed, number)),
        "name": f"convolution_{number}",
    }
    if arm.kind == "convolution":
        x = GradientMaskConv2D(filters, 3, **own, **arm.arguments)(x)
    else:
        x = layers.Conv2D(filters, 3, **own)(x)
    if arm.kind in TRANSFORMS:
        x = Prototype(TRANSFORMS[arm.kind], dict(arm.arguments))(x)
    if arm.kind == "random":
        x = RandomMask(arm.arguments["share"], seed=_seed(seed, number) + 50)(x)
    x = layers.ReLU(name=f"relu_{number}")(layers.BatchNormalization(momentum=0.9)(x))
    return GradientMask(**arm.arguments)(x) if arm.kind == "after_relu" else x


def _seed(seed: int, number: int) -> int:
    return 100 * seed + number


def masks(model: keras.Model) -> list[Any]:
    """Returns everything in the network that masks, each with a settable `enabled`."""
    found = []
    for layer in model.layers:
        if isinstance(layer, GradientMaskConv2D):
            found.append(layer.gradient_mask)
        elif isinstance(layer, (GradientMask, Prototype, RandomMask)):
            found.append(layer)
    return found
