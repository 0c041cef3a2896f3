"""Every function calls a layer by the same label, and every label is taken where names are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

import keras_lateral as kl
from keras_lateral.frame.attach import find_regularizers
from keras_lateral.gradient_mask.gradient_flow import gradient_flow_sensitivity
from keras_lateral.keras_tools.layer_choice import choose_layers
from keras_lateral.receptive_field.freeze.chosen_layers import layers_to_freeze
from keras_lateral.receptive_field.layer_output import find_layer

SHAPE = (6, 6, 2)


@dataclass(frozen=True)
class Part:
    """A convolution, or a model of parts."""

    name: str
    parts: tuple[Part, ...] = ()
    sequential: bool = False


def tree(depth: int) -> st.SearchStrategy[Part]:
    names = st.sampled_from(["a", "b", "c"])
    conv = st.builds(Part, names)
    if not depth:
        return conv
    inside = st.lists(tree(depth - 1), min_size=1, max_size=3, unique_by=lambda part: part.name)
    nested = st.builds(Part, names, inside.map(tuple), st.booleans())
    return st.one_of(conv, nested)


MODELS = st.lists(tree(2), min_size=1, max_size=3, unique_by=lambda part: part.name)


def built(part: Part) -> Any:
    if not part.parts:
        return layers.Conv2D(2, 3, padding="same", name=part.name)
    inside = [built(own) for own in part.parts]
    if part.sequential:
        return keras.Sequential([keras.Input(SHAPE), *inside], name=part.name)
    x = image = keras.Input(SHAPE)
    for layer in inside:
        x = layer(x)
    return keras.Model(image, x, name=part.name)


def paths(parts: Any, path: str = "") -> list[str]:
    """Returns the paths of the convolutions."""
    found = []
    for part in parts:
        below = paths(part.parts, f"{path}{part.name}/")
        found += below if part.parts else [path + part.name]
    return found


def names_of_all(parts: Any) -> Counter[str]:
    count: Counter[str] = Counter()
    for part in parts:
        count[part.name] += 1
        count += names_of_all(part.parts)
    return count


def labels_of(parts: Any) -> dict[str, str]:
    """Returns the label of each convolution by its path, derived from the plan of the model."""
    count = names_of_all(parts)
    ends = {path: path.rsplit("/", 1)[-1] for path in paths(parts)}
    return {path: end if count[end] == 1 else path for path, end in ends.items()}


def model_of(parts: list[Part]) -> keras.Model:
    model = built(Part("whole", tuple(parts)))
    model.compile("sgd", "mse")
    return model


def layer_at(model: Any, path: str) -> Any:
    for name in path.split("/"):
        model = model.get_layer(name)
    return model


@settings(max_examples=15)
@given(MODELS)
def test_kernels_masks_and_bounds_have_the_label_that_the_plan_of_the_model_gives(
    parts: list[Part],
) -> None:
    model, expected = model_of(parts), list(labels_of(parts).values())
    assert len(set(expected)) == len(expected)
    attached = kl.attach_regularizer(model, kl.FrameRegularizer())
    kl.apply_gradient_mask(model, sigma=0.5)
    batch = np.random.default_rng(0).normal(size=(2, *SHAPE)).astype("float32")
    for found in (
        attached,
        find_regularizers(model),
        kl.find_gradient_masks(model),
        kl.frame_bounds(model),
        kl.sparsity_of(model),
        kl.penalty_shares(model, batch, batch),
        kl.gradient_mask_report(model, batch, batch),
        kl.mask_gradients(model, batch, batch),
        gradient_flow_sensitivity(model, batch, batch),
    ):
        assert list(found) == expected
        for path, label in labels_of(parts).items():
            assert found[path] is found[label]
            assert label in found
            assert path in found
    assert kl.detach_regularizer(model) == expected


@settings(max_examples=15)
@given(MODELS)
def test_every_label_and_every_path_is_taken_wherever_layers_are_named(parts: list[Part]) -> None:
    model = model_of(parts)
    kl.attach_regularizer(model, kl.FrameRegularizer())
    kl.apply_gradient_mask(model, sigma=0.5)
    fields, summary = kl.receptive_fields(model), kl.summary(model)
    for path, label in labels_of(parts).items():
        layer = layer_at(model, path)
        for name in (label, path):
            assert choose_layers(model, name) == [layer]
            assert layers_to_freeze(model, [name]) == [layer]
            assert find_layer(model, name) is layer
            assert fields.record(name).layer is layer
            assert summary[name].name == path
            assert kl.summary(model, layers=name).shown == (path,)
            assert list(kl.frame_bounds(model, layers=name)) == [label]
            assert list(kl.sparsity_of(model, layers=[name])) == [label]
            assert kl.prune(model, 0.5, layers=name)[name].zeros
            assert kl.remove_pruning(model, layers=name) == [label]
            scheduled = kl.RegularizerSchedule(0.5, layers=[name]).penalties(model)
            assert list(scheduled.values()) == [layer.kernel.regularizer]
            masks = kl.GradientMaskSchedule(sigma=0.4, layers=name).masks(model)
            assert list(masks.values()) == [layer.gradient_mask]


def blocks() -> keras.Model:
    return model_of([Part(name, (Part("conv"),), name == "b1") for name in ("b1", "b2")])


def test_a_name_that_several_layers_have_is_an_error_that_names_them() -> None:
    model = blocks()
    attached = kl.attach_regularizer(model, kl.FrameRegularizer())
    records = (kl.frame_bounds(model), kl.sparsity_of(model), kl.summary(model))
    for found in (attached, *records, kl.receptive_fields(model)):
        with pytest.raises(KeyError, match="Several .*called 'conv'.*'b1/conv', 'b2/conv'"):
            found["conv"]
        with pytest.raises(KeyError, match="called 'absent'.*'b1/conv'.*'b2/conv'"):
            found["absent"]
        assert "conv" not in found
    schedule = kl.RegularizerSchedule(0.5, layers=["conv"])
    with pytest.raises(ValueError, match=r"layers.*called 'conv'.*'b1/conv', 'b2/conv'"):
        schedule.penalties(model)


def test_a_name_that_several_layers_have_chooses_all_of_them() -> None:
    model = blocks()
    assert list(kl.attach_regularizer(model, kl.FrameRegularizer(), "conv")) == [
        *("b1/conv", "b2/conv")
    ]


def test_a_layer_of_the_model_itself_is_chosen_alone_by_its_name() -> None:
    model = model_of([Part("block", (Part("conv"),)), Part("conv")])
    assert list(kl.sparsity_of(model)) == ["block/conv", "conv"]
    assert list(kl.sparsity_of(model, "conv")) == ["conv"]
    assert kl.sparsity_of(model)["conv"].name == "conv"


def test_a_model_in_the_model_is_no_layer_to_choose_and_its_layers_are_named() -> None:
    with pytest.raises(ValueError, match=r"'b1' is a model .* Name layers inside it: \['b1/conv'"):
        choose_layers(blocks(), "b1")


def test_both_kernels_of_a_separable_convolution_are_told_apart_in_every_block() -> None:
    image = keras.Input(SHAPE)
    x = image
    for name in ("b1", "b2"):
        separable = layers.SeparableConv2D(2, 3, padding="same", name="conv")
        x = keras.Sequential([keras.Input(SHAPE), separable], name=name)(x)
    model = keras.Model(image, x)
    attached = kl.attach_regularizer(model, kl.FrameRegularizer())
    assert list(attached) == [
        f"b{number}/conv/{kernel}" for number in (1, 2) for kernel in ("depthwise", "pointwise")
    ]
    assert list(kl.sparsity_of(model)) == list(attached)
