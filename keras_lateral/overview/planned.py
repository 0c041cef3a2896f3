"""What callbacks will do to a model when it trains with them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import keras

from keras_lateral.frame.schedule import RegularizerSchedule
from keras_lateral.gradient_mask.schedule import GradientMaskSchedule
from keras_lateral.receptive_field.expanding_layers import RULES
from keras_lateral.receptive_field.freeze.callback import ReceptiveFieldFreeze
from keras_lateral.receptive_field.freeze.chosen_layers import layers_to_freeze


def _several(callbacks: Any) -> list[keras.callbacks.Callback]:
    """Returns one or several callbacks as a list."""
    found = (
        [] if callbacks is None else keras.tree.flatten(getattr(callbacks, "callbacks", callbacks))
    )
    wrong = [item for item in found if not isinstance(item, keras.callbacks.Callback)]
    if wrong:
        raise ValueError(
            "Invalid value for argument `callbacks`. Expected a Keras callback, or several in a "
            f"list. Received: {wrong[0]!r} of type {type(wrong[0]).__name__}"
        )
    return found


@dataclass(frozen=True)
class Planned:
    """What callbacks will change.

    Args:
        masks: By a mask's id: the names of its values that a schedule sets.
        penalties: Ids of the regularizers that a schedule scales.
        frozen: Ids of the layers that a freeze will hold.
        rule: The rule of `expanding_layers` that the first freeze goes by.
        notes: Lines that say what is by which callback.
    """

    masks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    penalties: set[int] = field(default_factory=set)
    frozen: set[int] = field(default_factory=set)
    rule: str = "paper"
    notes: tuple[str, ...] = ()


def planned_by(model: Any, callbacks: Any) -> Planned:
    """Returns what those of the callbacks that are this library's will change in a model.

    Args:
        model: The model.
        callbacks: A callback, several, or `None`.

    Raises:
        ValueError: If something else is given, or one of them has nothing in this model to act
            on, as it would say in `fit`.
    """
    callbacks = _several(callbacks)
    found = Planned()
    starred: list[str] = []
    notes: list[str] = []
    rules: list[str] = []
    for callback in callbacks:
        if isinstance(callback, GradientMaskSchedule):
            for mask in callback.masks(model).values():
                scheduled = tuple(callback.values(0, mask.threshold))
                found.masks[id(mask)] = (*found.masks.get(id(mask), ()), *scheduled)
            starred.append("GradientMaskSchedule")
        elif isinstance(callback, RegularizerSchedule):
            found.penalties.update(map(id, callback.penalties(model).values()))
            starred.append("RegularizerSchedule")
        elif isinstance(callback, ReceptiveFieldFreeze):
            found.frozen.update(map(id, layers_to_freeze(model, callback.layers)))
            if isinstance(callback.layers, str) and callback.layers in RULES:
                rules.append(callback.layers)
            notes.append(f"to be frozen: by ReceptiveFieldFreeze, epochs={callback.epochs!r}")
    rule = rules[0] if rules else found.rule
    if starred:
        notes.insert(0, f"*: set in every epoch by {', '.join(dict.fromkeys(starred))}")
    return replace(found, rule=rule, notes=tuple(dict.fromkeys(notes)))
