"""What a search may try of Gradient Mask."""

from __future__ import annotations

from typing import Any

from keras_lateral.tuning.value_choice import Range, choose
from keras_lateral.types import FeatureSets


def gradient_mask_space(
    hp: Any,
    *,
    sigma: float | Range | list[float] = (0.5, 3.0),
    feature_sets: FeatureSets | list[FeatureSets] = 1,
    threshold: float | Range | list[float] = (0.03, 0.3),
    prefix: str = "gradient_mask/",
) -> dict[str, Any]:
    """Returns arguments of a gradient mask for one trial.

    Each argument is a range `(low, high)`, which is searched evenly in logarithms, a list to
    choose from, or one value, which stays.

    Args:
        hp: `keras_tuner.HyperParameters`, what keras-tuner hands to a hypermodel.
        sigma: Standard deviation of the Laplacian of Gaussian, in pixels of the map. Above a
            quarter of the smallest map it sees the whole of it.
        feature_sets: Numbers of sets that the channels are split into, or `"channels"`; each
            must divide the channels of every masked layer.
        threshold: As a share of the mean of |delta|, which is what `threshold` means by default.
        prefix: What the hyperparameters' names begin with.

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
