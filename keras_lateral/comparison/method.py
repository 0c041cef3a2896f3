"""What is compared: one way to train, which changes a model, `fit`, or both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras

BASELINE = "baseline"

Change = Callable[[keras.Model], keras.Model]
Callbacks = Callable[[], Sequence[keras.callbacks.Callback]]


def unchanged(model: keras.Model) -> keras.Model:
    """Returns the model: what the baseline does to it."""
    return model


def no_callbacks() -> Sequence[keras.callbacks.Callback]:
    """Returns none."""
    return ()


@dataclass(frozen=True)
class Method:
    """One way to train.

    `a + b` is both together: the change of `a`, then that of `b`, and the callbacks of both.

    Args:
        name: Its name in tables. `"+"` is for combinations.
        change: Takes the compiled model that the baseline trains and returns the compiled model
            to train instead: the same, changed in place, or a copy. It must keep the weights, so
            that pairs start from the same. It raises if it cannot be applied.
        callbacks: Makes the callbacks of one training.
        settings: What the method was told, in types that JSON knows. A folder of results is asked
            by it whether a run of this method is there already.

    Example:

    >>> import keras
    >>> from keras_lateral import Method
    >>> stop = Method("stops early", callbacks=lambda: [keras.callbacks.EarlyStopping("loss")])
    >>> (stop + Method("nothing")).name
    'stops early+nothing'
    """

    name: str
    change: Change = unchanged
    callbacks: Callbacks = no_callbacks
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name or self.name == BASELINE:
            raise ValueError(
                f"Invalid value for argument `name`. Expected a name other than {BASELINE!r}, "
                f"which every method is compared with. Received: name={self.name!r}"
            )

    def __add__(self, other: Method) -> Method:
        if not isinstance(other, Method):
            return NotImplemented
        return Method(
            f"{self.name}+{other.name}",
            _Chain((self.change, other.change)),
            _Joined((self.callbacks, other.callbacks)),
            {self.name: dict(self.settings), other.name: dict(other.settings)},
        )


# Classes and not closures: a worker process is handed its methods as pickles.


@dataclass(frozen=True)
class _Chain:
    changes: tuple[Change, ...]

    def __call__(self, model: keras.Model) -> keras.Model:
        for change in self.changes:
            model = change(model)
        return model


@dataclass(frozen=True)
class _Joined:
    makers: tuple[Callbacks, ...]

    def __call__(self) -> Sequence[keras.callbacks.Callback]:
        return [callback for make in self.makers for callback in make()]
