"""What careful tuning sets: learning rate, weight decay and batch size, as a method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import keras

from keras_lateral.datasets.checked_part import is_count
from keras_lateral.keras_tools.arguments import plain_number
from keras_lateral.keras_tools.learning_rate import current_rate, innermost
from keras_lateral.method import Change, Method
from keras_lateral.remedies.kernel_decay import decay_only_kernels

REFERENCE = (
    "Loshchilov, I., Hutter, F. (2019). Decoupled Weight Decay Regularization. arXiv:1711.05101"
)


@dataclass(frozen=True)
class TrainingSettings:
    """A learning rate, a weight decay and a batch size.

    Args:
        learning_rate: The learning rate that training begins with.
        weight_decay: Decoupled weight decay, by which a step multiplies each kernel by
            `1 - learning_rate * weight_decay`.
        batch_size: Images in a batch.

    Raises:
        ValueError: If a number is not as described.

    Example:

    >>> from keras_lateral import TrainingSettings
    >>> print(TrainingSettings(0.00213, 0.01, 16))
    learning rate 0.00213, weight decay 0.01, batches of 16
    """

    learning_rate: float
    weight_decay: float
    batch_size: int

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            object.__setattr__(self, name, plain_number(value))
        checks = {"learning_rate": self.learning_rate > 0, "weight_decay": self.weight_decay >= 0}
        for name, holds in checks.items():
            value = getattr(self, name)
            if not holds or value == float("inf"):
                least = "above 0" if name == "learning_rate" else "of at least 0"
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected a finite number {least}. "
                    f"Received: {name}={value!r}"
                )
        size = self.batch_size
        if not is_count(size):
            raise ValueError(
                "Invalid value for argument `batch_size`. Expected a whole number of at least 1. "
                f"Received: batch_size={size!r}"
            )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """Returns the settings that `to_dict` was called on."""
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Returns the settings as JSON-compatible values."""
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"learning rate {self.learning_rate:.3g}, weight decay {self.weight_decay:.3g}, "
            f"batches of {self.batch_size}"
        )


def tuned_training(
    learning_rate: float, weight_decay: float, batch_size: int, *, name: str = "tuned_training"
) -> Method:
    """Returns the method that trains with these settings instead of the compiled ones.

    The optimizer stays the same, with its momentum, its clipping and whatever is wrapped around it.
    Weight decay is decoupled, as Keras' optimizers have it, and falls on kernels only: biases, the
    parameters of normalizations and embeddings are excluded.

        kernel <- kernel - learning_rate weight_decay kernel,    before each step

    Args:
        learning_rate: The learning rate that training begins with.
        weight_decay: Decoupled weight decay.
        batch_size: Images in a batch.
        name: Name of the method in tables.

    Raises:
        ValueError: If a number is not as described; when applied, if the optimizer's learning rate
            is a schedule, or it has several.

    Example:

    >>> import keras
    >>> from keras_lateral import tuned_training
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> model.compile("adam", "mse")
    >>> model = tuned_training(0.01, 0.1, 16).change(model)
    >>> round(float(model.optimizer.learning_rate), 4), model.optimizer.weight_decay
    (0.01, 0.1)

    Reference:

    - Loshchilov, I., Hutter, F. (2019). Decoupled Weight Decay Regularization. arXiv:1711.05101
    """
    settings = TrainingSettings(learning_rate, weight_decay, batch_size)
    return Method(
        name,
        ChangedSettings(settings),
        settings=settings.to_dict(),
        batch_size=ThisSize(settings.batch_size),
        reference=REFERENCE,
        exclusive=frozenset({"learning rate and weight decay"}),
    )


def with_settings(method: Method, settings: TrainingSettings) -> Method:
    """Returns a method that trains with these settings, under its own name.

    They are set last, on whatever optimizer the method has compiled the model with.
    """
    return replace(
        method,
        change=ChangedSettings(settings, method.change),
        batch_size=ThisSize(settings.batch_size),
        settings={**method.settings, "tuned": settings.to_dict()},
        falling_rate=None,
        parts=(),
    )


def compiled_settings(model: keras.Model, batch_size: int) -> TrainingSettings:
    """Returns the settings that a model is compiled with.

    Raises:
        ValueError: If its optimizer has a schedule as learning rate, or several optimizers.
    """
    optimizer = _checked_optimizer(model)
    decay = optimizer.weight_decay or 0.0
    # the shortest number that is this float32: 0.001 and not 0.0010000000474974513
    rate = float(f"{current_rate(optimizer):.7g}")
    return TrainingSettings(rate, float(decay), batch_size)


def set_settings(model: keras.Model, settings: TrainingSettings) -> keras.Model:
    """Gives a compiled model's optimizer a learning rate and a weight decay, in place.

    Raises:
        ValueError: If its optimizer has a schedule as learning rate, has several optimizers, or
            has made steps already.
    """
    optimizer = _checked_optimizer(model)
    optimizer.learning_rate = settings.learning_rate
    no_decay = None if optimizer.weight_decay is None else 0.0  # `AdamW` is not saved with None
    optimizer.weight_decay = settings.weight_decay or no_decay
    if settings.weight_decay:
        decay_only_kernels(optimizer, model)
    return model


def check_one_rate(model: keras.Model) -> Any:
    """Returns the innermost optimizer of a model, whose learning rate can be set.

    Raises:
        ValueError: If its learning rate is a schedule, or it has several optimizers.
    """
    optimizer: Any = innermost(model.optimizer)
    if hasattr(optimizer, "optimizers"):
        raise ValueError(
            "Tuning expects an optimizer with one `learning_rate`. Received: "
            f"{type(optimizer).__name__}, whose optimizers have one each"
        )
    if not isinstance(optimizer.get_config().get("learning_rate"), (int, float)):
        raise ValueError(
            "Tuning expects an optimizer with a number as `learning_rate`, since a schedule counts "
            "steps, and another batch size takes another number of them. Compile the model with a "
            "number, and give the schedule as a callback that counts epochs, such as "
            f"`CosineLearningRate`. Received: {type(optimizer).__name__} with a schedule"
        )
    return optimizer


def _checked_optimizer(model: keras.Model) -> Any:
    optimizer = check_one_rate(model)
    if optimizer.built:
        raise ValueError(
            "Tuning expects a newly compiled model, since weight decay can be set only before the "
            f"optimizer has made its state. Received: model {model.name!r}, which has made it"
        )
    return optimizer


# Classes, not closures: worker processes receive their methods as pickles.


@dataclass(frozen=True)
class ChangedSettings:
    """Sets learning rate and weight decay, after another change if there is one."""

    settings: TrainingSettings
    first: Change | None = None

    def __call__(self, model: keras.Model) -> keras.Model:
        model = model if self.first is None else self.first(model)
        return set_settings(model, self.settings)


@dataclass(frozen=True)
class ThisSize:
    """The same batch size, whatever the baseline's."""

    size: int

    def __call__(self, baseline: int) -> int:
        return self.size
