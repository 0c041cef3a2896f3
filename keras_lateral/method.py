"""A method: one way to train, which changes a model, its batches, `fit`, or several of these."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:  # the command's help reads this file, and loads no backend
    import keras
    import numpy as np

BASELINE = "baseline"

Change = Callable[["keras.Model"], "keras.Model"]
"""From the compiled model that the baseline trains to the compiled model to train instead."""

Callbacks = Callable[[], "Sequence[keras.callbacks.Callback]"]
"""Makes the callbacks of one training."""

Batch = tuple["np.ndarray", "np.ndarray", "np.ndarray | None"]
"""Images, labels, and a weight for each image or `None`."""

Batches = Callable[["np.ndarray", "np.ndarray", "np.random.Generator"], Batch]
"""From images and labels to what is trained on instead; all randomness is the generator's."""

Epochs = Callable[[int], int]
"""From the number of epochs that the baseline trains to the method's own."""

BatchSize = Callable[[int], int]
"""From the number of images in a batch of the baseline to the method's own."""

StartsFrom = Literal["weights", "outputs"]
"""What a method's model and the baseline's share before the first step."""

Space = Callable[..., "Method"]
"""From keras-tuner's `hp`, a number of epochs and the user's arguments to a trial's method."""


def unchanged(model: keras.Model) -> keras.Model:
    """Returns the model unchanged, as the baseline does."""
    return model


def no_callbacks() -> Sequence[keras.callbacks.Callback]:
    """Returns no callbacks."""
    return ()


@dataclass(frozen=True)
class Method:
    """One way to train, to be compared, combined, tuned and cited.

    `a + b` is both together: the change of `a`, then that of `b`; the batches of `a`, passed
    on to `b`; the callbacks of both.

    Args:
        name: Name of the method in tables. `"+"` is for combinations.
        change: Takes the compiled model that the baseline trains and returns the compiled model
            to train instead: the same, changed in place, or another. It must keep the weights, so
            that pairs start from the same (see `starts_from`). It raises if it cannot be applied.
            Layers that draw random numbers are seeded by their place, so those that it adds shift
            no others.
        callbacks: Returns the callbacks of one training.
        settings: Its settings, as JSON-compatible values. By them a folder of results recognizes
            the runs of this method.
        batches: Takes float32 images `(batch, height, width, channels)`, integer labels
            `(batch,)` and a NumPy generator, and returns images, labels and weights `(batch,)`,
            or `None` for weights that are all 1. Labels may become shares of the classes,
            `(batch, classes)`, for which a sparse cross-entropy is exchanged by the same of
            shares; if the function has a keyword `classes`, it gets their number. In a combination
            the labels may be such shares already. The number of images may change.
        epochs: Takes the number of epochs that the baseline trains and returns the method's own.
        batch_size: Takes the number of images in a batch of the baseline and returns the method's
            own.
        starts_from: `"weights"`: the model to train has the baseline's initial weights, which is
            checked. `"outputs"`: it represents the same function by other weights, as a kernel
            by its coefficients in another basis; its outputs are checked.
        space: Takes keras-tuner's `hp`, the number of epochs that the trial trains and, as
            keywords, what the user wants to search or keep; returns the method of one trial.
        reference: What to cite.
        falling_rate: Returns the method to use instead where the learning rate ends near 0, if
            what this one does at the end would then have no effect; see `under`.
        exclusive: Things that only one method of a combination may set, such as `"gradient mask"`.
        parts: The methods of a combination.

    Raises:
        ValueError: If the name is empty or `"baseline"`, or an argument is none of these.

    Example:

    >>> import keras
    >>> from keras_lateral import Method
    >>> stop = Method("stops early", callbacks=lambda: [keras.callbacks.EarlyStopping("loss")])
    >>> longer = Method("three times as long", epochs=lambda epochs: 3 * epochs)
    >>> (stop + longer).name, (stop + longer).epochs(10)
    ('stops early+three times as long', 30)
    """

    name: str
    change: Change = unchanged
    callbacks: Callbacks = no_callbacks
    settings: Mapping[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    batches: Batches | None = None
    epochs: Epochs | None = None
    batch_size: BatchSize | None = None
    starts_from: StartsFrom = "weights"
    space: Space | None = None
    reference: str = ""
    falling_rate: Callable[[], Method] | None = None
    exclusive: frozenset[str] = frozenset()
    parts: tuple[Method, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or self.name == BASELINE:
            raise ValueError(
                f"Invalid value for argument `name`. Expected a name other than {BASELINE!r}, "
                f"which every method is compared with. Received: name={self.name!r}"
            )
        for argument in (*OF_TRAINING, "space"):
            value = getattr(self, argument)
            optional = argument not in ("change", "callbacks")
            if not callable(value) and not (optional and value is None):
                raise ValueError(
                    f"Invalid value for argument `{argument}` of method {self.name!r}. Expected a "
                    f"function. Received: {argument}={value!r}"
                )
        if self.starts_from not in get_args(StartsFrom):
            raise ValueError(
                f"Invalid value for argument `starts_from` of method {self.name!r}. Expected one "
                f"of {get_args(StartsFrom)}. Received: starts_from={self.starts_from!r}"
            )
        _check_settings(self)

    def __add__(self, other: Method) -> Method:
        if not isinstance(other, Method):
            return NotImplemented
        return combination([self, other])

    def epochs_for(self, baseline: int) -> int:
        """Returns how many epochs the method trains where the baseline trains so many.

        Raises:
            ValueError: If `epochs` returns no whole number of at least 1.
        """
        own = baseline if self.epochs is None else self.epochs(baseline)
        return self._checked_number("epochs", own, f"{baseline} epochs of the baseline")

    def batch_size_for(self, baseline: int) -> int:
        """Returns the images in a batch of the method where the baseline's has so many.

        Raises:
            ValueError: If `batch_size` returns no whole number of at least 1.
        """
        own = baseline if self.batch_size is None else self.batch_size(baseline)
        return self._checked_number("batch_size", own, f"a baseline with batches of {baseline}")

    def _checked_number(self, argument: str, own: Any, given: str) -> int:
        if isinstance(own, bool) or not isinstance(own, Integral) or own < 1:
            raise ValueError(
                f"The `{argument}` of method {self.name!r} must return a whole number of at least "
                f"1. Received: {own!r} for {given}"
            )
        return int(own)

    def batches_for(self, classes: int) -> Batches | None:
        """Returns `batches`, with the number of classes where it asks for it.

        Args:
            classes: Number of classes.
        """
        return None if self.batches is None else _with_classes(self.batches, classes)

    def under(self, rate_ends_near_zero: bool) -> Method:
        """Returns the method to train under a learning rate that ends near 0, or does not.

        Args:
            rate_ends_near_zero: Whether the last epoch's steps are close to zero.
        """
        if not rate_ends_near_zero:
            return self
        if self.parts:
            return combination([part.under(True) for part in self.parts])
        return self if self.falling_rate is None else self.falling_rate()


def change_by(method: Method, model: keras.Model) -> keras.Model:
    """Returns the model to train that a method makes of the baseline's.

    Raises:
        ValueError: If it cannot be applied; the message begins with the method's name.
    """
    return _change(method.name, method.change, model)


def _change(name: str, change: Change, model: keras.Model) -> keras.Model:
    try:
        return change(model)
    except ValueError as error:
        if type(error) is not ValueError or str(error).startswith("Method "):
            raise  # it is named already, as a part of a combination is
        raise ValueError(f"Method {name!r}: {misfit_text(error)}") from error


def misfit_text(error: ValueError) -> str:
    """Returns why a method cannot be applied, without the argument of its own that is the model."""
    return str(error).removeprefix("Invalid value for argument `model`. ")


def combination(methods: Sequence[Method]) -> Method:
    """Returns several methods combined, or the only one.

    Raises:
        ValueError: If two of them are the same, or set the same thing.
    """
    parts = [part for method in methods for part in (method.parts or (method,))]
    if len(parts) == 1:
        return parts[0]
    _check_compatible(parts)
    batches = tuple(part.batches for part in parts if part.batches is not None)
    return Method(
        "+".join(part.name for part in parts),
        _ChainOfChanges(tuple((part.name, part.change) for part in parts)),
        _JoinedCallbacks(tuple(part.callbacks for part in parts)),
        {part.name: dict(part.settings) for part in parts},
        batches=_ChainOfBatches(batches) if batches else None,
        epochs=next((part.epochs for part in parts if part.epochs is not None), None),
        batch_size=next((part.batch_size for part in parts if part.batch_size is not None), None),
        starts_from="weights" if all(p.starts_from == "weights" for p in parts) else "outputs",
        exclusive=frozenset().union(*(part.exclusive for part in parts)),
        parts=tuple(parts),
    )


OF_TRAINING = ("change", "callbacks", "batches", "epochs", "batch_size", "falling_rate")
"""The arguments that are functions and decide what is trained."""


def _check_settings(method: Method) -> None:
    try:
        json.dumps(dict(method.settings))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Invalid value for argument `settings` of method {method.name!r}. Expected a dict of "
            f"values that JSON knows: {error}. Received: settings={method.settings!r}"
        ) from error


def _check_compatible(parts: Sequence[Method]) -> None:
    seen: dict[str, str] = {}
    for part in parts:
        for thing in _things_set_by(part):
            if thing in seen:
                raise ValueError(
                    f"Methods {seen[thing]!r} and {part.name!r} cannot be combined: both set the "
                    f"{thing}. Compare them one by one."
                    if seen[thing] != part.name
                    else f"Method {part.name!r} cannot be combined with itself."
                )
            seen[thing] = part.name


def _things_set_by(part: Method) -> Iterable[str]:
    yield f"method {part.name!r}"
    yield from sorted(part.exclusive)
    if part.epochs is not None:
        yield "number of epochs"
    if part.batch_size is not None:
        yield "number of images in a batch"


def setting_text(value: Any) -> str:
    """Returns a setting as text that is the same in every process, so without addresses."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(setting_text(item) for item in value) + "]"
    return value if isinstance(value, str) else getattr(value, "__qualname__", repr(value))


def _with_classes(batches: Batches, classes: int) -> Batches:
    takes = "classes" in inspect.signature(batches).parameters
    function: Callable[..., Batch] = batches
    return partial(function, classes=classes) if takes else batches


# Classes, not closures: worker processes receive their methods as pickles.


@dataclass(frozen=True)
class _ChainOfChanges:
    changes: tuple[tuple[str, Change], ...]

    def __call__(self, model: keras.Model) -> keras.Model:
        for name, change in self.changes:
            model = _change(name, change, model)
        return model


@dataclass(frozen=True)
class _JoinedCallbacks:
    makers: tuple[Callbacks, ...]

    def __call__(self) -> Sequence[keras.callbacks.Callback]:
        return [callback for make in self.makers for callback in make()]


@dataclass(frozen=True)
class _ChainOfBatches:
    steps: tuple[Batches, ...]

    def __call__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        generator: np.random.Generator,
        classes: int | None = None,
    ) -> Batch:
        weights: np.ndarray | None = None
        for step in self.steps:
            known = step if classes is None else _with_classes(step, classes)
            images, labels, more = known(images, labels, generator)
            weights = _combined_weights(weights, more, len(images))
        return images, labels, weights


def _combined_weights(
    first: np.ndarray | None, second: np.ndarray | None, images: int
) -> np.ndarray | None:
    if first is not None and len(first) != images:
        raise ValueError(
            f"A method returned weights for {len(first)} images, and the next one in the "
            f"combination returned {images} images, so the weights no longer match. Combine them "
            "in the other order."
        )
    return first if second is None else second if first is None else first * second
