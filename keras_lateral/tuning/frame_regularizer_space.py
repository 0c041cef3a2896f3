"""What a search may try of the frame regularizer."""

from __future__ import annotations

from typing import Any

from keras_lateral.tuning.value_choice import Range, choose


def frame_regularizer_space(
    hp: Any,
    *,
    lower: float | Range | list[float] | None = (0.1, 1.0),
    condition_number: float | Range | list[float] = (1.1, 16.0),
    upper: float | Range | list[float] | None = None,
    factor: float | Range | list[float] = (1e-4, 1e-1),
    prefix: str = "frame_regularizer/",
) -> dict[str, Any]:
    """Returns arguments of a `FrameRegularizer` for one trial; A <= B holds in every one.

        B = A * condition_number

    so that no trial is spent on bounds that are none, and the two numbers mean different things:
    how large the squared singular values are, and how far apart. Each argument is a range
    `(low, high)`, which is searched evenly in logarithms, a list to choose from, or one value.

    Args:
        hp: `keras_tuner.HyperParameters`, what keras-tuner hands to a hypermodel.
        lower: A. `None` or 0 for no lower bound, with `upper` alone.
        condition_number: B / A, 1 or more.
        upper: B, if there is no A; not together with one.
        factor: Strength. What bounds it from above is the learning rate: see `FrameRegularizer`.
        prefix: What the hyperparameters' names begin with.

    Returns:
        A dict with `lower`, `upper` and `factor`.

    Raises:
        ValueError: If a range is empty or not positive, a condition number is below 1, `upper` is
            given beside `lower`, or neither is.

    Example:

    >>> import keras_tuner
    >>> from keras_lateral import FrameRegularizer, frame_regularizer_space
    >>> hp = keras_tuner.HyperParameters()  # outside of a search it takes the lowest values
    >>> arguments = frame_regularizer_space(hp, lower=(0.5, 1.0), condition_number=(2.0, 8.0))
    >>> arguments
    {'lower': 0.5, 'upper': 1.0, 'factor': 0.0001}
    >>> FrameRegularizer(**arguments).upper
    1.0
    """
    without_lower = lower is None or lower == 0
    if without_lower == (upper is None):
        raise ValueError(
            "Invalid values for arguments `lower` and `upper`. Expected one of them: the upper "
            "bound is `lower * condition_number`, and `upper` is for lower=None. "
            f"Received: lower={lower!r}, upper={upper!r}"
        )
    strength = {"factor": choose(hp, f"{prefix}factor", factor)}
    if without_lower:
        return {"lower": lower, "upper": choose(hp, f"{prefix}upper", upper), **strength}
    _check_condition_number(condition_number)
    a = choose(hp, f"{prefix}lower", lower)
    ratio = choose(hp, f"{prefix}condition_number", condition_number)
    return {"lower": a, "upper": a * ratio, **strength}


def _check_condition_number(values: Any) -> None:
    several = values if isinstance(values, (tuple, list)) else [values]
    if any(one < 1 for one in several):
        raise ValueError(
            "Invalid value for argument `condition_number`. Expected B / A, 1 or more. "
            f"Received: condition_number={values!r}"
        )
