"""A layer's mask and regularizers as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Real
from typing import Any

from keras_lateral.frame.penalty import Penalty
from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.overview.layer_summary import MaskSummary, PenaltySummary
from keras_lateral.overview.planned import Planned


def mask_summary(layer: Any, planned: Planned) -> MaskSummary | None:
    """Returns the mask that a layer is, or has as its own, as it is set now."""
    mask = layer if isinstance(layer, GradientMask) else getattr(layer, "gradient_mask", None)
    if not isinstance(mask, GradientMask):
        return None
    settings = mask.settings
    return MaskSummary(
        sigma=mask.sigma,
        threshold=mask.threshold,
        threshold_mode=settings.threshold_mode,
        feature_sets=settings.feature_sets,
        inhibition=settings.inhibition,
        enabled=mask.enabled,
        scheduled=planned.masks.get(id(mask), ()),
    )


def penalty_summaries(weights: Sequence[Any], planned: Planned) -> Iterator[PenaltySummary]:
    """Yields the regularizers of a layer's weights, each once, and those beside them."""
    by_regularizer: dict[int, list[Any]] = {}
    for weight in weights:
        if weight.regularizer is not None:
            by_regularizer.setdefault(id(weight.regularizer), []).append(weight)
    for group in by_regularizer.values():
        names = tuple(weight.name for weight in group)
        regularizer = group[0].regularizer
        while isinstance(regularizer, Penalty):
            yield _of_ours(regularizer, names, id(regularizer) in planned.penalties)
            regularizer = regularizer.beside
        if regularizer is not None:
            yield _of_others(regularizer, names)


def _of_ours(penalty: Any, weights: tuple[str, ...], scheduled: bool) -> PenaltySummary:
    return PenaltySummary(
        name=type(penalty).__name__,
        weights=weights,
        factor=penalty.factor,
        scale=penalty.scale,
        lower=getattr(penalty, "lower", None),
        upper=getattr(penalty, "upper", None),
        scheduled=scheduled,
    )


def _of_others(regularizer: Any, weights: tuple[str, ...]) -> PenaltySummary:
    """Returns what is known of a regularizer: its factor, if its configuration has one number."""
    name = type(regularizer).__name__
    try:
        config = regularizer.get_config()
    except (AttributeError, NotImplementedError):  # a function, or a class that cannot be saved
        config, name = {}, getattr(regularizer, "__name__", name)
    numbers = {
        key: float(value)
        for key, value in config.items()
        if isinstance(value, Real) and not isinstance(value, bool)
    }
    if len(numbers) == 1:
        return PenaltySummary(name, weights, next(iter(numbers.values())), ours=False)
    values = ", ".join(f"{key}={value:g}" for key, value in numbers.items())
    return PenaltySummary(f"{name}({values})" if values else name, weights, None, ours=False)
