"""The receptive-field freeze as a method: to be compared, combined, tuned and cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import keras

from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.value_choice import Range, choose
from keras_lateral.method import Method, setting_text
from keras_lateral.receptive_field.freeze.callback import ReceptiveFieldFreeze
from keras_lateral.receptive_field.freeze.chosen_layers import layers_or_later
from keras_lateral.receptive_field.freeze.epochs import (
    AlternatingEpochs,
    Epochs,
    epoch_rule,
    plain_epochs,
)

REFERENCE = (
    "Khusaenov, A. A. Метод чередования обучаемых параметров (Learning parameters rotation method)."
)

When = Literal["end", "alternating"]


def receptive_field_freeze_method(
    layers: Choice = "paper",
    epochs: Epochs | None = None,
    *,
    name: str = "receptive_field_freeze",
) -> Method:
    """Returns the method that freezes the layers that expand the receptive field.

    Args:
        layers: As for `ReceptiveFieldFreeze`.
        epochs: As for `ReceptiveFieldFreeze`. By default the last epoch, as in the paper; but
            under a learning rate that ends near 0, where the last epoch hardly changes the
            weights anyway, every other epoch.
        name: Name of the method in tables.

    Returns:
        A `Method`.

    Example:

    >>> from keras_lateral import receptive_field_freeze_method
    >>> method = receptive_field_freeze_method()
    >>> method.settings["epochs"], method.under(rate_ends_near_zero=True).settings["epochs"]
    ('last', 'AlternatingEpochs(ordinary=1, frozen=1, start=0)')
    """
    chosen: Epochs = "last" if epochs is None else epochs
    epoch_rule(chosen)  # raises if they are not valid
    chosen = plain_epochs(chosen)
    alternating = partial(receptive_field_freeze_method, layers, AlternatingEpochs(), name=name)
    return Method(
        name,
        partial(_with_layers_to_freeze, layers),
        partial(_freeze, layers, chosen),
        settings={"layers": setting_text(layers), "epochs": setting_text(chosen)},
        space=receptive_field_freeze_trial,
        reference=REFERENCE,
        falling_rate=alternating if epochs is None else None,
        exclusive=frozenset({"frozen layers"}),
    )


def receptive_field_freeze_trial(hp: Any, epochs: int, **arguments: Any) -> Method:
    """Returns the method of one trial of a search.

    Where `when` is not given and the learning rate ends near 0, epochs with and without the freeze
    alternate, in the trial's share.

    Args:
        hp: `keras_tuner.HyperParameters`.
        epochs: Number of epochs the trial trains.
        **arguments: The arguments of `receptive_field_freeze_space`.
    """
    if epochs < 2 and "tuner/epochs" in hp.values:
        return Method("receptive_field_freeze")  # Hyperband's shortest rounds: no epoch to freeze
    values = receptive_field_freeze_space(hp, epochs, **arguments)
    method = receptive_field_freeze_method(**values)
    if "when" in arguments:
        return method
    alternating = partial(
        receptive_field_freeze_trial, hp, epochs, **{**arguments, "when": "alternating"}
    )
    return replace(method, falling_rate=alternating)


def _with_layers_to_freeze(layers: Choice, model: keras.Model) -> keras.Model:
    layers_or_later(model, layers)  # raises if there is none
    return model


def _freeze(layers: Choice, epochs: Epochs) -> Sequence[keras.callbacks.Callback]:
    return [ReceptiveFieldFreeze(layers, epochs)]


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

    The length of the freeze is searched as a share of the training, not as a number of epochs, so
    that it means the same in Hyperband's short rounds. At least one epoch is frozen and one is not.

    Args:
        hp: `keras_tuner.HyperParameters`, as keras-tuner passes it to a hypermodel.
        epochs: Number of epochs the trial trains, 2 or more.
        layers: A rule of `expanding_layers`, or a list of them to choose from, such as
            `["paper", "strided", "after_pooling"]`; each must find a layer in the model.
        when: `"end"`: the last epochs are frozen. `"alternating"`: epochs with and without the
            freeze alternate from the first on. Or a list of both.
        share: Share of the training that is frozen, below 1: a range `(low, high)`, searched on a
            logarithmic scale, a list, or one value. With `"alternating"` one epoch in
            `1 / share` is frozen, at most every other.
        prefix: Prefix of the hyperparameters' names.

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
    shares = share if isinstance(share, (tuple, list)) else [share]
    if not all(0 < value < 1 for value in shares):
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
