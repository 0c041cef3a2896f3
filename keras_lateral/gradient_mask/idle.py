"""Warns of masks that no training step has used."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.mask_gradients import unique_names
from keras_lateral.keras_tools.all_layers import all_layers, has_layer_graph
from keras_lateral.keras_tools.first_step import after_first_step


def warn_if_idle(model: Any, masks: Sequence[GradientMask]) -> None:
    """Has a model warn after its next first training step of masks that had no part in it.

    What the step did is looked at: a mask has acted if a gradient has arrived at it. None does
    where the forward pass does not call it with `training=True`, or where nothing at or before it
    is trained.

    Args:
        model: The model that is trained.
        masks: Masks in it.
    """

    def forget() -> None:
        for mask in masks:
            mask.saw_training = mask.saw_gradient = False

    def check() -> None:
        names = unique_names(list(masks))
        not_called = [name for name, mask in names.items() if not mask.saw_training]
        untrained = masks_before_all_training(model)
        no_gradient = [
            name
            for name, mask in names.items()
            if mask.saw_training and (not mask.saw_gradient or id(mask) in untrained)
        ]
        if not_called:
            _warn(
                model,
                not_called,
                "the training step does not call these layers with `training=True`. Pass it on: in "
                "a `train_step` of your own, `self(x, training=True)`; in `call(self, x, "
                "training=None)` of your own, `layer(x, training=training)`.",
            )
        if no_gradient:
            _warn(
                model,
                no_gradient,
                "no gradient arrives there, since neither these layers nor those before them are "
                "trained. Set `trainable = True` and compile again, or mask layers that train.",
            )

    after_first_step(model, check, forget)


def masks_before_all_training(model: Any) -> set[int]:
    """Returns the ids of the masks that come before everything that is trained.

    JAX and torch compute no gradient there. TensorFlow does, for weights that were trainable when
    they were made, and forgets it, so that a mask sees it arrive. Only the layers of a functional
    or Sequential model are known to be in order; of others the set is empty.
    """
    found: set[int] = set()
    if not has_layer_graph(model):
        return found
    for layer in all_layers(model):
        if isinstance(layer, GradientMask):
            found.add(id(layer))
        elif not has_layer_graph(layer) and layer.trainable_variables:
            break
    return found


def _warn(model: Any, names: list[str], why: str) -> None:
    warnings.warn(
        f"The gradient masks of {names} in model {model.name!r} have no effect: {why}",
        UserWarning,
        stacklevel=2,
    )
