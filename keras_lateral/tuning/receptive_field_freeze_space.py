"""What a search may try of the receptive-field freeze."""

from __future__ import annotations

from typing import Any, Literal

from keras_lateral.callbacks.frozen_epochs import AlternatingEpochs
from keras_lateral.tuning.value_choice import Range, choose

When = Literal["end", "alternating"]


def receptive_field_freeze_space(
    hp: Any,
    epochs: int,
    *,
    layers: Any = "paper",
    when: When | list[When] = "end",
    share: float | Range | list[float] = (0.05, 0.5),
    prefix: str = "receptive_field_freeze/",
) -> dict[str, Any]:
    """Returns arguments of a `ReceptiveFieldFreeze` for one trial.

    How long layers rest is searched as a share of the training, not as numbers of epochs: it means
    the same in Hyperband's short rounds. At least one epoch is frozen and one is not.

    Args:
        hp: `keras_tuner.HyperParameters`, what keras-tuner hands to a hypermodel.
        epochs: How many epochs the trial trains, 2 or more.
        layers: A rule of `expanding_layers`, or a list of them to choose from, such as
            `["paper", "strided", "after_pooling"]`; each must find a layer in the model.
        when: `"end"`: the last epochs rest. `"alternating"`: epochs with and without take turns
            from the first on. Or a list of both.
        share: How much of the training is frozen, below 1: a range `(low, high)`, searched evenly
            in logarithms, a list, or one value. With `"alternating"` one epoch in `1 / share`
            rests, at most every second.
        prefix: What the hyperparameters' names begin with.

    Returns:
        A dict with `layers` and `epochs`.

    Raises:
        ValueError: If there are fewer than two epochs, or a share is not between 0 and 1.

    Example:

    >>> import keras_tuner
    >>> from keras_lateral import ReceptiveFieldFreeze, receptive_field_freeze_space
    >>> hp = keras_tuner.HyperParameters()  # outside of a search it takes the first values
    >>> space = receptive_field_freeze_space(hp, 20, layers=["paper", "strided"], share=(0.1, 0.5))
    >>> space
    {'layers': 'paper', 'epochs': [(18, 20)]}
    >>> callback = ReceptiveFieldFreeze(**space)
    """
    _check(epochs, share, when)
    chosen = choose(hp, f"{prefix}layers", layers)
    pattern = choose(hp, f"{prefix}when", when)
    part = choose(hp, f"{prefix}share", share)
    return {"layers": chosen, "epochs": _frozen_epochs(epochs, pattern, part)}


def _frozen_epochs(epochs: int, when: When, share: float) -> Any:
    if when == "alternating":
        return AlternatingEpochs(ordinary=min(max(1, round(1 / share) - 1), epochs - 1))
    frozen = min(max(1, round(share * epochs)), epochs - 1)
    return [(epochs - frozen, epochs)]


def _check(epochs: int, share: Any, when: Any) -> None:
    if epochs < 2:
        raise ValueError(
            "Invalid value for argument `epochs`. Expected 2 or more, of which some are frozen. "
            f"Received: epochs={epochs}"
        )
    several = share if isinstance(share, (tuple, list)) else [share]
    if not all(0 < one < 1 for one in several):
        raise ValueError(
            "Invalid value for argument `share`. Expected shares of the epochs, between 0 and 1. "
            f"Received: share={share!r}"
        )
    patterns = when if isinstance(when, list) else [when]
    if not set(patterns) <= {"end", "alternating"}:
        raise ValueError(
            "Invalid value for argument `when`. Expected 'end', 'alternating', or a list of them. "
            f"Received: when={when!r}"
        )
