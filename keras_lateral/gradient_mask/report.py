"""How much of the gradient the masks of a model keep, layer by layer."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.gradient_mask.exact_gradients import exact_gradients
from keras_lateral.gradient_mask.idle import masks_before_all_training
from keras_lateral.gradient_mask.mask_gradients import (
    GradientAtMask,
    arriving_gradients,
    at_mask,
    calls_of_masks,
    names_of_masks,
)
from keras_lateral.gradient_mask.report_record import GradientMaskReport, MaskedShare
from keras_lateral.keras_tools.training_step import Loss, build_for, check_loss

ROUNDING = 1e-12
"""Relative difference that sums in another order may have."""


def positions_by_norm(norms: np.ndarray, mask: np.ndarray) -> int:
    """Returns the smallest number of positions whose energy reaches the one that a mask keeps.

    For every sample and feature set separately, with the norms sorted, N_(1) >= N_(2) >= ...:

        E = sum_ij a_ij N_ij^2          the energy that the mask keeps
        m = min { n : N_(1)^2 + ... + N_(n)^2 >= E }

    summed over samples and sets. As the largest norms are taken first, no choice of positions
    keeps E with fewer, and m is at most what the mask keeps; where m is far below it, the mask
    has kept positions for their contrast and not for their energy.

    Args:
        norms: N, array of shape `(batch, *spatial, K)`.
        mask: a, boolean array of the same shape.

    Returns:
        The number of positions.

    Example:

    >>> norms = np.array([3.0, 1.0, 1.0, 2.0]).reshape(1, 4, 1)
    >>> mask = np.array([False, True, True, True]).reshape(1, 4, 1)  # keeps 1 + 1 + 4 of 15
    >>> positions_by_norm(norms, mask)  # the one of norm 3 alone keeps 9
    1
    """
    energy = _rows(norms).astype("float64") ** 2
    kept = np.sum(energy, axis=1, where=_rows(mask))
    ordered = -np.sort(-energy, axis=1)
    short = np.cumsum(ordered, axis=1) < (kept * (1 - ROUNDING))[:, None]
    return int(np.sum(np.where(kept > 0, np.sum(short, axis=1) + 1, 0)))


def _rows(maps: np.ndarray) -> np.ndarray:
    """Returns one row of positions for every sample and set."""
    return np.moveaxis(maps, -1, 1).reshape(maps.shape[0] * maps.shape[-1], -1)


Sums = dict[str, float]

WITHOUT_EFFECT = (
    "no gradient was stopped. A higher `threshold` stops more. Where the gradient is the same at "
    "every position, as before a global average pooling, there is no contrast to find, and a mask "
    "there can be left out."
)


def gradient_mask_report(
    model: keras.Model, x: Any, y: Any, loss: Loss = None, *, batch_size: int = 32
) -> GradientMaskReport:
    """Measures how much the masks of a model let pass when it trains on this data.

    Per mask, summed over the data, with g the gradient that arrives, N the norms of its
    minicolumns, a the mask, and g' the gradient that would arrive if no mask acted:

        positions_kept    = sum a / (number of positions, times samples and sets)
        energy_kept       = sum a N^2 / sum N^2
        positions_by_norm = the least share of positions, taken by the largest norm for each
                            sample and set, whose energy reaches that which the mask keeps
        energy_arriving   = sum g^2 / sum g'^2
        energy_left       = sum a g^2 / sum g'^2 = energy_arriving * energy_kept

    Masks compound: what a layer's mask stops never arrives at the layers before it, so
    `energy_left` of the first layer is what all of them leave together. It can exceed 1, since
    stopping some gradients can keep others from cancelling. Nothing in the model changes.

    The data is taken in the order given, in batches as in `fit`; in training mode, batch
    normalization uses whole batches, so shuffle data that is sorted by class.

    Args:
        model: A model with masks; it is built if necessary.
        x: Inputs: an array, or arrays in a list or dict.
        y: Targets.
        loss: A Keras loss or its name. Defaults to the model's compiled loss, with everything a
            training step adds to it.
        batch_size: Samples per training step.

    Returns:
        A record that prints as a table and writes JSON.

    Raises:
        ValueError: If the model has no mask, or none that the forward pass calls, or there is no
            loss or no data.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import GradientMaskConv2D, gradient_mask_report
    >>> model = keras.Sequential(
    ...     [
    ...         GradientMaskConv2D(4, 3, name="conv", sigma=1.0, threshold=0.5),
    ...         keras.layers.Flatten(),
    ...         keras.layers.Dense(1),
    ...     ]
    ... )
    >>> x, y = np.random.default_rng(0).normal(size=(6, 8, 8, 3)), np.ones((6, 1))
    >>> report = gradient_mask_report(model, x, y, loss="mse", batch_size=3)
    >>> report["conv"].positions_by_norm <= report["conv"].positions_kept < 1
    True
    """
    report = measure_gradient_masks(model, x, y, loss, batch_size)
    untrained = names_before_all_training(model)
    if untrained:
        warnings.warn(
            f"The gradient masks of {untrained} have no effect as the model is now: neither these "
            "layers nor those before them are trained. Their shares are those of gradients that "
            "nothing uses.",
            UserWarning,
            stacklevel=2,
        )
    idle = [name for name in report.without_effect() if name not in untrained]
    if idle:
        warnings.warn(
            f"The gradient masks of {idle} changed nothing on these {report.samples} samples: "
            f"{WITHOUT_EFFECT}",
            UserWarning,
            stacklevel=2,
        )
    return report


def names_before_all_training(model: keras.Model) -> list[str]:
    """Returns the names of masks that stop gradients which reach nothing that is trained."""
    idle = masks_before_all_training(model)
    return [name for identity, name in names_of_masks(model).items() if identity in idle]


def measure_gradient_masks(
    model: keras.Model, x: Any, y: Any, loss: Loss, batch_size: int
) -> GradientMaskReport:
    """`gradient_mask_report` without its warning."""
    check_loss(model, loss)
    build_for(model, x)
    sums: dict[str, Sums] = {}
    samples = 0
    for x_batch, y_batch in batches((x, y), batch_size):
        samples += number_of_samples(x_batch)
        for name, more in _sums_by_name(model, x_batch, y_batch, loss):
            total = sums.setdefault(name, defaultdict(float))
            for key, value in more.items():
                total[key] += value
    if not samples:
        raise ValueError("Invalid value for argument `x`. Expected at least one sample.")
    return GradientMaskReport(
        layers=tuple(_masked_share(name, total) for name, total in sums.items()),
        samples=samples,
        batch_size=batch_size,
    )


def number_of_samples(data: Any) -> int:
    """Returns the length of the arrays' first axis."""
    return len(keras.tree.flatten(data)[0])


def batches(data: Any, batch_size: int) -> Iterator[Any]:
    """Yields consecutive slices of all arrays; the last may be shorter."""
    for start in range(0, number_of_samples(data), batch_size):
        chosen = slice(start, start + batch_size)
        yield keras.tree.map_structure(lambda array, chosen=chosen: array[chosen], data)


def _sums_by_name(model: keras.Model, x: Any, y: Any, loss: Loss) -> Iterator[tuple[str, Sums]]:
    names = names_of_masks(model)
    calls = calls_of_masks(model, x, y, loss)
    with exact_gradients():
        exact = arriving_gradients(model, x, y, loss, calls)
    arrived = arriving_gradients(model, x, y, loss, calls)
    for (mask, _), gradient, whole in zip(calls, arrived, exact, strict=True):
        name = names[id(mask)]
        yield name, _sums(at_mask(name, mask, gradient), whole)


def _sums(at: GradientAtMask, whole: Any) -> Sums:
    energy = at.norms.astype("float64") ** 2
    return {
        "positions": at.mask.size,
        "passed": at.mask.sum(),
        "by_norm": positions_by_norm(at.norms, at.mask),
        "energy": energy.sum(),
        "stopped_energy": energy.sum(where=~at.mask),
        # Summed alike, so that equal gradients give a ratio of exactly 1.
        "arrived": np.sum(np.square(at.gradient.astype("float64"))),
        "exact": np.sum(np.square(ops.convert_to_numpy(whole).astype("float64"))),
        "disabled": not at.enabled,
    }


def _masked_share(name: str, sums: Sums) -> MaskedShare:
    return MaskedShare(
        name=name,
        enabled=not sums["disabled"],
        positions_kept=_ratio(sums["passed"], sums["positions"]),
        energy_kept=1 - _ratio(sums["stopped_energy"], sums["energy"]),
        positions_by_norm=_ratio(sums["by_norm"], sums["positions"]),
        energy_arriving=_ratio(sums["arrived"], sums["exact"]),
    )


def _ratio(part: float, whole: float) -> float:
    """Returns part / whole; NaN if the whole is 0."""
    return float(part / whole) if whole else float("nan")
