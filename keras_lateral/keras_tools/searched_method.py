"""The search space of a method: the function that makes it, with some of its arguments chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keras_lateral.keras_tools.value_choice import choose
from keras_lateral.method import Method


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
