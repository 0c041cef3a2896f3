"""Longer training."""

from __future__ import annotations

from functools import partial

from keras_lateral.method import Method
from keras_lateral.remedies.numbers_in_range import check_number

REFERENCE = (
    "Li, S., Wang, Z., Liu, Z., Wu, D., Tan, C., Li, S. Z. (2022). OpenMixup: A "
    "Comprehensive Mixup Benchmark for Visual Classification. arXiv:2209.04851"
)


def times_as_many(epochs: int, times: int) -> int:
    """Returns so many times as many epochs."""
    return times * epochs


def longer_training_method(*, times: int = 6, name: str = "longer_training") -> Method:
    """Returns the method that trains several times as many epochs, and costs as much more.

    A schedule that is a callback of the comparison, such as `CosineLearningRate`, is stretched. One
    that counts steps inside the optimizer is not, and stays at its last rate.

    Args:
        times: How many times as many. The default is that of the source's tables: of ResNet-18 on
            CIFAR-100, 1,200 epochs had 2.1 points more than 200.
        name: Name of the method in tables.

    Returns:
        A `Method`.

    Raises:
        ValueError: If `times` is not a whole number of at least 2.

    Example:

    >>> from keras_lateral import longer_training_method
    >>> longer_training_method().epochs_for(10)
    60

    Reference:

    - Li, S. et al. (2022). OpenMixup. arXiv:2209.04851
    """
    check_number("times", times, low=2, whole=True)
    return Method(
        name,
        settings={"times": int(times)},
        epochs=partial(times_as_many, times=int(times)),
        reference=REFERENCE,
    )
