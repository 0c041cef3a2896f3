"""Warns of masks that no training step has used."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.mask_gradients import by_label
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.first_step import after_first_step, stop_looking
from keras_lateral.keras_tools.model_graph import is_graph, model_graph


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
        present = {id(layer) for layer in all_layers(model)}
        still = [mask for mask in masks if id(mask) in present]  # not replaced since
        names = by_label(model, still)
        not_called = [name for name, mask in names.items() if not mask.saw_training]
        called = {name: mask for name, mask in names.items() if mask.saw_training}
        if is_graph(model):  # it may be that a freeze stops what is trained, in this epoch only
            untrained = masks_before_all_training(model)
            no_gradient = [name for name, mask in called.items() if id(mask) in untrained]
        else:
            no_gradient = [name for name, mask in called.items() if not mask.saw_gradient]
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

    after_first_step(model, check, forget, what=_WHAT)


def stop_looking_for_idle(model: Any) -> None:
    """Ends `warn_if_idle`, for a model that has no masks any more."""
    stop_looking(model, _WHAT)


_WHAT = "gradient masks"


def masks_before_all_training(model: Any) -> set[int]:
    """Returns the ids of the masks that come before everything that is trained.

    JAX and torch compute no gradient there. TensorFlow does, for weights that were trainable when
    they were made, and forgets it, so that a mask sees it arrive. Where a model has no graph to
    read, no mask is known to be one of these.
    """
    idle: set[int] = set()
    acting: set[int] = set()
    trained: list[bool] = []  # of each call: whether it, or one before it, has weights that train
    for call in model_graph(model) if is_graph(model) else ():
        layer = call.operation
        own = bool(getattr(layer, "trainable_variables", ()))
        trained.append(own or any(trained[source] for source, _ in call.sources))
        layers = (layer, *all_layers(layer)) if isinstance(layer, keras.layers.Layer) else ()
        masks = {id(inner) for inner in layers if isinstance(inner, GradientMask)}
        (acting if trained[-1] else idle).update(masks)
    return idle - acting


def _warn(model: Any, names: list[str], why: str) -> None:
    warnings.warn(
        f"The gradient masks of {names} in model {model.name!r} have no effect: {why}",
        UserWarning,
        stacklevel=2,
    )
