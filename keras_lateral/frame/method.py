"""The frame regularizer and its rivals as methods, to compare, combine, tune and cite."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras

from keras_lateral.frame.attach import attach_regularizer
from keras_lateral.frame.frame_regularizer import FrameRegularizer
from keras_lateral.frame.penalty import Penalty
from keras_lateral.frame.rivals.hyperspherical_energy import MinimumHypersphericalEnergy
from keras_lateral.frame.rivals.orthogonal_convolution import OrthogonalConvolution
from keras_lateral.frame.rivals.soft_orthogonality import SoftOrthogonality
from keras_lateral.frame.rivals.spectral_restricted_isometry import SpectralRestrictedIsometry
from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.value_choice import Range, choose, split_arguments
from keras_lateral.method import Method, setting_text

REFERENCES: dict[type[Penalty], str] = {
    FrameRegularizer: "Gneushev, A. N., Grigor'ev, A. D., Matveev, I. A. (2022). Регуляризация "
    "нейросетевого слоя путем построения фрейма в пространстве параметров (Regularization of a "
    "neural network layer by building a frame in the parameter space).",
    SoftOrthogonality: "Bansal, N., Chen, X., Wang, Z. (2018). Can We Gain More from Orthogonality "
    "Regularizations in Training Deep Networks? NeurIPS.",
    SpectralRestrictedIsometry: "Bansal, N., Chen, X., Wang, Z. (2018). Can We Gain More from "
    "Orthogonality Regularizations in Training Deep Networks? NeurIPS.",
    OrthogonalConvolution: "Wang, J., Chen, Y., Chakraborty, R., Yu, S. X. (2020). Orthogonal "
    "Convolutional Neural Networks. CVPR.",
    MinimumHypersphericalEnergy: "Liu, W., Lin, R., Liu, Z., Liu, L., Yu, Z., Dai, B., Song, L. "
    "(2018). Learning towards Minimum Hyperspherical Energy. NeurIPS.",
}

_WITH_DEFAULTS: dict[str, type[Penalty]] = {
    "frame_regularizer": FrameRegularizer,
    "soft_orthogonality": SoftOrthogonality,
    "spectral_restricted_isometry": SpectralRestrictedIsometry,
    "orthogonal_convolution": OrthogonalConvolution,
    "minimum_hyperspherical_energy": MinimumHypersphericalEnergy,
}

_ARGUMENTS: dict[str, dict[str, Any]] = {"frame_regularizer": {"factor": 1e-4}}
"""Arguments of a method that are not its regularizer's defaults. The factor is from
`experiments/frame_scale`: with 0.01 the gradient of R exceeds the task's several times at the start
of any small network, which needs more steps to recover than short trainings have."""


def regularizer_method(regularizer: Penalty, layers: Choice | None = None, *, name: str) -> Method:
    """Returns the method that attaches a regularizer.

    Args:
        regularizer: One of this library's. Each training replaces its seed by one of its own.
        layers: As for `attach_regularizer`. Defaults to all convolutions.
        name: Name of the method in tables.

    Returns:
        A `Method`.

    Example:

    >>> from keras_lateral import FrameRegularizer, regularizer_method
    >>> method = regularizer_method(FrameRegularizer(factor=0.02), name="strong frame")
    >>> method.settings["factor"]
    0.02
    """
    kind = type(regularizer)
    config = {key: value for key, value in regularizer.get_config().items() if key != "seed"}
    settings = {"regularizer": kind.__name__, **config}
    settings |= {"layers": setting_text(layers)} if layers is not None else {}
    return Method(
        name,
        partial(_attach, kind, config, layers),
        settings=settings,
        space=partial(regularizer_trial, kind, name),
        reference=REFERENCES.get(kind, ""),
        exclusive=frozenset({"regularizer of the kernels"}),
    )


def with_defaults(*, name: str) -> Method:
    """Returns the method of this name: its regularizer, with the defaults of a comparison.

    They are the regularizer's own, but for the frame regularizer's factor, which is 0.0001.
    """
    return regularizer_method(_WITH_DEFAULTS[name](**_ARGUMENTS.get(name, {})), name=name)


def regularizer_trial(
    kind: type[Penalty], name: str, hp: Any, epochs: int, **arguments: Any
) -> Method:
    """Returns the method of one trial of a search.

    Args:
        kind: Class of the regularizer.
        name: The method's name, which begins the names of its hyperparameters.
        hp: `keras_tuner.HyperParameters`.
        epochs: How many epochs the trial trains; a regularizer is the same for any number.
        **arguments: The arguments of `frame_regularizer_space`, or for a rival only `factor`;
            those of the regularizer that are not searched; and `layers` as for
            `attach_regularizer`.
    """
    space = frame_regularizer_space if kind is FrameRegularizer else _factor_space
    searched, others = split_arguments(arguments, space)
    layers = others.pop("layers", None)
    searched.setdefault("prefix", f"{name}/")
    values = {**space(hp, **searched), **others}
    return regularizer_method(kind(**values), layers, name=name)


def _factor_space(
    hp: Any, *, factor: float | Range | list[float] = (1e-4, 1e-1), prefix: str
) -> dict[str, Any]:
    return {"factor": choose(hp, f"{prefix}factor", factor)}


def _attach(
    kind: type[Penalty], config: dict[str, Any], layers: Choice | None, model: keras.Model
) -> keras.Model:
    attach_regularizer(model, kind.from_config(config), layers)
    return model


def frame_regularizer_space(
    hp: Any,
    *,
    lower: float | Range | list[float] | None = (0.1, 1.0),
    condition_number: float | Range | list[float] = (1.1, 16.0),
    upper: float | Range | list[float] | None = None,
    factor: float | Range | list[float] = (1e-4, 1e-1),
    prefix: str = "frame_regularizer/",
) -> dict[str, Any]:
    """Returns arguments of a `FrameRegularizer` for one trial; A <= B in every trial.

        B = A * condition_number

    so that no trial is wasted on impossible bounds, and the two numbers mean different things:
    how large the squared singular values are, and how far apart. Each argument is a range
    `(low, high)`, which is searched evenly in logarithms, a list to choose from, or one value.

    Args:
        hp: `keras_tuner.HyperParameters`, as keras-tuner passes them to a hypermodel.
        lower: A. `None` or 0 for no lower bound, with `upper` alone.
        condition_number: B / A, 1 or more.
        upper: B, if there is no A, and only then.
        factor: Strength. The learning rate limits it, see `FrameRegularizer`.
        prefix: First part of the hyperparameters' names.

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
    ratios = values if isinstance(values, (tuple, list)) else [values]
    if any(ratio < 1 for ratio in ratios):
        raise ValueError(
            "Invalid value for argument `condition_number`. Expected B / A, 1 or more. "
            f"Received: condition_number={values!r}"
        )
