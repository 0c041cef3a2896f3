"""The frame regularizer in layers: what it measures, what it leaves alone, what it refuses."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_lateral import FrameRegularizer
from keras_lateral.keras_tools.autodiff import gradients
from tests import operators
from tests.backends import BACKEND, fewer, run, to_numpy
from tests.frame.gram_cases import A_FEW, geometry_of, name_of
from tests.frame.penalties import WAYS, calls
from tests.operators import Layer, circular_lengths, operator

TO_CONV = Layer("convolution", (3, 3), 2, 4, (1, 1), (1, 1))


def arguments_of(layer: Layer) -> dict[str, Any]:
    geometry = geometry_of(layer)
    return {
        "kind": geometry.kind,
        "strides": geometry.strides,
        "dilation_rate": geometry.dilation_rate,
        "groups": geometry.groups,
    }


def R_of(layer: Layer, kernel: np.ndarray, side: str, A: Any, B: Any) -> float:  # noqa: N802
    W = operator(layer, kernel, circular_lengths(layer), "circular")
    return operators.penalty(W, side, A, B)


def delta_orthogonal(seed: int, noise: float = 0.0) -> np.ndarray:
    """A kernel of `TO_CONV` that is an isometry, and noise."""
    Q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 2)))
    kernel = noise * TO_CONV.random_kernel(seed)
    kernel[1, 1] += Q.T
    return kernel.astype("float32")


@pytest.mark.parametrize("side", ["columns", "rows"])
@pytest.mark.parametrize("layer", fewer(A_FEW), ids=name_of)
def test_value_is_the_factor_times_r_of_the_layer_with_these_settings(
    layer: Layer, side: str
) -> None:
    kernel = layer.random_kernel().astype("float32")
    regularizer = FrameRegularizer(None, 1.5, factor=0.1, side=side, **arguments_of(layer))
    found = run(regularizer, kernel, mode="xla" if BACKEND == "jax" else "eager")
    np.testing.assert_allclose(found, 0.1 * R_of(layer, kernel, side, None, 1.5), rtol=1e-4)


CASES: list[tuple[Any, tuple[int, ...], Layer]] = [
    (
        layers.Conv2D(4, (3, 2), strides=2),
        (6, 6, 3),
        Layer("convolution", (3, 2), 3, 4, (2, 2), (1, 1)),
    ),
    (layers.Conv1D(6, 3, groups=3), (8, 6), Layer("convolution", (3,), 6, 6, (1,), (1,), 3)),
    (layers.DepthwiseConv2D(3), (6, 6, 2), Layer("depthwise", (3, 3), 2, 2)),
    (
        layers.Conv2DTranspose(2, 3, strides=2),
        (3, 3, 3),
        Layer("transposed", (3, 3), 3, 2, (2, 2), (1, 1)),
    ),
    (layers.Dense(3), (5,), Layer("dense", (), 5, 3, (), ())),
]


@pytest.mark.parametrize(
    ("made", "shape", "layer"), CASES, ids=lambda one: getattr(one, "name", "")
)
def test_loss_of_a_layer_is_that_of_its_operator(made: Any, shape: Any, layer: Layer) -> None:
    settings = {} if layer.kind == "dense" else arguments_of(layer)
    regularizer = FrameRegularizer(0.5, 2.0, factor=1.0, **settings)
    argument = "depthwise_regularizer" if layer.kind == "depthwise" else "kernel_regularizer"
    made = type(made).from_config({**made.get_config(), argument: regularizer})
    made.build((None, *shape))
    (kernel,) = (v for v in made.trainable_variables if len(v.shape) > 1)
    (loss,) = made.losses
    side = geometry_of(layer).default_side(layer.kernel_shape)
    expected = R_of(layer, to_numpy(kernel.value), side, 0.5, 2.0)
    np.testing.assert_allclose(to_numpy(loss), expected, rtol=1e-4)


# --- the frame --------------------------------------------------------------------------------


def a_model(regularizer: Any, kernel: np.ndarray) -> keras.Model:
    conv = layers.Conv2D(4, 3, use_bias=False, kernel_regularizer=regularizer)
    model = keras.Sequential([keras.Input((4, 4, 2)), conv])
    conv.kernel.assign(kernel)
    return model


def train(model: keras.Model, steps: int, learning_rate: float, **how: Any) -> float:
    """Trains on zeros, where the penalty is the only loss; returns the loss of the epoch."""
    model.compile(keras.optimizers.SGD(learning_rate), "mean_squared_error", **how)
    x, y = np.zeros((2 * steps, 4, 4, 2), "float32"), np.zeros((2 * steps, 2, 2, 4), "float32")
    return model.fit(x, y, batch_size=2, verbose=0).history["loss"][0]


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
def test_inside_the_frame_even_a_strong_penalty_changes_no_bit(how: Any) -> None:
    kernel = delta_orthogonal(seed=0, noise=0.01)
    model = a_model(FrameRegularizer(0.5, 2.0, factor=1e6), kernel)
    assert train(model, steps=3, learning_rate=1.0, **how) == 0
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


def test_training_brings_the_singular_values_into_the_frame() -> None:
    kernel = 1.2 * delta_orthogonal(seed=1, noise=0.05)
    A, B = 0.7, 1.3

    def squares(kernel: np.ndarray) -> np.ndarray:
        W = operator(TO_CONV, kernel, (6, 6), "circular")
        return np.linalg.eigvalsh(W.T @ W)

    assert squares(kernel).max() > B + 0.3
    model = a_model(FrameRegularizer(A, B, factor=1.0), kernel)
    train(model, steps=50, learning_rate=0.01)
    after = squares(model.get_weights()[0].astype("float64"))
    assert A - 1e-3 <= after.min() <= after.max() <= B + 1e-3


def test_an_isometry_has_no_penalty_where_both_bounds_are_one() -> None:
    regularizer = FrameRegularizer(1.0, 1.0, factor=1.0)
    exact = np.zeros((3, 3, 4, 4), "float32")
    exact[1, 1] = np.eye(4)[[1, 3, 0, 2]]
    value, (gradient,) = gradients(regularizer, [ops.convert_to_tensor(exact)])
    assert to_numpy(value) == 0
    np.testing.assert_array_equal(to_numpy(gradient), 0)
    # With entries that float32 rounds, only the square of the rounding error is left.
    assert to_numpy(regularizer(ops.convert_to_tensor(delta_orthogonal(2)))) < 1e-12


def test_zero_and_none_penalize_less_than_a_lower_bound_above_zero() -> None:
    kernel = ops.convert_to_tensor(0.1 * TO_CONV.random_kernel().astype("float32"))
    values = [
        to_numpy(FrameRegularizer(lower, 0.5, factor=1.0)(kernel)) for lower in (None, 0.0, 0.1)
    ]
    assert values[0] <= values[1] < values[2]


# --- rows -------------------------------------------------------------------------------------


def each_row(kernel: np.ndarray) -> np.ndarray:
    """R of each of the three outputs' rows alone."""
    W = operator(SMALL, kernel, circular_lengths(SMALL), "circular")
    v, r = operators.rows_of(operators.gram(W, "rows"))
    distances = np.minimum(v - 0.5 - r, 0) ** 2 + np.minimum(2 - v - r, 0) ** 2
    return distances.reshape(-1, 3)[0]


SMALL = Layer("convolution", (2,), 4, 3, (1,), (1,))
FRAME: dict[str, Any] = {"lower": 0.5, "upper": 2.0, "factor": 1.0, "side": "rows"}


@pytest.mark.parametrize("rows", fewer([1, 2]))
def test_rows_are_drawn_evenly_so_their_mean_is_r(rows: int) -> None:
    kernel = SMALL.random_kernel().astype("float32")
    regularizer = FrameRegularizer(rows=rows, seed=0, **FRAME)
    one = each_row(kernel)
    possible = one if rows == 1 else (one.sum() - one) / 2
    count = 300 if BACKEND != "jax" else 24
    found = [to_numpy(regularizer(ops.convert_to_tensor(kernel))) for _ in range(count)]
    which = np.abs(np.subtract.outer(found, possible)).argmin(1)
    np.testing.assert_allclose(found, possible[which], rtol=1e-4)
    np.testing.assert_allclose(possible.mean(), one.mean())
    # Pearson's statistic with two degrees of freedom is below 13.8 in 99.9 % of all cases.
    counts = np.bincount(which, minlength=3)
    assert ((counts - count / 3) ** 2 / (count / 3)).sum() < 13.8


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
def test_rows_are_drawn_in_every_compiled_step(how: Any) -> None:
    kernel = TO_CONV.random_kernel().astype("float32")
    regularizer = FrameRegularizer(0.5, 2.0, factor=1.0, rows=1, every=2, seed=0)
    model = a_model(regularizer, kernel)
    loss = train(model, steps=6, learning_rate=0.0, **how)
    W = operator(TO_CONV, kernel, circular_lengths(TO_CONV), "circular")
    v, r = operators.rows_of(operators.gram(W, "columns"))
    one = (np.minimum(v - 0.5 - r, 0) ** 2 + np.minimum(2 - v - r, 0) ** 2)[:2]
    # Three of six steps have the penalty, twice as strong, of one of two rows.
    sums = [np.sum(one[[i, j, k]]) / 3 for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    assert np.isclose(loss, sums, rtol=1e-4).any()
    assert calls(regularizer) == 6


def test_a_sample_of_all_rows_gives_the_whole_penalty() -> None:
    kernel = ops.convert_to_tensor(SMALL.random_kernel().astype("float32"))
    whole = to_numpy(FrameRegularizer(**FRAME)(kernel))
    for rows in (3, 100):
        found = to_numpy(FrameRegularizer(rows=rows, **FRAME)(kernel))
        np.testing.assert_array_equal(found, whole)


# --- precision, config, errors ----------------------------------------------------------------


@pytest.mark.parametrize("policy", fewer(["mixed_float16", "mixed_bfloat16"]))
def test_mixed_precision_trains_with_the_penalty_in_float32(policy: str) -> None:
    kernel = delta_orthogonal(seed=3, noise=0.1)
    regularizer = FrameRegularizer(1.0, 1.0, factor=0.5)
    conv = layers.Conv2D(4, 3, use_bias=False, kernel_regularizer=regularizer, dtype=policy)
    model = keras.Sequential([keras.Input((4, 4, 2)), conv])
    conv.kernel.assign(kernel)
    expected = to_numpy(regularizer(ops.convert_to_tensor(kernel)))
    np.testing.assert_allclose(train(model, steps=1, learning_rate=0.01), expected, rtol=1e-5)
    assert to_numpy(regularizer(conv.kernel)) < expected


def test_config_holds_all_arguments() -> None:
    given = {
        "lower": 0.25,
        "upper": None,
        "factor": 0.5,
        "every": 3,
        "rows": 4,
        "side": "rows",
        "method": "shifts",
        "kind": "transposed",
        "strides": (2, 1),
        "dilation_rate": (1, 2),
        "groups": 1,
        "seed": 9,
        "beside": None,
    }
    regularizer = FrameRegularizer(**given)
    assert regularizer.get_config() == given
    assert keras.saving.get_registered_name(FrameRegularizer) == "keras_lateral>FrameRegularizer"
    assert FrameRegularizer.from_config(regularizer.get_config()).get_config() == given


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lower": 2.0, "upper": 1.0}, r"`lower` and `upper`.*lower=2\.0, upper=1\.0"),
        ({"lower": None, "upper": None}, "at least one of the bounds"),
        ({"lower": -0.5}, r"argument `lower`.*lower=-0\.5"),
        ({"upper": float("inf")}, r"argument `upper`.*inf"),
        ({"upper": "2"}, r"argument `upper`.*'2'"),
        ({"side": "both"}, r"argument `side`.*'both'"),
        ({"method": "fft"}, r"argument `method`.*'fft'"),
        ({"rows": 0}, r"argument `rows`.*rows=0"),
        ({"rows": 1.5}, r"argument `rows`.*1\.5"),
        ({"rows": True}, r"argument `rows`.*True"),
        ({"strides": 0}, r"argument `strides`"),
        ({"kind": "conv"}, r"argument `kind`"),
    ],
)
def test_arguments_out_of_their_range_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FrameRegularizer(**arguments)


@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        (
            {"side": "columns"},
            (3, 3, 4, 2),
            r"side='columns': W\^T W has 4 rows.*rank of at most 2\. Use side=\"rows\".*lower=0\.5",
        ),
        (
            {"side": "rows"},
            (3, 3, 2, 4),
            r"side='rows': W W\^T has 4 rows.*rank of at most 2\. Use side=\"columns\"",
        ),
        ({"side": "columns", "strides": 2}, (3, 3, 2, 7), r"W\^T W has 8 rows.*at most 7"),
        ({"side": "rows", "kind": "dense"}, (2, 5), r"W W\^T has 5 rows.*at most 2"),
        ({"kind": "dense"}, (3, 3, 2, 4), r"kind='dense' has rank 2"),
        ({"strides": (2, 2)}, (3, 2, 4), r"argument `strides`.*1 spatial axes"),
    ],
)
def test_a_kernel_that_cannot_have_this_frame_is_refused_when_it_is_met(
    arguments: Any, shape: tuple[int, ...], message: str
) -> None:
    regularizer = FrameRegularizer(0.5, 2.0, **arguments)
    with pytest.raises(ValueError, match=message):
        regularizer(ops.ones(shape))
    with pytest.raises(ValueError, match=message + (".*of layer 'stem'" * ("side" in arguments))):
        regularizer.check(shape, "stem")


def test_an_upper_bound_alone_needs_no_regular_side() -> None:
    for lower in (None, 0.0):
        FrameRegularizer(lower, 2.0, side="columns").check((3, 3, 4, 2))
    FrameRegularizer(0.5, 2.0).check((3, 3, 4, 2))
