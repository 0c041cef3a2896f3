"""A keras-tuner search that goes on where it was killed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from keras_lateral.extras import import_optional
from keras_lateral.tuning.packages import EXTRA, import_keras_tuner
from keras_lateral.tuning.resumable_oracle import resumable_oracle_class, search_role
from keras_lateral.tuning.search_settings import claim_folder

Search = Literal["random", "bayesian", "hyperband"]

NOISE = 0.1
"""Share of the scores' variance that Bayesian search takes for noise; few images make much."""


def resumable_tuner(
    hypermodel: Any,
    tuner: Search = "random",
    *,
    directory: str | os.PathLike[str],
    objective: Any = "val_accuracy",
    trials: int | None = None,
    epochs: int | None = None,
    search_seed: int = 13,
    hyperparameters: Any = None,
) -> Any:
    """Returns a keras-tuner `Tuner` whose search can be killed at any moment and started again.

    Started again with the same `directory`, it trains the trial it was in, and then those that are
    left: none is lost, none that had ended is run twice. keras-tuner's own tuners keep their state
    in several files: killed between two of them, they lose a trial or repeat one, and killed within
    one they do not start again. Otherwise it is keras-tuner's `Tuner`, with `search`,
    `get_best_models`, `results_summary`, and it takes part in a distributed search in the same way.

    Each round of Hyperband trains its models from the beginning, with more epochs. keras-tuner's
    goes on from saved weights without the optimizer's state, and from one model alone.

    Args:
        hypermodel: A `keras_tuner.HyperModel`, such as `method_hypermodel` makes, or a function
            from the hyperparameters to a compiled model.
        tuner: `"random"`, `"bayesian"` or `"hyperband"`. Not keras-tuner's grid search: what it
            would need to go on, it does not keep.
        directory: Folder that the search keeps its state in. One folder for one search.
        objective: What is to be best, a name as `fit` logs it or a `keras_tuner.Objective`.
        trials: How many sets of values to try. Defaults to 10. For Hyperband it follows from
            `epochs`.
        epochs: For Hyperband, the epochs of its last rounds.
        search_seed: Positive seed of the values that are tried.
        hyperparameters: `keras_tuner.HyperParameters` with ranges that override those of the
            hypermodel.

    Returns:
        A `keras_tuner.Tuner`.

    Raises:
        ImportError: If keras-tuner, or what it needs here, is missing.
        ValueError: If there is no such search, `trials` and `epochs` are not those it takes, or the
            folder holds a search of other ranges; the message says what differs.

    Example:

    >>> import keras, tempfile
    >>> from keras_lateral import resumable_tuner
    >>> def build(hp):
    ...     units = hp.Int("units", 1, 8)
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
    ...     model.compile("sgd", "mse")
    ...     return model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     search = resumable_tuner(build, objective="val_loss", trials=4, directory=folder)
    >>> search.remaining_trials
    4
    """
    oracle = make_oracle(
        tuner, Path(directory), objective, trials, epochs, search_seed, hyperparameters
    )
    settings: dict[str, Any] = {"tuner": tuner, "search_seed": search_seed}
    if tuner == "hyperband":
        settings["epochs"] = epochs
    return resumable_tuner_class()(
        oracle, settings, hypermodel=hypermodel, directory=directory, project_name="trials"
    )


@cache
def resumable_tuner_class() -> Any:
    """Returns a class derived from `keras_tuner.Tuner` whose oracle keeps all of the state."""
    keras_tuner = import_keras_tuner()

    class ResumableTuner(keras_tuner.Tuner):  # type: ignore[name-defined]
        def __init__(
            self, oracle: Any, settings: Mapping[str, Any] | None = None, **arguments: Any
        ) -> None:
            super().__init__(oracle=oracle, **arguments)
            if search_role() != "worker":
                _begin(oracle, settings)

        def save(self) -> None:
            if search_role() != "worker":
                self.oracle.save()

        def run_trial(self, trial: Any, *arguments: Any, **options: Any) -> Any:
            epochs = trial.hyperparameters.values.get("tuner/epochs")
            if epochs is not None:  # Hyperband's round
                options["epochs"] = epochs
            return super().run_trial(trial, *arguments, **options)

    return ResumableTuner


def _begin(oracle: Any, settings: Mapping[str, Any] | None) -> None:
    if settings is not None:
        claim_folder(oracle.file.parent, {**settings, **_space(oracle)})
    if oracle.file.exists():
        oracle.reload()


def _space(oracle: Any) -> dict[str, Any]:
    """Returns what an oracle searches, by names."""
    space = {
        f"hyperparameter {one.name!r}": {
            "type": type(one).__name__,
            **{key: value for key, value in one.get_config().items() if key != "name"},
        }
        for one in oracle.get_space().space
    }
    return {"objective": f"{oracle.objective.name} {oracle.objective.direction}", **space}


def make_oracle(
    tuner: Search,
    directory: Path,
    objective: Any,
    trials: int | None,
    epochs: int | None,
    search_seed: int,
    hyperparameters: Any,
) -> Any:
    """Returns an oracle whose state is in `directory/search.json`."""
    check_search(tuner, trials)
    if search_seed < 1:
        raise ValueError(
            "Invalid value for argument `search_seed`. Expected 1 or more: keras-tuner takes 0 for "
            f"none. Received: search_seed={search_seed}"
        )
    own: dict[str, Any] = {"max_trials": 10 if trials is None else trials}
    if tuner == "hyperband":
        own = {"max_epochs": _epochs_of_hyperband(epochs)}
    elif tuner == "bayesian":
        import_optional("sklearn.gaussian_process", "scikit-learn", "search so", EXTRA)
        own["alpha"] = NOISE
    return resumable_oracle_class(tuner)(
        file=directory / "search.json",
        objective=objective,
        seed=search_seed,
        hyperparameters=hyperparameters,
        **own,
    )


def check_search(tuner: Any, trials: int | None) -> None:
    """Raises if there is no such search, or it does not take this number of trials."""
    names = get_args(Search)
    if tuner not in names:
        why = (
            " keras-tuner's grid search can not go on after it was stopped."
            if "grid" in str(tuner).lower()
            else ""
        )
        raise ValueError(
            f"Invalid value for argument `tuner`. Expected one of {names}.{why} "
            f"Received: tuner={tuner!r}"
        )
    if trials is not None and (tuner == "hyperband" or trials < 1):
        expected = (
            "None: Hyperband's follows from `epochs`" if tuner == "hyperband" else "1 or more"
        )
        raise ValueError(
            f"Invalid value for argument `trials`. Expected {expected}. Received: trials={trials}"
        )


def _epochs_of_hyperband(epochs: int | None) -> int:
    if epochs is None or epochs < 1:
        raise ValueError(
            "Invalid value for argument `epochs`. Expected the epochs of Hyperband's last rounds, "
            f"1 or more. Received: epochs={epochs}"
        )
    return epochs
