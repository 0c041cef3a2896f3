"""What a hypermodel does in each trial: the user's model with methods, trained with each seed."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.learning_rate import rate_ends_near_zero
from keras_lateral.keras_tools.paired_batches import PairedBatches
from keras_lateral.keras_tools.soft_labels import use_soft_labels
from keras_lateral.method import Method, Space, combination
from keras_lateral.tuning.built_model import BuildModel, built_model

Arguments = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class MethodTrials:
    """Builds and trains what one set of values means.

    Args:
        build_model: Makes the user's compiled model.
        spaces: From a method's name to its search space and the user's arguments for it.
        seeds: What each trial is trained with.
    """

    build_model: BuildModel
    spaces: Mapping[str, tuple[Space, Arguments]]
    seeds: tuple[int, ...]

    def method(self, hp: Any, epochs: int) -> Method:
        """Returns what the values of a trial mean, all methods together."""
        return combination(
            [space(hp, epochs, **arguments) for space, arguments in self.spaces.values()]
        )

    def build(self, hp: Any, seed: int, epochs: int = 2) -> keras.Model:
        """Returns the model whose first weights come from a seed."""
        keras.utils.set_random_seed(seed)
        model = built_model(self.build_model, hp)
        return self.method(hp, epochs).change(model)

    def fit(
        self,
        hp: Any,
        model: keras.Model,
        *arguments: Any,
        epochs: int = 1,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        **options: Any,
    ) -> dict[str, float]:
        """Returns what was logged in the last epoch: the mean over the seeds, and each.

        Args:
            hp: `keras_tuner.HyperParameters` with the values of the trial.
            model: That of the first seed.
            *arguments: For `fit`.
            epochs: For `fit`, before a method changes it.
            callbacks: For `fit`; copied for each seed.
            **options: For `fit`.
        """
        options.pop("initial_epoch", None)
        steps = _steps(arguments, options)
        falls = rate_ends_near_zero(model, callbacks, epochs, steps)
        method = self.method(hp, epochs).under(falls)
        own_epochs = epochs if method.epochs is None else method.epochs(epochs)
        logs = {}
        for place, seed in enumerate(self.seeds):
            if place or "tuner/trial_id" in hp.values:  # or keras-tuner has loaded weights
                model = self.build(hp, seed)
            data, rest = _batches(method, model, arguments, options, seed)
            own = [*_copies(callbacks), *method.callbacks()]
            keras.utils.set_random_seed(seed)
            history = model.fit(*data, epochs=own_epochs, callbacks=own, **rest).history
            logs[seed] = {name: values[-1] for name, values in history.items()}
        return _mean_and_each(logs)


def _batches(
    method: Method,
    model: keras.Model,
    arguments: Sequence[Any],
    options: Mapping[str, Any],
    seed: int,
) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Returns the arguments and options of `fit` with what the method makes of the batches."""
    if method.batches is None:
        return arguments, options
    x, y = (*arguments, options.get("x"), options.get("y"))[:2]
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray)) or _splits(options):
        raise ValueError(
            f"Method {method.name!r} changes batches, for which the search must hand over images "
            "and labels as NumPy arrays, and `validation_data` apart from them. "
            f"Received: {type(x).__name__}, {type(y).__name__} and {sorted(options)}"
        )
    size = options.get("batch_size") or 32
    batches = PairedBatches(x, y, size, seed, change=method.batches)
    if batches[0][1].ndim == 2:
        use_soft_labels(model)
    return (batches,), {k: v for k, v in options.items() if k not in ("x", "y", "batch_size")}


def _splits(options: Mapping[str, Any]) -> bool:
    return bool(options.get("validation_split"))


def _steps(arguments: Sequence[Any], options: Mapping[str, Any]) -> int | None:
    """Returns the number of batches in an epoch, where it can be seen."""
    if options.get("steps_per_epoch"):
        return int(options["steps_per_epoch"])
    x: Any = arguments[0] if arguments else options.get("x")
    if not hasattr(x, "__len__") or isinstance(x, (dict, list, tuple)):
        return None
    if isinstance(x, keras.utils.PyDataset):
        return len(x)
    if not hasattr(x, "shape"):
        return None
    images = len(x) * (1 - (options.get("validation_split") or 0.0))
    return int(-(-images // (options.get("batch_size") or 32)))


def _copies(callbacks: Sequence[Any]) -> list[Any]:
    """Returns a seed's own callbacks; keras-tuner's watch all seeds of a trial together."""
    tuners = [type(one).__module__.startswith("keras_tuner") for one in callbacks]
    return [
        one if tuner else copy.deepcopy(one) for one, tuner in zip(callbacks, tuners, strict=True)
    ]


def _mean_and_each(logs: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    names = list(next(iter(logs.values())))
    means = {name: float(np.mean([one[name] for one in logs.values()])) for name in names}
    each = {
        f"{name}_seed_{seed}": float(one[name])
        for name in names
        for seed, one in logs.items()
        if name.startswith("val_")
    }
    return {**means, **each}
