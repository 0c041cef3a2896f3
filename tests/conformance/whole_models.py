"""What every public model must survive: fields, rules, masks, a step of training, save and load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import (
    FrameRegularizer,
    ReceptiveFieldFreeze,
    apply_gradient_mask,
    attach_regularizer,
    expanding_layers,
    receptive_fields,
)
from keras_lateral.keras_tools.all_layers import all_layers

L = keras.layers
CONVOLUTIONS = (
    *(L.Conv1D, L.Conv2D, L.Conv3D, L.Conv1DTranspose, L.Conv2DTranspose, L.Conv3DTranspose),
    *(L.DepthwiseConv1D, L.DepthwiseConv2D, L.SeparableConv1D, L.SeparableConv2D),
)
RULES = ("paper", "strided", "after_pooling", "first_kernel_above_one")


def convolutions(model: keras.Model) -> list[keras.layers.Layer]:
    """Returns all convolutions of a model, however deep they lie."""
    return [layer for layer in all_layers(model) if isinstance(layer, CONVOLUTIONS)]


def check_fields_and_rules(model: keras.Model) -> dict[str, str]:
    """Returns what was refused, "fields" or a rule, and why: each names a layer or the model."""
    refused = {}
    calls = {"fields": lambda: receptive_fields(model)}
    calls |= {rule: lambda rule=rule: expanding_layers(model, rule) for rule in RULES}
    for name, call in calls.items():
        try:
            assert call()
        except ValueError as error:
            refused[name] = str(error)
    known = {model.name, *(layer.name for layer in all_layers(model))}
    assert all(any(layer in why for layer in known) for why in refused.values()), refused
    return refused


def is_masked(layer: keras.layers.Layer) -> bool:
    return getattr(layer, "gradient_mask", None) is not None


def assert_same(found: Any, expected: Any) -> None:
    """Compares outputs of any structure, bit for bit."""
    keras.tree.map_structure(np.testing.assert_array_equal, found, expected)


def check_training(model: keras.Model, x: np.ndarray) -> None:
    """Masks, regularizes and freezes all convolutions alike, and trains one step."""
    before = model.predict(x, verbose=0)
    number = len(convolutions(model))
    assert number > 0
    model = apply_gradient_mask(model)
    assert len(convolutions(model)) == number
    assert all(is_masked(layer) for layer in convolutions(model))
    assert_same(model.predict(x, verbose=0), before)

    attached = attach_regularizer(model, FrameRegularizer(rows=16))
    assert len(attached) >= number  # a separable convolution has two
    trained, frozen = convolutions(model)[: number // 2], convolutions(model)[number // 2 :]
    kept, free = ([layer.get_weights() for layer in layers] for layers in (frozen, trained))
    freeze = ReceptiveFieldFreeze(lambda layer: layer in frozen, epochs=[0])
    losses = keras.tree.map_structure(lambda _: "mse", before)
    model.compile(keras.optimizers.SGD(0.01), losses)
    targets = keras.tree.map_structure(np.zeros_like, before)
    model.fit(x, targets, batch_size=len(x), verbose=0, callbacks=[freeze])
    assert len(freeze.layer_names) == len(frozen)
    for layer, weights in zip(frozen, kept, strict=True):
        assert_same(layer.get_weights(), weights)
    changed = [
        any((a != b).any() for a, b in zip(layer.get_weights(), weights, strict=True))
        for layer, weights in zip(trained, free, strict=True)
    ]
    assert sum(changed) > len(changed) / 2


def check_saving(model: keras.Model, x: np.ndarray, file: Path, *, holds_masks: bool) -> None:
    """Saves and loads a masked model: same outputs, and masks, once they are put back.

    Args:
        model: The model.
        x: Images.
        file: Where to save it.
        holds_masks: Whether the model's `get_config` holds its layers, and so their masks. If it
            does not, saving says so, and one call puts them back.
    """
    expected = model.predict(x, verbose=0)
    if holds_masks:
        model.save(file)
    else:
        with pytest.warns(UserWarning, match="Put them back afterwards"):
            model.save(file)
    loaded = keras.models.load_model(file)
    assert_same(loaded.predict(x, verbose=0), expected)
    if not holds_masks:
        assert not all(is_masked(layer) for layer in convolutions(loaded))
        apply_gradient_mask(loaded, existing="keep")
    assert len(convolutions(loaded)) == len(convolutions(model))
    assert all(is_masked(layer) for layer in convolutions(loaded))
    assert_same(loaded.predict(x, verbose=0), expected)
