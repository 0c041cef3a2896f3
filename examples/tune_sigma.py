"""keras-tuner finds the sigma of Gradient Mask on few real images.

    python examples/tune_sigma.py
    python examples/tune_sigma.py --dataset cifar10 --limit 50 --trials 12

Every sigma is tried with the same seeds, since a single training on few images is mostly noise.
Stop it at any time and start it again: it goes on with the sigma at which it was stopped.
"""

import argparse
import sys
from functools import partial
from json import JSONDecodeError
from pathlib import Path
from typing import Any

import keras
import numpy as np
from paired import paired_difference
from small_images import add_image_options, load, positive
from small_network import small_network

from keras_lateral import GradientMaskConv2D
from keras_lateral.datasets import ImageDataset, split_per_class

try:
    import keras_tuner
    import matplotlib.pyplot as plt
except ImportError as error:
    needed = 'python -m pip install "keras-lateral[tuner,datasets,plots]"'
    sys.exit(f"This example needs keras-tuner and matplotlib ({error}). Install them: {needed}")

SMALLEST, LARGEST = 0.5, 3.0  # pixels
MASK = {"feature_sets": 1, "threshold": 0.1, "threshold_mode": "mean"}

Results = dict[float, list[float]]  # from sigma to the accuracies of its seeds, in %


def main(arguments: list[str] | None = None) -> None:
    options = read_options(arguments)
    images = load(options)
    print(f"{'no mask':<12}", end="", flush=True)
    plain = train_all(keras.layers.Conv2D, images, options)
    print(f"mean {np.mean(plain):.2f} %")
    results = search(images, options)
    print_results(plain, results)
    path = options.output / f"{project_name(options)}.png"
    draw(plain, results, path, f"{options.dataset}, {options.limit} training images of each class")
    print(f"Figure: {path}")


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_image_options(parser)
    parser.add_argument("--trials", type=positive, default=8, help="sigmas to try (default: 8)")
    parser.add_argument("--epochs", type=positive, default=30, help="default: 30")
    parser.add_argument("--seeds", type=positive, default=3, help="of each sigma (default: 3)")
    parser.add_argument(
        "--validation", type=positive, default=50, help="images of each class (default: 50)"
    )
    parser.add_argument("--output", type=Path, default=Path("outputs/tune_sigma"))
    parser.add_argument("--smoke", action="store_true", help="only see that it runs: tiny")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.limit, options.trials, options.epochs, options.seeds = 5, 2, 1, 2
    return options


def project_name(options: argparse.Namespace) -> str:
    """Returns a name for these settings, so that a search never goes on with other ones."""
    return f"{options.dataset}-{options.limit}-images-{options.epochs}-epochs-{options.seeds}-seeds"


class SigmaSearch(keras_tuner.RandomSearch):
    """Tries each sigma with several seeds; the same seeds for every sigma."""

    def run_trial(
        self, trial: Any, images: ImageDataset, options: argparse.Namespace, verbose: int
    ) -> dict[str, float]:
        sigma = trial.hyperparameters.get("sigma")
        print(f"{f'sigma {sigma:.2f}':<12}", end="", flush=True)
        convolution = partial(GradientMaskConv2D, sigma=sigma, **MASK)
        accuracies = train_all(convolution, images, options)
        every = {f"seed_{seed}": accuracy for seed, accuracy in enumerate(accuracies)}
        return {"val_accuracy": float(np.mean(accuracies)), **every}

    def on_trial_end(self, trial: Any) -> None:
        super().on_trial_end(trial)  # from here on it is kept
        kept = self.oracle.get_trial(trial.trial_id)
        print(f"mean {kept.score:.2f} %   trial {kept.trial_id}", flush=True)


def train_all(convolution: Any, images: ImageDataset, options: argparse.Namespace) -> list[float]:
    """Trains a network per seed and returns their validation accuracies in %."""
    return [train(convolution, images, seed, options) for seed in range(options.seeds)]


def train(convolution: Any, images: ImageDataset, seed: int, options: argparse.Namespace) -> float:
    """Trains one network and returns its validation accuracy in %, after the last epoch."""
    part = with_validation(images, options.validation, seed).subset(options.limit, seed=seed)
    keras.utils.set_random_seed(seed)
    network = small_network(convolution, part.image_shape, part.num_classes)
    network.fit(part.x_train, part.y_train, batch_size=20, epochs=options.epochs, verbose=0)
    _, accuracy = network.evaluate(part.x_test, part.y_test, batch_size=200, verbose=0)
    return 100 * accuracy


def with_validation(images: ImageDataset, per_class: int, seed: int) -> ImageDataset:
    """Puts a part of the training images in the place of the test images, which stay unseen."""
    (x, y), held_out = split_per_class(images.x_train, images.y_train, per_class, seed=seed)
    return ImageDataset(images.name, x, y, *held_out, images.class_names)


def search(images: ImageDataset, options: argparse.Namespace) -> Results:
    """Runs the search, or what is left of it."""
    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.Float("sigma", SMALLEST, LARGEST, sampling="log")
    try:
        # Not GridSearch: keras-tuner 1.4.8 does not save what it needs to go on.
        tuner = SigmaSearch(
            objective=keras_tuner.Objective("val_accuracy", "max"),
            hyperparameters=hyperparameters,
            max_trials=options.trials,
            seed=13,  # its first eight lie well apart
            directory=options.output,
            project_name=project_name(options),
            overwrite=False,  # goes on where it was stopped
        )
    except JSONDecodeError:
        folder = options.output / project_name(options)
        sys.exit(f"The last search was stopped while it wrote its files. Delete {folder}.")
    tuner.search(images=images, options=options, verbose=0)
    return {
        trial.hyperparameters.get("sigma"): [
            trial.metrics.get_best_value(f"seed_{seed}") for seed in range(options.seeds)
        ]
        for trial in tuner.oracle.get_best_trials(options.trials)
    }


def print_results(plain: list[float], results: Results) -> None:
    """Prints the accuracies and what they allow to say."""
    print("\nValidation accuracy in %\n")
    print(f"{'sigma':<10}{'mean':>8}{'lowest':>9}{'highest':>9}   minus no mask, same seeds")
    print(f"{'no mask':<10}{np.mean(plain):>8.2f}{min(plain):>9.2f}{max(plain):>9.2f}")
    for sigma, values in sorted(results.items()):
        line = f"{sigma:<10.2f}{np.mean(values):>8.2f}{min(values):>9.2f}{max(values):>9.2f}"
        print(f"{line}   {paired_difference(plain, values)}")
    best = max(results, key=lambda sigma: np.mean(results[sigma]))
    print(f"\nBest sigma: {best:.2f} pixels.")
    print(paired_difference(plain, results[best]).verdict(f"sigma {best:.2f}"))
    print("And the best of several looks better than it is: compare it with no mask on test images")
    print("and with new seeds, as quickstart.py does, before you rely on it.")


def draw(plain: list[float], results: Results, path: Path, title: str) -> None:
    """Saves the figure of validation accuracy over sigma."""
    figure, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    axes.axhspan(min(plain), max(plain), color="0.5", alpha=0.15, lw=0)
    axes.axhline(np.mean(plain), color="0.35", ls="--", label="no mask: mean and range")
    sigmas = sorted(results)
    means = [np.mean(results[sigma]) for sigma in sigmas]
    axes.plot(sigmas, means, "o-", color="C0", label="mask: mean")
    for sigma in sigmas:
        label = "mask: each seed" if sigma == sigmas[0] else None
        values = results[sigma]
        axes.plot([sigma] * len(values), values, "_", color="C0", ms=11, alpha=0.6, label=label)
    axes.set(xlabel="sigma (pixels)", ylabel="validation accuracy (%)", title=title)
    figure.legend(loc="outside lower center", ncols=3, fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
