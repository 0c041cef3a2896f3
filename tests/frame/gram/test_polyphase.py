"""Where each tap of a strided kernel goes when it is sorted by phase."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_lateral.frame.gram.lag_fourier import polyphase
from keras_lateral.frame.gram.problem import gram_problem
from tests.backends import BACKEND, to_numpy
from tests.frame.gram_cases import SIDES, geometry_of, layers
from tests.operators import Layer


@settings(max_examples=5 if BACKEND == "jax" else 80)
@given(layer=layers(), side=st.sampled_from(SIDES))
def test_each_tap_is_found_at_its_step_and_phase_and_nothing_else_is_there(
    layer: Layer, side: str
) -> None:
    kernel = ops.convert_to_tensor(layer.random_kernel().astype("float32"))
    problem = gram_problem(kernel, geometry_of(layer), side)
    taps, sorted_taps = to_numpy(problem.taps), to_numpy(polyphase(problem)[0])
    reached = [axis.reached for axis in problem.axes]
    for p in product(*(range(axis.size) for axis in problem.axes)):
        places = [divmod(a, axis.step) for a, axis in zip(p, problem.axes, strict=True)]
        step, phase = zip(*places, strict=True)
        number = int(np.ravel_multi_index(phase, reached))
        tap = taps[(slice(None), slice(None), *p)]
        at_step = sorted_taps[(slice(None), slice(None), *step)]
        n, m = tap.shape[1:]
        if problem.side == "columns":
            found = at_step[:, number * n : (number + 1) * n]
        else:
            found = at_step[..., number * m : (number + 1) * m]
        np.testing.assert_array_equal(found, tap)
    assert np.count_nonzero(sorted_taps) == np.count_nonzero(taps)


def test_phases_multiply_the_rows_on_the_side_of_the_inputs_alone() -> None:
    layer = Layer("convolution", (5, 2), 2, 3, (2, 3), (1, 1))
    kernel = ops.convert_to_tensor(layer.random_kernel())
    for side, expected in (("columns", 4), ("rows", 1)):
        taps, phases = polyphase(gram_problem(kernel, geometry_of(layer), side))
        assert phases == expected
        assert prod(taps.shape) == 2 * 3 * 6 * 2  # six steps' taps of five, two of three phases
