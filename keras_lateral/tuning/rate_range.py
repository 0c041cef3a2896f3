"""A learning-rate range test: the loss while the learning rate grows from step to step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.datasets.checked_part import is_count
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.datasets.from_arrays import ComparedData, image_dataset
from keras_lateral.keras_tools.learning_rate import innermost
from keras_lateral.keras_tools.paired_batches import Augment, PairedBatches
from keras_lateral.keras_tools.seeds import keeping_seeds
from keras_lateral.keras_tools.training_step import without_retracing_warnings
from keras_lateral.tuning.built_model import built_model
from keras_lateral.tuning.rate_range_record import LearningRateTest, smoothed
from keras_lateral.tuning.training_settings import check_one_rate
from keras_lateral.tuning.training_space import Range

EXPLODED = 4.0
"""The test ends when the smoothed loss is this many times the smallest one."""


def find_learning_rate(
    model: keras.Model | Callable[[], keras.Model],
    data: ComparedData,
    *,
    learning_rates: Range = (1e-6, 10.0),
    steps: int = 100,
    batch_size: int = 32,
    smoothing: float = 0.9,
    seed: int = 0,
    augment: Augment | None = None,
) -> LearningRateTest:
    """Returns the loss at learning rates that grow from step to step, and which to try first.

        rate_k = low (high / low)^(k / (K - 1))          in step k = 0 ... K-1 of K

    Only training images are used. A model that is given is as before when it ends: weights, random
    states, optimizer. The test says where training is stable in its first steps, not which rate is
    best after all epochs: `tune_training` searches that.

    Args:
        model: A function that returns a compiled model, as for `compare`, or a compiled model.
        data: As for `compare`, or `(x, y)`: training images `(images, height, width, channels)` as
            the model takes them, and labels.
        learning_rates: The first and the last learning rate.
        steps: Number of steps, at least 10; it goes over the images as often as it needs.
        batch_size: Images in a batch, as in the training to come.
        smoothing: Share of the smoothed loss that comes from earlier steps, from 0 to below 1.
        seed: Seed of the initial weights, if a function is given, and of the batches.
        augment: As for `compare`.

    Returns:
        A `LearningRateTest`, which has a `suggestion` and a `plot`.

    Raises:
        ValueError: If an argument is not as described, or the optimizer's learning rate is a
            schedule.

    Example:

    >>> from keras_lateral import find_learning_rate, small_network
    >>> from keras_lateral.datasets import load_images
    >>> def build_model():
    ...     return small_network((8, 8, 1), classes=10)
    >>> test = find_learning_rate(build_model, load_images("digits").subset(10), steps=60)
    >>> 1e-4 < test.suggestion < 0.1
    True
    >>> figure, axes = test.plot()

    Reference:

    - Smith, L. N. (2017). Cyclical Learning Rates for Training Neural Networks. arXiv:1506.01186.
      Section 3.3.
    """
    low, high = _checked_range(learning_rates)
    _check(steps, batch_size, smoothing)
    x, y, name = _training_images(data)
    batches = PairedBatches(x, y, batch_size, seed, augment)
    rates = low * (high / low) ** (np.arange(steps) / (steps - 1))
    with _model_to_use(model, seed) as used, without_retracing_warnings():
        losses = _losses(used, batches, rates, smoothing)
    return LearningRateTest(
        name,
        tuple(float(rate) for rate in rates[: len(losses)]),
        tuple(losses),
        smoothing,
        {"steps": steps, "batch_size": batch_size, "seed": seed, "images": len(y)},
    )


def _losses(
    model: keras.Model, batches: PairedBatches, rates: np.ndarray, smoothing: float
) -> list[float]:
    """Returns the loss before each step, up to the step at which it has exploded."""
    losses: list[float] = []
    for step, rate in enumerate(rates.tolist()):
        if step and step % len(batches) == 0:
            batches.on_epoch_end()
        innermost(model.optimizer).learning_rate = rate
        model.reset_metrics()  # or the loss is the mean of all steps
        logs: Any = model.train_on_batch(*batches[step % len(batches)], return_dict=True)
        losses.append(float(logs["loss"]))
        curve = smoothed(losses, smoothing)
        if not math.isfinite(losses[-1]) or curve[-1] > EXPLODED * curve.min():
            break
    return losses


@contextmanager
def _model_to_use(
    model: keras.Model | Callable[[], keras.Model], seed: int
) -> Iterator[keras.Model]:
    """A scope with a model to train, after which a model of the user's is as it was."""
    if not isinstance(model, keras.Model):
        with keeping_seeds():
            keras.utils.set_random_seed(seed)
            built = built_model(model)
            check_one_rate(built)
            yield built
        return
    built_model(lambda: model)
    check_one_rate(model)
    if not model.built:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model that knows its input, so that "
            "its weights can be set back, or a function that returns one. "
            f"Received: {model.name!r}, which is not built"
        )
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    values = [np.array(ops.convert_to_numpy(variable)) for variable in variables]
    try:
        yield model
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        model.reset_metrics()


def _training_images(data: Any) -> tuple[np.ndarray, np.ndarray, str]:
    pair = isinstance(data, (tuple, list)) and len(data) == 2
    if pair and all(hasattr(part, "shape") for part in data):
        x, y = map(np.asarray, data)
        if len(x) != len(y) or not len(x):
            raise ValueError(
                "Invalid value for argument `data`. Expected as many images as labels. "
                f"Received: {len(x)} and {len(y)}"
            )
        return x, y, "images"
    images = image_dataset(data).scaled()
    images = images.split(0) if isinstance(images, ImageFolds) else images
    return images.x_train, images.y_train, images.name


def _checked_range(rates: Any) -> tuple[float, float]:
    pair = isinstance(rates, (tuple, list)) and len(rates) == 2
    if not pair or not 0 < rates[0] < rates[1] < float("inf"):
        raise ValueError(
            "Invalid value for argument `learning_rates`. Expected the first and the last learning "
            f"rate, above 0 and growing. Received: learning_rates={rates!r}"
        )
    return float(rates[0]), float(rates[1])


def _check(steps: Any, batch_size: Any, smoothing: Any) -> None:
    for name, value, least in (("steps", steps, 10), ("batch_size", batch_size, 1)):
        if not is_count(value, least):
            raise ValueError(
                f"Invalid value for argument `{name}`. Expected a whole number of at least "
                f"{least}. Received: {name}={value!r}"
            )
    if not 0 <= smoothing < 1:
        raise ValueError(
            "Invalid value for argument `smoothing`. Expected a number from 0 to below 1. "
            f"Received: smoothing={smoothing!r}"
        )
