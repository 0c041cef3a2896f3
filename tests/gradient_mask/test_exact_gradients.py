import gc
import weakref
from functools import partial

import numpy as np
import pytest
from keras import ops

from keras_lateral.gradient_mask.exact_gradients import (
    exact_gradients,
    gradients_are_exact,
    live_switches,
    register_switch,
)
from keras_lateral.gradient_mask.mask import identity_with_gradient_mask
from keras_lateral.testing import vector_jacobian_product
from tests.backends import MODES, compiled, to_numpy


class Recorder:
    """A switch that records every answer that it is notified of."""

    def __init__(self) -> None:
        self.answers: list[bool] = []

    def follow_exact_gradients(self) -> None:
        self.answers.append(gradients_are_exact())


def test_gradients_are_exact_only_inside() -> None:
    assert not gradients_are_exact()
    with exact_gradients():
        assert gradients_are_exact()
    assert not gradients_are_exact()


def test_scopes_nest_and_the_outermost_ends_them() -> None:
    with exact_gradients():
        with exact_gradients():
            assert gradients_are_exact()
        assert gradients_are_exact()
    assert not gradients_are_exact()


def test_an_exception_inside_ends_the_scope() -> None:
    recorder = Recorder()
    register_switch(recorder)
    with pytest.raises(KeyError), exact_gradients(), exact_gradients():
        raise KeyError
    assert not gradients_are_exact()
    assert recorder.answers == [True, False]


def test_a_switch_is_notified_only_of_changes() -> None:
    recorder = Recorder()
    register_switch(recorder)
    assert recorder.answers == []
    with exact_gradients():
        with exact_gradients():
            pass
        assert recorder.answers == [True]
    assert recorder.answers == [True, False]


def test_a_switch_made_inside_is_notified_when_the_scope_ends() -> None:
    with exact_gradients():
        recorder = Recorder()
        register_switch(recorder)
    assert recorder.answers == [False]


def test_a_switch_is_not_kept_alive() -> None:
    recorder = Recorder()
    register_switch(recorder)
    assert recorder in live_switches()
    alive = weakref.ref(recorder)
    del recorder
    gc.collect()
    assert alive() is None
    assert not any(isinstance(switch, Recorder) for switch in live_switches())
    with exact_gradients():
        pass


@pytest.mark.parametrize("mode", MODES)
def test_a_pure_mask_follows_the_scope_it_is_called_or_traced_in(mode: str) -> None:
    x, g = (
        ops.convert_to_tensor(np.random.default_rng(seed).normal(size=(1, 6, 6, 2)), "float32")
        for seed in (0, 1)
    )

    def traced() -> np.ndarray:
        identity = partial(identity_with_gradient_mask, threshold=0.9, threshold_mode="max")
        backward = compiled(lambda x, g: vector_jacobian_product(identity, [x], g)[0], mode)
        return to_numpy(backward(x, g))

    with exact_gradients():
        inside = traced()
    outside = traced()
    np.testing.assert_array_equal(inside, to_numpy(g))
    assert 0 < (outside != 0).sum() < outside.size / 2
