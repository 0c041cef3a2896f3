"""The range test against a loop by hand, and a model that is as before."""

import keras
import numpy as np
import pytest

from keras_lateral import LearningRateTest, find_learning_rate
from keras_lateral.keras_tools.paired_batches import PairedBatches

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(20, 2, 2, 1)).astype("float32")
Y = (X.sum(axis=(1, 2, 3)) > 0).astype("int32")


def linear_model(dropout: float = 0.0) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((2, 2, 1)),
            keras.layers.Flatten(),
            keras.layers.Dropout(dropout),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.25), "sparse_categorical_crossentropy")
    return model


def losses_by_hand(kernel, bias, rates, batch_size, seed):
    """Softmax regression by gradient descent, in NumPy alone."""
    losses = []
    for step, rate in enumerate(rates):
        epoch, place = divmod(step, -(-len(X) // batch_size))
        order = np.random.default_rng([seed, epoch]).permutation(len(X))
        chosen = order[place * batch_size : (place + 1) * batch_size]
        x, y = X[chosen].reshape(len(chosen), -1).astype("float64"), Y[chosen]
        z = x @ kernel + bias
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        losses.append(-np.log(p[np.arange(len(y)), y]).mean())
        slope = (p - np.eye(2)[y]) / len(y)
        kernel, bias = kernel - rate * x.T @ slope, bias - rate * slope.sum(axis=0)
    return losses


def test_it_is_gradient_descent_with_a_growing_rate() -> None:
    model = linear_model()
    kernel, bias = (np.array(weight, "float64") for weight in model.get_weights())
    test = find_learning_rate(
        model, (X, Y), learning_rates=(1e-3, 2.0), steps=12, batch_size=8, smoothing=0.5, seed=3
    )
    rates = np.geomspace(1e-3, 2.0, 12)
    np.testing.assert_allclose(test.rates, rates, rtol=1e-12)
    np.testing.assert_allclose(test.losses, losses_by_hand(kernel, bias, rates, 8, 3), rtol=1e-4)


def test_the_smoothed_loss_is_the_weighted_mean_of_the_losses_so_far() -> None:
    losses = (3.0, 1.0, 2.0, 5.0)
    curve = LearningRateTest("x", (1.0, 2.0, 3.0, 4.0), losses, 0.7).smoothed_losses
    for k in range(4):
        weights = 0.7 ** np.arange(k, -1, -1)
        assert curve[k] == pytest.approx(np.average(losses[: k + 1], weights=weights))


def test_a_model_that_is_given_is_as_before() -> None:
    model = linear_model(dropout=0.5)
    model.fit(X, Y, verbose=0)
    before = [np.array(v) for v in (*model.variables, *model.optimizer.variables)]
    find_learning_rate(model, (X, Y), steps=10, batch_size=8)
    after = [np.array(v) for v in (*model.variables, *model.optimizer.variables)]
    assert float(model.optimizer.learning_rate) == 0.25
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


def test_it_ends_when_the_loss_explodes_and_suggests_less() -> None:
    test = find_learning_rate(
        linear_model, (50 * X, Y), learning_rates=(1e-5, 1e6), steps=40, batch_size=8, smoothing=0.0
    )
    assert len(test.rates) < 40
    assert test.lowest < test.rates[-1]
    assert test.suggestion == pytest.approx(test.lowest / 10, rel=1e-2)


def test_without_a_fall_nothing_is_suggested() -> None:
    test = LearningRateTest("x", (0.1, 0.2, 0.3), (1.0, 1.0, 1.1), 0.0)
    assert test.suggestion is None
    assert "the loss did not fall" in str(test)


RATES = tuple(np.geomspace(1e-6, 10, 100).tolist())


@pytest.mark.parametrize("seed", range(5))
def test_a_loss_that_only_varies_is_said_with_caution(seed) -> None:
    flat = 2.3 + np.random.default_rng(seed).normal(0, 0.15, 100)
    test = LearningRateTest("x", RATES, tuple(flat.tolist()), 0.9)
    assert test.suggestion is None or "hardly learned" in test.caution
    slight = LearningRateTest("x", RATES, (*np.linspace(2.3, 2.15, 99).tolist(), 9.0), 0.0)
    assert slight.suggestion is not None
    assert "fell only 6 %" in slight.caution
    assert "with caution" in repr(slight)
    assert "Caution: the smoothed loss" in str(slight)


def test_a_loss_that_falls_is_not() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 100)
    falls = np.r_[np.linspace(2.3, 0.8, 80), np.linspace(0.9, 5, 20)] + noise
    test = LearningRateTest("x", RATES, tuple(falls.tolist()), 0.9)
    assert test.suggestion is not None
    assert test.caution == ""
    assert "Caution" not in str(test)
    _, axes = test.plot()
    low, high = axes[0, 0].get_ylim()
    assert 0 < low < test.smoothed_losses.min() < test.smoothed_losses.max() < high


def test_the_figure_shows_the_curve_and_the_suggestion() -> None:
    test = LearningRateTest("photos", (1e-3, 1e-2, 1e-1, 1.0), (2.0, 1.5, 1.0, 4.0), 0.0)
    _, axes = test.plot()
    panel = axes[0, 0]
    assert panel.get_xscale() == "log"
    raw, curve, line = panel.get_lines()
    np.testing.assert_array_equal(raw.get_ydata(), test.losses)
    np.testing.assert_allclose(curve.get_ydata(), test.smoothed_losses)
    assert line.get_xdata()[0] == test.suggestion == 0.01


def test_batches_are_those_of_a_training_with_the_seed() -> None:
    seen = []

    def augment(x, generator):
        seen.append(x)
        return x

    find_learning_rate(linear_model, (X, Y), steps=10, batch_size=8, seed=5, augment=augment)
    batches = PairedBatches(X, Y, 8, 5)
    np.testing.assert_array_equal(seen[0], batches[0][0])


def scheduled_model() -> keras.Model:
    model = linear_model()
    rate = keras.optimizers.schedules.CosineDecay(0.1, 10)
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (linear_model, {"learning_rates": (1.0, 0.1)}, "`learning_rates`"),
        (linear_model, {"steps": 9}, "`steps`"),
        (linear_model, {"batch_size": 0}, "`batch_size`"),
        (linear_model, {"smoothing": 1.0}, "`smoothing`"),
        (lambda: None, {}, "`build_model`"),
        (scheduled_model, {}, "a number as `learning_rate`"),
    ],
)
def test_what_cannot_be_is_said(model, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        find_learning_rate(model, (X, Y), **options)
    with pytest.raises(ValueError, match="as many images as labels"):
        find_learning_rate(linear_model, (X, Y[1:]))
