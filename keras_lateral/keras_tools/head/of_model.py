"""How a classifier's scores are read: as probabilities or as logits, of two classes or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar, get_args
from weakref import WeakKeyDictionary

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.head.compiled_loss import LossReading, compiled_loss
from keras_lateral.keras_tools.head.output_kind import Ending, Kind, ending_of
from keras_lateral.keras_tools.training_step import build_for, takes_training, unchanged

ModelReturns = Literal["probabilities", "logits"]
"""What a model returns, said by the user where it cannot be recognized."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Head:
    """How a model's scores are read.

    Args:
        kind: `"softmax"`: probabilities that sum to 1; `"sigmoid"`: one probability for each score;
            `"logits"`.
        units: Number of scores. One score is that of class 1, of two.
        bypassed: The layers without whose activation the model returns logits.
        many: Whether each score is about a label of its own, so that an image may have several.
        problem: Why it cannot be read, or `None`.
    """

    kind: Kind | None
    units: int
    bypassed: tuple[Any, ...] = ()
    many: bool = False
    problem: str | None = None

    @property
    def classes(self) -> int:
        """Number of classes."""
        return max(self.units, 2)

    def probabilities(self, scores: Any) -> np.ndarray:
        """Returns p, float64 of shape `(images, classes)`, whose rows sum to 1."""
        scores = np.asarray(scores, "float64")
        if self.units == 1:
            p = _sigmoid(scores) if self.kind == "logits" else scores
            return np.concatenate([1 - p, p], axis=1)
        if self.kind == "logits":
            p = np.exp(scores - scores.max(axis=1, keepdims=True))
        else:
            p = np.maximum(scores, np.finfo("float64").tiny)
        return p / p.sum(axis=1, keepdims=True)

    def of_each(self, scores: Any) -> np.ndarray:
        """Returns the probability of each class by itself; rows sum to 1 unless labels are many."""
        if not self.many:
            return self.probabilities(scores)
        scores = np.asarray(scores, "float64")
        return _sigmoid(scores) if self.kind == "logits" else scores

    def for_two(self, scores: Any) -> Any:
        """Returns scores of both classes where the model has one score: 1 - p and p, or -z and z.

        Other scores are returned as they are.
        """
        if self.units != 1 or self.kind is None:
            return scores
        join: Any = np.concatenate if isinstance(scores, np.ndarray) else ops.concatenate
        return join([-scores if self.kind == "logits" else 1 - scores, scores], axis=1)


def head_of(model: keras.Model, x: Any, *, many: bool = False) -> Head:
    """Returns how a model's scores are read.

    What the user said by `model_returning` counts most, then what the model ends in, then whether
    its compiled loss takes logits. Neither the values of the scores nor the images matter.

    Args:
        model: A classifier with one output.
        x: Images, of which the first is used to build and to watch a model without a graph.
        many: Whether scores that are each about a label of its own can be used.

    Raises:
        ValueError: If that says nothing, or the scores are not those of classes.
    """
    head = find_head(model, x)
    if head.problem is not None:
        raise ValueError(head.problem)
    if head.many and not many:
        raise ValueError(
            "Invalid value for argument `model`. Expected a model that decides for one of its "
            f"classes. Received: model {model.name!r}, which decides for each of {head.units} "
            "labels whether an image has it, by its own sigmoid. If an image has exactly one of "
            "them, pass the argument `model_returns`: the scores, made to sum to 1 "
            '("probabilities") or through a softmax ("logits"), then count as its classes.'
        )
    return head


def find_head(model: keras.Model, x: Any) -> Head:
    """Returns the same as `head_of`, but puts into `problem` what speaks against it."""
    build_for(model, np.asarray(x[:1]))

    def forward() -> Any:
        mode = {"training": False} if takes_training(model) else {}
        with unchanged(model):
            return model(ops.convert_to_tensor(np.asarray(x[:1])), **mode)

    units = _units(model, forward)
    ending, loss = ending_of(model, forward), compiled_loss(model)
    asked = _asked.get(model)
    if asked is not None:
        kind: Kind = "logits" if asked == "logits" else "softmax" if units > 1 else "sigmoid"
        return Head(kind, units, ending.bypassed if kind == ending.kind else ())
    return _read(model, units, ending, loss)


def _units(model: keras.Model, forward: Any) -> int:
    shape: Any = getattr(model, "output_shape", None) if model.built else None
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] is None:
        y = forward()
        shape = None if keras.tree.is_nested(y) else tuple(y.shape)
        if shape is None or len(shape) != 2:
            shapes = keras.tree.map_structure(lambda scores: tuple(scores.shape), y)
            raise scores_error(model, shapes)
    return int(shape[1])


def scores_error(model: keras.Model, shapes: Any) -> ValueError:
    """Returns the error for a model that does not return scores of classes."""
    return ValueError(
        "Invalid value for argument `model`. Expected a model that returns one score for each "
        "class, of shape (images, classes), or one score for two classes. "
        f"Received: model {model.name!r}, which returns {shapes}"
    )


def _read(model: keras.Model, units: int, ending: Ending, loss: LossReading | None) -> Head:
    kind = ending.kind
    if kind is None and loss is not None and loss.from_logits is not None:
        binary = loss.family == "binary" or units == 1
        kind = "logits" if loss.from_logits else "sigmoid" if binary else "softmax"
    problem = _problem(model, units, kind, ending, loss)
    family = loss.family if loss is not None else None
    many = units > 1 and (
        (kind == "sigmoid" and family != "categorical") or (kind == "logits" and family == "binary")
    )
    return Head(kind, units, ending.bypassed, many, problem)


def _problem(
    model: keras.Model, units: int, kind: Kind | None, ending: Ending, loss: LossReading | None
) -> str | None:
    name = f"model {model.name!r}"
    if kind is None:
        last = f"which ends in {ending.name!r}" if ending.name else "whose end is not known"
        compiled = "with no loss" if loss is None else "with a loss that does not say it"
        return (
            "Invalid value for argument `model_returns`. Expected 'probabilities' or 'logits', "
            f"since neither can be recognized for {name}, {last} and is compiled {compiled}. Pass "
            "the argument, or compile the model with a loss that has `from_logits`. "
            "Received: model_returns=None"
        )
    if units == 1 and kind == "softmax":
        return (
            f"Invalid value for argument `model`. The softmax of one score is always 1, so {name} "
            "decides nothing. Give it a sigmoid, or a score for each class."
        )
    if units == 1 and kind == "logits" and loss is not None and loss.family != "binary":
        if loss.from_logits:
            return None
        return (
            f"Invalid value for argument `model_returns`. Expected 'probabilities' or 'logits', "
            f"since {name} returns one score, of any size, and its loss is no binary "
            "cross-entropy. Received: model_returns=None"
        )
    return None


@contextmanager
def model_returning(model: keras.Model, model_returns: ModelReturns | None) -> Iterator[None]:
    """A scope in which a model's scores are read as the user says; `None` says nothing.

    Raises:
        ValueError: If `model_returns` is none of these.
    """
    if model_returns is None:
        yield
        return
    if model_returns not in get_args(ModelReturns):
        raise ValueError(
            f"Invalid value for argument `model_returns`. Expected one of {get_args(ModelReturns)} "
            f"or None. Received: model_returns={model_returns!r}"
        )
    before = _asked.get(model)
    _asked[model] = model_returns
    try:
        yield
    finally:
        if before is None:
            _asked.pop(model, None)
        else:
            _asked[model] = before


def reads_scores(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Makes a function of a model, its first argument, follow its own keyword `model_returns`."""

    @wraps(function)
    def within_scope(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        model: Any = args[0] if args else kwargs["model"]
        said: Any = kwargs.get("model_returns")
        with model_returning(model, said):
            return function(*args, **kwargs)

    return within_scope


_asked: WeakKeyDictionary[keras.Model, ModelReturns] = WeakKeyDictionary()


def _sigmoid(z: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(z))  # which cannot overflow
    p: np.ndarray = np.where(z >= 0, 1 / (1 + e), e / (1 + e))
    return p
