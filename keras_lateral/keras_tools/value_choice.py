"""Hyperparameters in a short form: a number, a range, or a list; and methods made of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from keras_lateral.method import Method

Range = tuple[float, float]


def choose(hp: Any, name: str, values: Any) -> Any:
    """Returns a value for a trial, and registers with `hp` what it is chosen from.

    Args:
        hp: `keras_tuner.HyperParameters`.
        name: The hyperparameter's name.
        values: A tuple `(low, high)` of positive numbers for the range between them, sampled
            on a logarithmic scale; a list to choose from; anything else is the value.

    Raises:
        ValueError: If a range is empty or not positive, or a list is empty.
    """
    if isinstance(values, tuple):
        low, high = check_range(name, values)
        return hp.Float(name, low, high, sampling="log")
    if isinstance(values, list):
        return _choose_from(hp, name, values)
    return values


def _choose_from(hp: Any, name: str, values: list[Any]) -> Any:
    """Returns one of `values`, chosen as text: keras-tuner needs one type, which is not None."""
    if not values:
        raise ValueError(f"Invalid value for `{name}`. Expected one value or more. Received: []")
    by_text = {str(value): value for value in values}
    return by_text[hp.Choice(name, list(by_text))]


def check_range(name: str, values: Any) -> Range:
    """Returns a range `(low, high)` of positive numbers, or raises."""
    ends = tuple(values) if isinstance(values, (tuple, list)) else ()
    numbers = all(isinstance(end, Real) and not isinstance(end, bool) for end in ends)
    if len(ends) == 2 and numbers and 0 < ends[0] < ends[1] < float("inf"):
        return float(ends[0]), float(ends[1])
    raise ValueError(
        f"Invalid value for argument `{name}`. Expected a range (low, high) of numbers above 0, "
        f"low below high. Received: {name}={values!r}"
    )


def split_arguments(
    arguments: Mapping[str, Any], space: Callable[..., Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the keyword arguments that a search space takes, and the others."""
    names = inspect.signature(space).parameters
    searched = {name: value for name, value in arguments.items() if name in names}
    return searched, {name: value for name, value in arguments.items() if name not in names}


@dataclass(frozen=True)
class SearchedMethod:
    """Makes the method of each trial of a search; can be pickled.

    Args:
        make: Makes the method, with `name` and other keyword arguments.
        name: The method's name, with which the names of its hyperparameters begin.
        searched: Arguments to choose: a range `(low, high)` on a logarithmic scale, a list to
            choose from, or a single value, which is fixed unless the user gives others.
        kept: The method's own arguments, for those that are not searched.

    Example:

    >>> import keras_tuner
    >>> from keras_lateral import dropout_method
    >>> space = SearchedMethod(dropout_method, "dropout", {"rate": (0.1, 0.8)})
    >>> hp = keras_tuner.HyperParameters()  # outside a search it takes the first values
    >>> space(hp, 10, rate=[0.25, 0.5]).settings["rate"]
    0.25
    """

    make: Callable[..., Method]
    name: str
    searched: Mapping[str, Any]
    kept: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, hp: Any, epochs: int, **arguments: Any) -> Method:
        """Returns the method of one trial.

        Args:
            hp: `keras_tuner.HyperParameters`, as keras-tuner passes it to a hypermodel.
            epochs: Number of epochs of the trial; ignored here.
            **arguments: Other values of the searched arguments, and others of the method's.

        Raises:
            ValueError: If a range is empty or not positive, or a list is empty.
        """
        given = {**self.kept, **self.searched, **arguments}
        name = given.pop("name", self.name)
        chosen = {key: choose(hp, f"{name}/{key}", given[key]) for key in self.searched}
        return self.make(**{**given, **chosen}, name=name)
