"""Copying a model layer by layer, with some layers replaced, added or left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

_InputLayer = keras.layers.InputLayer
Copy = Callable[[Any], list[Any]]
"""A function from a layer to those that replace it: none, one, or one followed by others."""


def copy_layer(layer: Any) -> Any:
    """Returns a new layer with the same configuration and new weights."""
    return layer.__class__.from_config(layer.get_config())


def copy_model(model: keras.Model, copy: Copy) -> keras.Model:
    """Returns a copy of a model with the same weights, each layer replaced by what `copy` returns.

    Nested models are copied in the same way; a layer that occurs more than once is copied once.

    Args:
        model: A functional or Sequential model.
        copy: Function that returns a layer's replacements. They must keep the order of all weights.

    Returns:
        A new model, compiled like `model` with an optimizer of its own.

    Raises:
        ValueError: If `model` is subclassed: its layers are called by code, not listed.
    """
    check_copyable(model)
    new = _Copier(copy).model(model)
    if model.built:
        new.set_weights(model.get_weights())
    return new


def check_copyable(model: Any) -> None:
    """Raises if `model` is not a functional or Sequential model."""
    if not is_copyable(model):
        raise ValueError(
            "Invalid value for argument `model`. Expected a functional or Sequential model, whose "
            "layers can be replaced. In a subclassed model use the layers themselves, such as "
            f"`keras_lateral.GradientMaskConv2D`. Received: model={model}"
        )


def is_copyable(model: Any) -> bool:
    """Returns whether `model` is a functional or Sequential model."""
    listed = isinstance(model, keras.Sequential) or hasattr(model, "operations")
    return isinstance(model, keras.Model) and listed


def _new_input(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return keras.Input(batch_shape=x.shape, dtype=x.dtype, name=name)


class _Copier:
    """Holds what has been copied so far, so that what is shared stays shared."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._done: dict[int, list[Any]] = {}
        self._following: dict[int, list[Any]] = {}
        self._left_out: set[int] = set()

    def model(self, model: keras.Model) -> keras.Model:
        sequential = isinstance(model, keras.Sequential)
        new = self._sequential(model) if sequential else self._functional(model)
        if not model.trainable:
            new.trainable = False
        return new

    def _replacements(self, layer: Any) -> list[Any]:
        if id(layer) not in self._done:
            if is_copyable(layer):
                self._done[id(layer)] = [self.model(layer)]
            elif isinstance(layer, keras.layers.Layer):
                self._done[id(layer)] = self._copy(layer)
            else:  # an operation without state, such as `x + y`
                self._done[id(layer)] = [copy_layer(layer)]
        return self._done[id(layer)]

    def _sequential(self, model: keras.Sequential) -> keras.Sequential:
        layers = [new for layer in model.layers for new in self._replacements(layer)]
        inputs = [_new_input(x, x.name) for x in (model.inputs if model.built else None) or ()]
        new = keras.Sequential([*inputs, *layers], name=model.name)
        if model.compiled:
            new.compile_from_config(model.get_compile_config())
        return new

    def _functional(self, model: keras.Model) -> keras.Model:
        # `clone_model` would name the inputs after their tensors.
        names = {id(x.output): x.name for x in model.layers if isinstance(x, _InputLayer)}
        return keras.models.clone_model(
            model,
            input_tensors=keras.tree.map_structure(
                lambda x: _new_input(x, names.get(id(x), x.name)), model.input
            ),
            clone_function=self._first_replacement,
            call_function=self._call,
        )

    def _first_replacement(self, layer: Any) -> Any:
        replacements = self._replacements(layer)
        if not replacements:
            self._left_out.add(id(layer))
            return layer
        first, *self._following[id(replacements[0])] = replacements
        return first

    def _call(self, layer: Any, *args: Any, **kwargs: Any) -> Any:
        if id(layer) in self._left_out:
            return args[0]
        outputs = layer(*args, **kwargs)
        for following in self._following.get(id(layer), []):
            outputs = following(outputs)
        return outputs
