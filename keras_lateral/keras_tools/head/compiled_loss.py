"""What a compiled loss says of a model's scores."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import keras

Family = Literal["categorical", "binary", "other"]


@dataclass(frozen=True)
class LossReading:
    """What a loss expects.

    Args:
        family: `"categorical"`: shares of classes that sum to 1; `"binary"`: a decision for each
            score; `"other"`: a loss that is no cross-entropy, or one's own.
        from_logits: Whether it takes logits; `None` if it does not say.
    """

    family: Family
    from_logits: bool | None


def only_loss(loss: Any) -> Any:
    """Returns the loss of a model with one output, in whatever way it was given."""
    if isinstance(loss, (dict, list, tuple)) and len(loss) == 1:
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss))
    return keras.losses.get(loss) if isinstance(loss, str) else loss


def compiled_loss(model: keras.Model) -> LossReading | None:
    """Returns what a model's compiled loss expects; `None` if there is no loss.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
    >>> compiled_loss(model)
    LossReading(family='binary', from_logits=True)
    """
    loss = only_loss(getattr(model, "loss", None)) if getattr(model, "compiled", False) else None
    if loss is None:
        return None
    if isinstance(loss, keras.losses.Loss):
        families = [name for kind, name in _CLASSES.items() if isinstance(loss, kind)]
        family: Family = families[0] if families else "other"
        says = _from_logits_of(loss)
        return LossReading(family, says if family == "other" else bool(says))
    says = None
    while isinstance(loss, partial):
        says = loss.keywords.get("from_logits", says)
        loss = loss.func
    family = _FUNCTIONS.get(loss, "other")
    return LossReading(family, says if family == "other" else bool(says))


def _from_logits_of(loss: keras.losses.Loss) -> bool | None:
    says = getattr(loss, "from_logits", None)
    if says is None:
        with suppress(Exception):  # a loss of one's own need not have a config
            says = loss.get_config().get("from_logits")
    return None if says is None else bool(says)


_CLASSES: dict[Any, Family] = {
    keras.losses.CategoricalCrossentropy: "categorical",
    keras.losses.SparseCategoricalCrossentropy: "categorical",
    keras.losses.CategoricalFocalCrossentropy: "categorical",
    keras.losses.KLDivergence: "categorical",
    keras.losses.BinaryCrossentropy: "binary",
    keras.losses.BinaryFocalCrossentropy: "binary",
}

_FUNCTIONS: dict[Any, Family] = {
    keras.losses.categorical_crossentropy: "categorical",
    keras.losses.sparse_categorical_crossentropy: "categorical",
    keras.losses.categorical_focal_crossentropy: "categorical",
    keras.losses.kl_divergence: "categorical",
    keras.losses.binary_crossentropy: "binary",
    keras.losses.binary_focal_crossentropy: "binary",
}
