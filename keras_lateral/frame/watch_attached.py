"""What attached regularizers say: that they are lost by a save, or that no step calls them."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import keras

from keras_lateral.frame.penalty import Penalty
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.attaching.first_step import after_first_step, stop_looking
from keras_lateral.keras_tools.attaching.lost_on_saving import stop_warning, warn_when_lost
from keras_lateral.keras_tools.layer_kernels import LayerKernel, layer_kernels

Attached = list[tuple[LayerKernel, Penalty]]

WHAT = "regularizers"
AGAIN = '`keras_lateral.attach_regularizer(model, regularizer, existing="keep")`.'


def watch_attached(model: Any, attached: Attached) -> None:
    """Has a model warn when it loses its regularizers, or makes a training step without them.

    Args:
        model: The model that is trained.
        attached: Kernels, and the regularizers that were attached to them.
    """
    layers = [kernel.layer for kernel, _ in attached]
    warn_when_lost(model, layers, _are_held, what=WHAT, again=AGAIN)
    if attached and hasattr(model, "make_train_function"):
        ready = [pair for pair in attached if pair[0].layer.trainable]  # else it was said already
        check = partial(_warn_if_not_called, model, ready)
        after_first_step(model, check, before=partial(_forget_calls, ready), what=WHAT)


def stop_watching(model: Any, layers: list[keras.layers.Layer]) -> None:
    """Ends the watch for layers that have no regularizers any more."""
    stop_warning(model, layers, what=WHAT)
    kernels = (kernel for layer in all_layers(model) for kernel in layer_kernels(layer))
    if not any(isinstance(kernel.regularizer, Penalty) for kernel in kernels):
        stop_looking(model, WHAT)


def _are_held(layer: keras.layers.Layer, parts: list[Any]) -> bool:
    """Returns whether a configuration holds all of a layer's regularizers."""
    regularizers = [kernel.regularizer for kernel in layer_kernels(layer)]
    own = [penalty for penalty in regularizers if isinstance(penalty, Penalty)]

    def is_held(penalty: Penalty) -> bool:
        return any(part is layer or _is_that_of(part, penalty) for part in parts)

    return all(is_held(penalty) for penalty in own)


def _is_that_of(part: Any, penalty: Penalty) -> bool:
    if not isinstance(part, dict):
        return part is penalty
    registered = keras.saving.get_registered_name(type(penalty))
    # The layers of a model have different seeds.
    return part.get("registered_name") == registered and part["config"].get("seed") == penalty.seed


def _forget_calls(attached: Attached) -> None:
    for _, penalty in attached:
        penalty.was_called = False


def _warn_if_not_called(model: Any, attached: Attached) -> None:
    left_out = [
        kernel
        for kernel, penalty in attached
        if kernel.regularizer is penalty and not penalty.was_called
    ]
    frozen = [kernel.label for kernel in left_out if not kernel.weight.trainable]
    others = [kernel.label for kernel in left_out if kernel.weight.trainable]
    if frozen:
        _warn(
            f"The first training step of model {model.name!r} did not regularize the layers "
            f"{frozen}, since they are not trainable."
        )
    if others:
        _warn(
            f"The first training step of model {model.name!r} never added `self.losses`, so the "
            f"regularizers of the layers {others} had no effect. In a `train_step` of your own, "
            "add `sum(self.losses)` to the loss, or use `self.compute_loss(...)`, which does."
        )


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=5)
