"""Gradient Mask as a method: to be compared, combined, tuned and cited."""

from __future__ import annotations

from functools import partial
from typing import Any

from keras_lateral.gradient_mask.apply import apply_gradient_mask
from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.keras_tools.arguments import FeatureSets
from keras_lateral.keras_tools.value_choice import Range, choose, split_arguments
from keras_lateral.method import Method, setting_text

REFERENCE = (
    "Jiang, L. (2022). Gradient Mask: Lateral Inhibition Mechanism Improves Performance in "
    "Artificial Neural Networks. arXiv preprint."
)

_KERAS_ARGUMENTS = ("name", "dtype", "trainable", "data_format")


def gradient_mask_method(*, name: str = "gradient_mask", **arguments: Any) -> Method:
    """Returns the method that adds masks to all convolutions.

    Args:
        name: Name of the method in tables.
        **arguments: The arguments of `apply_gradient_mask`.

    Returns:
        A `Method`.

    Example:

    >>> from keras_lateral import gradient_mask_method
    >>> gradient_mask_method(sigma=2.0).settings["sigma"]
    2.0
    """
    where = {key: arguments[key] for key in ("layers", "scope") if key in arguments}
    mask = GradientMask(**{key: arguments[key] for key in arguments if key not in where})
    config = {key: value for key, value in mask.get_config().items() if key not in _KERAS_ARGUMENTS}
    return Method(
        name,
        partial(apply_gradient_mask, **arguments),
        settings={**config, **{key: setting_text(value) for key, value in where.items()}},
        space=gradient_mask_trial,
        reference=REFERENCE,
        exclusive=frozenset({"gradient mask"}),
    )


def gradient_mask_trial(hp: Any, epochs: int, **arguments: Any) -> Method:
    """Returns the method of one trial of a search.

    Args:
        hp: `keras_tuner.HyperParameters`.
        epochs: Number of epochs the trial trains; the mask does not depend on it.
        **arguments: The arguments of `gradient_mask_space`, and those of `apply_gradient_mask`
            that are not searched, such as `layers` and `scope`.
    """
    searched, others = split_arguments(arguments, gradient_mask_space)
    return gradient_mask_method(**gradient_mask_space(hp, **searched), **others)


def gradient_mask_space(
    hp: Any,
    *,
    sigma: float | Range | list[float] = (0.5, 3.0),
    feature_sets: FeatureSets | list[FeatureSets] = 1,
    threshold: float | Range | list[float] = (0.03, 0.3),
    prefix: str = "gradient_mask/",
) -> dict[str, Any]:
    """Returns arguments of a gradient mask for one trial.

    Each argument is a range `(low, high)`, which is searched on a logarithmic scale, a list to
    choose from, or one fixed value.

    Args:
        hp: `keras_tuner.HyperParameters`, as keras-tuner passes it to a hypermodel.
        sigma: Standard deviation of the Laplacian of Gaussian, in pixels of the map. Above a
            quarter of the smallest map the kernel covers all of it.
        feature_sets: Numbers of sets that the channels are split into, or `"channels"`; each
            must divide the channels of every masked layer.
        threshold: eps as a share of the mean of |delta|, the default `threshold_mode`.
        prefix: Prefix of the hyperparameters' names.

    Returns:
        A dict with `sigma`, `feature_sets` and `threshold`, for `apply_gradient_mask(model,
        **arguments)` or a `GradientMask`.

    Raises:
        ValueError: If a range is empty or not positive, or a list is empty.

    Example:

    >>> import keras, keras_tuner
    >>> from keras_lateral import GradientMask, gradient_mask_space
    >>> def build(hp):
    ...     mask = GradientMask(**gradient_mask_space(hp, feature_sets=[1, 4], threshold=0.1))
    ...     return keras.Sequential([keras.layers.Conv2D(8, 3), mask])
    >>> hp = keras_tuner.HyperParameters()  # outside of a search it takes the first values
    >>> gradient_mask_space(hp, feature_sets=[1, 4], threshold=0.1)
    {'sigma': 0.5, 'feature_sets': 1, 'threshold': 0.1}
    >>> build(hp).layers[-1].sigma
    0.5
    """
    return {
        "sigma": choose(hp, f"{prefix}sigma", sigma),
        "feature_sets": choose(hp, f"{prefix}feature_sets", feature_sets),
        "threshold": choose(hp, f"{prefix}threshold", threshold),
    }
