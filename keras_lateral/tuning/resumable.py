"""A keras-tuner search that resumes where it was killed."""

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
"""Share of the scores' variance that Bayesian search treats as noise; large with few images."""


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

    Started again with the same `directory`, it repeats the trial that was interrupted, and then
    runs those that are left: no trial is lost, no finished one is repeated. keras-tuner's own
    tuners keep their state in several files: killed between two of them, they lose or repeat a
    trial, and killed while writing one they cannot start again. Otherwise it is keras-tuner's
    `Tuner`, with `search`, `get_best_models`, `results_summary`, and it takes part in a distributed
    search in the same way.

    Each round of Hyperband trains its models from the beginning, with more epochs. keras-tuner's
    own continues from saved weights without the optimizer's state, and from a single model.

    Args:
        hypermodel: A `keras_tuner.HyperModel`, such as `method_hypermodel` makes, or a function
            from the hyperparameters to a compiled model.
        tuner: `"random"`, `"bayesian"` or `"hyperband"`. Not keras-tuner's grid search, which does
            not save what it would need to resume.
        directory: Folder for the state of the search, one for each search.
        objective: The objective: a name as logged by `fit`, or a `keras_tuner.Objective`.
        trials: Number of sets of values to try. Defaults to 10. For Hyperband it follows from
            `epochs`.
        epochs: For Hyperband, the epochs of its last rounds.
        search_seed: Positive seed that draws the values to try.
        hyperparameters: `keras_tuner.HyperParameters` with ranges that override those of the
            hypermodel.

    Returns:
        A `keras_tuner.Tuner`.

    Raises:
        ImportError: If keras-tuner, or a package that it needs here, is missing.
        ValueError: If there is no such search, it does not take these `trials` and `epochs`, or the
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
    """Returns a class derived from `keras_tuner.Tuner` whose oracle keeps the whole state."""
    keras_tuner = import_keras_tuner()

    class ResumableTuner(keras_tuner.Tuner):  # type: ignore[name-defined]
        def __init__(
            self, oracle: Any, settings: Mapping[str, Any] | None = None, **arguments: Any
        ) -> None:
            super().__init__(oracle=oracle, **arguments)
            if search_role() != "worker":
                _claim_and_reload(oracle, settings)

        def save(self) -> None:
            if search_role() != "worker":
                self.oracle.save()

        def run_trial(self, trial: Any, *arguments: Any, **options: Any) -> Any:
            epochs = trial.hyperparameters.values.get("tuner/epochs")
            if epochs is not None:  # Hyperband's round
                options["epochs"] = epochs
            return super().run_trial(trial, *arguments, **options)

    return ResumableTuner


def _claim_and_reload(oracle: Any, settings: Mapping[str, Any] | None) -> None:
    if settings is not None:
        claim_folder(oracle.file.parent, {**settings, **_search_settings(oracle)})
    if oracle.file.exists():
        oracle.reload()


def _search_settings(oracle: Any) -> dict[str, Any]:
    """Returns the objective and the hyperparameters of an oracle, by name."""
    space = {
        f"hyperparameter {parameter.name!r}": {
            "type": type(parameter).__name__,
            **{key: value for key, value in parameter.get_config().items() if key != "name"},
        }
        for parameter in oracle.get_space().space
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
            "Invalid value for argument `search_seed`. Expected 1 or more: keras-tuner takes 0 as "
            f"no seed. Received: search_seed={search_seed}"
        )
    options: dict[str, Any] = {"max_trials": 10 if trials is None else trials}
    if tuner == "hyperband":
        options = {"max_epochs": _checked_epochs(epochs)}
    elif tuner == "bayesian":
        import_optional("sklearn.gaussian_process", "scikit-learn", "run a Bayesian search", EXTRA)
        options["alpha"] = NOISE
    return resumable_oracle_class(tuner)(
        file=directory / "search.json",
        objective=objective,
        seed=search_seed,
        hyperparameters=hyperparameters,
        **options,
    )


def check_search(tuner: Any, trials: int | None) -> None:
    """Raises if there is no such search, or it does not take this number of trials."""
    names = get_args(Search)
    if tuner not in names:
        why = (
            " keras-tuner's grid search cannot resume after it was stopped."
            if "grid" in str(tuner).lower()
            else ""
        )
        raise ValueError(
            f"Invalid value for argument `tuner`. Expected one of {names}.{why} "
            f"Received: tuner={tuner!r}"
        )
    if trials is not None and (tuner == "hyperband" or trials < 1):
        expected = (
            "None: for Hyperband it follows from `epochs`" if tuner == "hyperband" else "1 or more"
        )
        raise ValueError(
            f"Invalid value for argument `trials`. Expected {expected}. Received: trials={trials}"
        )


def _checked_epochs(epochs: int | None) -> int:
    if epochs is None or epochs < 1:
        raise ValueError(
            "Invalid value for argument `epochs`. Expected the number of epochs of Hyperband's "
            f"last rounds, 1 or more. Received: epochs={epochs}"
        )
    return epochs
