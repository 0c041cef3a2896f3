"""What is set on an object after a first `fit` acts as a fresh compile would make it, or raises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import keras_lateral as kl
from keras_lateral.frame.penalty import Penalty
from keras_lateral.keras_tools.arguments import FixedArguments
from tests.backends import to_numpy

RNG = np.random.default_rng(4)
X = RNG.normal(size=(4, 6, 6, 2)).astype("float32")
Y = RNG.normal(size=(4, 3)).astype("float32")


def model_with(*, regularizer: Any = None, mask: Any = None) -> keras.Model:
    conv = layers.Conv2D(
        4,
        3,
        name="conv",
        kernel_regularizer=regularizer,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=1),
    )
    end = keras.initializers.RandomNormal(seed=2)
    inner = [conv] if mask is None else [conv, mask]
    net = keras.Sequential(
        [keras.Input((6, 6, 2)), *inner, layers.Flatten(), layers.Dense(3, kernel_initializer=end)]
    )
    net.compile(keras.optimizers.SGD(0.01), "mse")
    return net


def fit(net: keras.Model) -> None:
    net.fit(X, Y, batch_size=1, epochs=1, shuffle=False, verbose=0)


def trained(
    make: Callable[[], tuple[Any, keras.Model]], name: str, value: Any, *, fresh: bool
) -> np.ndarray:
    """The convolution's kernel after two epochs, with something set between them."""
    thing, net = make()
    fit(net)
    setattr(thing, name, value)
    if fresh:
        net.compile(keras.optimizers.SGD(0.01), "mse")
    fit(net)
    return to_numpy(net.get_layer("conv").kernel.value)


PENALTIES: dict[type[Penalty], dict[str, Any]] = {
    kl.FrameRegularizer: {"rows": 1},
    kl.SoftOrthogonality: {},
    kl.SpectralRestrictedIsometry: {"factor": 0.1},
    kl.MinimumHypersphericalEnergy: {},
    kl.OrthogonalConvolution: {},
}
FOLLOWED = {"factor": 0.5, "scale": 3.0, "lower": 1.0, "upper": 0.6, "seed": 8}


def penalized(kind: type[Penalty]) -> tuple[Penalty, keras.Model]:
    penalty = kind(seed=1, **PENALTIES[kind])
    return penalty, model_with(regularizer=penalty)


@pytest.mark.parametrize("kind", PENALTIES)
def test_an_argument_of_a_penalty_acts_at_once_or_raises(kind: type[Penalty]) -> None:
    make = partial(penalized, kind)
    for argument in fields(kind):
        name = argument.name
        if name in FOLLOWED:
            found = trained(make, name, FOLLOWED[name], fresh=False)
            expected = trained(make, name, FOLLOWED[name], fresh=True)
            np.testing.assert_array_equal(found, expected, err_msg=name)
            if name != "seed" or kind.uses_random_numbers or kind is kl.FrameRegularizer:
                as_it_was = trained(make, name, getattr(make()[0], name), fresh=False)
                assert np.abs(found - as_it_was).max() > 1e-6, name
        else:
            penalty, net = make()
            fit(net)
            with pytest.raises(AttributeError, match=rf'`{name}` .* fixed .*existing="replace"'):
                setattr(penalty, name, getattr(penalty, name))


def test_bounds_that_no_frame_can_have_are_refused_and_change_nothing() -> None:
    penalty, net = penalized(kl.FrameRegularizer)
    fit(net)
    with pytest.raises(ValueError, match="above the upper one"):
        penalty.lower = 3.0
    with pytest.raises(AttributeError, match=r"`upper` .* cannot change from 2.0 to None"):
        penalty.upper = None
    assert (penalty.lower, penalty.upper) == (0.5, 2.0)


def test_a_lower_bound_that_a_layer_cannot_have_is_refused_where_it_is_set() -> None:
    penalty = kl.FrameRegularizer(lower=0.0, side="columns")
    net = model_with(regularizer=penalty)
    wide = layers.Dense(2, kernel_regularizer=penalty)
    wide.build((None, 5))
    assert len(wide.losses) == 1
    fit(net)
    with pytest.raises(ValueError, match="A lower bound above 0 is impossible"):
        penalty.lower = 0.5
    assert penalty.lower == 0


FOLLOWED_BY_MASKS = {"sigma": 2.0, "threshold": 1.5, "enabled": False}
FIXED_IN_MASKS = {
    "feature_sets": 2,
    "threshold_mode": "max",
    "inhibition": "norm",
    "inhibition_size": 9,
    "inhibition_padding": "zeros",
    "zero_sum": False,
    "data_format": "channels_first",
    "settings": None,
}


def masked() -> tuple[kl.GradientMask, keras.Model]:
    mask = kl.GradientMask(sigma=1.0, threshold=0.8, inhibition_size=13)
    return mask, model_with(mask=mask)


@pytest.mark.parametrize("name", FOLLOWED_BY_MASKS)
def test_what_can_change_of_a_mask_acts_at_once(name: str) -> None:
    value = FOLLOWED_BY_MASKS[name]
    found = trained(masked, name, value, fresh=False)
    np.testing.assert_array_equal(found, trained(masked, name, value, fresh=True))
    assert np.abs(found - trained(masked, name, getattr(masked()[0], name), fresh=False)).max() > 0


@pytest.mark.parametrize("name", FIXED_IN_MASKS)
def test_what_cannot_change_of_a_mask_raises(name: str) -> None:
    mask, net = masked()
    fit(net)
    with pytest.raises(AttributeError, match=rf"`{name}` of the gradient mask .* fixed"):
        setattr(mask, name, FIXED_IN_MASKS[name])


def test_every_argument_of_a_mask_is_among_these() -> None:
    of_keras = {"name", "dtype", "trainable"}
    arguments = set(kl.GradientMask().get_config()) - of_keras
    assert arguments | {"settings"} == set(FOLLOWED_BY_MASKS) | set(FIXED_IN_MASKS)


def test_a_mask_is_switched_by_true_and_false_alone() -> None:
    mask = kl.GradientMask(enabled=np.bool_(False))
    assert mask.enabled is False
    with pytest.raises(ValueError, match="`enabled`. Expected True or False. .*'no'"):
        mask.enabled = "no"  # type: ignore[assignment]


def test_the_scope_of_a_masked_layer_raises() -> None:
    layer = kl.GradientMaskConv2D(4, 3)
    with pytest.raises(AttributeError, match=r"`scope` of layer .*scope='weights'"):
        layer.scope = "weights"


ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "GradientMaskSchedule": (None, 0.1),
    "GradientMaskMonitor": (X, Y),
    "HarmonicConv2D": (4, 3),
    "PruningMask": (np.ones((3, 2), bool),),
    "CentralizedOptimizer": (keras.optimizers.SGD(), {"kernel": (1,)}),
}
"""Of those that need some."""


def test_arguments_of_the_other_objects_raise() -> None:
    public = [getattr(kl, name) for name in kl.__all__]
    kinds = [kind for kind in FixedArguments.__subclasses__() if kind in public]
    kinds.remove(kl.TensorBoardMonitor)  # it would write a file
    assert len(kinds) >= 11
    for kind in kinds:
        thing: Any = kind(*ARGUMENTS.get(kind.__name__, ()))
        assert thing._fixed
        for name in thing._fixed:
            with pytest.raises(AttributeError, match=f"`{name}` of {kind.__name__} is fixed"):
                setattr(thing, name, None)


def test_a_class_of_ones_own_may_call_its_attributes_as_it_likes() -> None:
    class Own(kl.GradientMaskMonitor):
        def __init__(self, x: Any, y: Any) -> None:
            super().__init__(x, y)
            self.x = x

    assert Own(X, Y).x is X


def test_what_is_pruned_cannot_be_written_over() -> None:
    with pytest.raises(ValueError, match="read-only"):
        kl.PruningMask(np.ones((3, 2), bool)).mask[0] = False


def test_what_is_set_of_a_freeze_acts_in_the_next_training() -> None:
    net, freeze = model_with(), kl.ReceptiveFieldFreeze("conv", epochs=[0])
    net.fit(X, Y, epochs=2, verbose=0, callbacks=[freeze])
    freeze.layers, freeze.epochs = "dense_of_another_name", np.int64(1)
    with pytest.raises(ValueError, match="dense_of_another_name"):
        net.fit(X, Y, epochs=2, verbose=0, callbacks=[freeze])
    freeze.layers = "conv"
    net.fit(X, Y, epochs=3, verbose=0, callbacks=[freeze])
    assert (freeze.frozen_epochs, freeze.epochs) == ([1], 1)
    with pytest.raises(ValueError, match="Invalid value for argument `epochs`"):
        freeze.epochs = -1
    assert freeze.epochs == 1
