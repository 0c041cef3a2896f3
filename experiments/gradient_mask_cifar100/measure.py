"""How much of a network's gradient the masks leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from experiments.gradient_mask_cifar100.network import masks
from keras_lateral import GradientMask, GradientMaskConv2D, exact_gradients
from keras_lateral.ops import gradient_mask


def what_is_left(model: keras.Model, x: Any, y: Any) -> dict[str, Any]:
    """Compares the gradients of one batch with and without masks, and restores the model.

    Args:
        model: The network, trained with any arm.
        x: Images.
        y: Labels.

    Returns:
        `first_layer`: squared norm of the first kernel's gradient with masks, as a share of that
        without; `cosine`: cosine of the angle between the two; `kept`: for every layer with one of
        the library's masks, the share of positions whose gradient passes.
    """
    weights = model.get_weights()
    masked, kept = _gradients(model, x, y)
    model.set_weights(weights)  # the statistics of batch normalization have changed
    with exact_gradients(), _without_prototypes(model):
        exact, _ = _gradients(model, x, y)
    model.set_weights(weights)
    product = float(np.sum(masked * exact))
    return {
        "first_layer": float(np.sum(masked**2) / np.sum(exact**2)),
        "cosine": product / float(np.linalg.norm(masked) * np.linalg.norm(exact)),
        "kept": kept,
    }


def _gradients(model: keras.Model, x: Any, y: Any) -> tuple[np.ndarray, list[float]]:
    """Returns the gradient of the first kernel, and the share that each mask lets pass."""
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    masked = [
        layer for layer in model.layers if isinstance(layer, (GradientMaskConv2D, GradientMask))
    ]
    seen = keras.Model(model.input, [model.output, *(layer.output for layer in masked)])
    with tf.GradientTape() as tape:
        logits, *maps = _as_list(seen(x, training=True))
        loss = cross_entropy(y, logits)
    first, *arriving = tape.gradient(loss, [model.trainable_variables[0].value, *maps])
    kept = [_kept_share(layer, g) for layer, g in zip(masked, arriving, strict=True)]
    return np.asarray(first), kept


def _as_list(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _kept_share(layer: Any, gradient: Any) -> float:
    mask = layer.gradient_mask if isinstance(layer, GradientMaskConv2D) else layer
    settings = {name: getattr(mask.settings, name) for name in _ARGUMENTS}
    return float(np.mean(np.asarray(gradient_mask(gradient, **settings))))


_ARGUMENTS = (
    "sigma",
    "feature_sets",
    "threshold",
    "threshold_mode",
    "inhibition",
    "inhibition_size",
    "inhibition_padding",
    "zero_sum",
)


@contextmanager
def _without_prototypes(model: keras.Model) -> Iterator[None]:
    prototypes = [mask for mask in masks(model) if not isinstance(mask, GradientMask)]
    for mask in prototypes:
        mask.enabled = False
    try:
        yield
    finally:
        for mask in prototypes:
            mask.enabled = True
