"""keras-tuner finds the sigma of Gradient Mask on few real images.

    python examples/tune_sigma.py
    python examples/tune_sigma.py --dataset cifar10 --limit 50 --trials 12
    python examples/tune_sigma.py --tuner bayesian

Every sigma is tried with the same seeds, since a single training on few images is mostly noise.
Stop it at any time and start it again: it resumes with the sigma at which it was stopped.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

import keras
from small_images import add_image_options, load, positive
from small_network import small_network

from keras_lateral import SigmaTrial, SigmaTuning, plot_sigma_tuning, tune_sigma

try:
    import keras_tuner  # noqa: F401
    import matplotlib as mpl  # noqa: F401
except ImportError as error:
    needed = 'python -m pip install ".[tuner,datasets,plots]"'
    sys.exit(f"This example needs keras-tuner and matplotlib ({error}). Install them: {needed}")


def main(arguments: list[str] | None = None) -> None:
    options = read_options(arguments)
    images = load(options)
    folder = options.output / search_name(options)
    try:
        record = tune_sigma(
            partial(small_network, keras.layers.Conv2D, images.image_shape, images.num_classes),
            images,
            sigmas=(0.5, 3.0),
            trials=None if options.tuner == "hyperband" else options.trials,
            epochs=options.epochs,
            seeds=options.seeds,
            images_per_class=options.limit,
            validation=options.validation,
            batch_size=20,
            mask={"feature_sets": 1, "threshold": 0.1, "threshold_mode": "mean"},
            tuner=options.tuner,
            directory=folder,
            report=partial(show, seeds=options.seeds),
        )
    except ValueError as error:
        sys.exit(str(error))
    if record is None:  # a worker of a distributed search; the chief continues
        return
    print(f"\n{record}")
    print("`keras-lateral compare` does that.\n")
    record.to_json(folder / "record.json")
    draw(record, options.output / f"{search_name(options)}.png", options)


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_image_options(parser)
    parser.add_argument("--trials", type=positive, default=8, help="sigmas to try (default: 8)")
    parser.add_argument("--epochs", type=positive, default=30, help="default: 30")
    parser.add_argument(
        "--seeds", type=positive, default=3, help="trainings of each sigma (default: 3)"
    )
    parser.add_argument(
        "--validation",
        type=positive,
        default=50,
        help="validation images of each class (default: 50)",
    )
    parser.add_argument(
        "--tuner",
        choices=("random", "bayesian", "hyperband"),
        default="random",
        help="hyperband chooses the number of trials by itself (default: random)",
    )
    parser.add_argument("--output", type=Path, default=Path("outputs/tune_sigma"))
    parser.add_argument("--smoke", action="store_true", help="a tiny run, to check that it works")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.limit, options.trials, options.epochs, options.seeds = 5, 2, 1, 2
    return options


def search_name(options: argparse.Namespace) -> str:
    """Returns a name for these settings: each search has a folder of its own."""
    return (
        f"{options.dataset}-{options.limit}-images-{options.epochs}-epochs-{options.seeds}-seeds-"
        f"{options.validation}-validation-{options.tuner}-{keras.config.backend()}"
    )


def show(trial: SigmaTrial, seeds: int) -> None:
    """Prints a line in two parts: a name after the first seed, the mean after the last."""
    done = len(trial.accuracies)
    if done == 1:
        name = trial.name if trial.sigma is None else f"sigma {trial.sigma:.2f}"
        print(f"{name:<12}", end="", flush=True)
    if done == seeds:
        number = "" if trial.sigma is None else f"   trial {trial.name}"
        print(f"mean {100 * trial.mean:.2f} %{number}", flush=True)


def draw(record: SigmaTuning, path: Path, options: argparse.Namespace) -> None:
    """Saves the figure of validation accuracy over sigma."""
    figure, axes = plot_sigma_tuning(record)
    axes[0, 0].set_title(f"{options.dataset}, {options.limit} training images of each class")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    print(f"Figure: {path}")


if __name__ == "__main__":
    main()
