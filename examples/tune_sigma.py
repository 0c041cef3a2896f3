"""keras-tuner finds the sigma of Gradient Mask on few real images.

    python examples/tune_sigma.py
    python examples/tune_sigma.py --dataset cifar10 --limit 50

Every sigma is tried with the same seeds, since a single training on few images is mostly noise.
Stop it at any time and start it again: it goes on with the sigma at which it was stopped.
"""

import argparse
import sys
from functools import partial
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

NO_MASK = 0.0
SIGMAS = [NO_MASK, 0.5, 0.75, 1.0, 1.5, 2.0]  # pixels
MASK = {"feature_sets": 1, "threshold": 0.1, "threshold_mode": "mean"}

Results = dict[float, list[float]]


def main(arguments: list[str] | None = None) -> None:
    options = read_options(arguments)
    images = load(options)
    results = search(images, options)
    print_results(results)
    path = options.output / f"{project_name(options)}.png"
    draw(results, path, f"{options.dataset}, {options.limit} training images of each class")
    print(f"Figure: {path}")


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_image_options(parser)
    parser.add_argument("--epochs", type=positive, default=30, help="default: 30")
    parser.add_argument("--seeds", type=positive, default=3, help="of each sigma (default: 3)")
    parser.add_argument(
        "--validation", type=positive, default=50, help="images of each class (default: 50)"
    )
    parser.add_argument("--output", type=Path, default=Path("outputs/tune_sigma"))
    parser.add_argument("--smoke", action="store_true", help="only see that it runs: tiny")
    options = parser.parse_args(arguments)
    options.sigmas = SIGMAS
    if options.smoke:
        options.limit, options.epochs, options.seeds, options.validation = 5, 1, 2, 5
        options.sigmas = [NO_MASK, 1.0, 2.0]
    return options


def project_name(options: argparse.Namespace) -> str:
    """Returns a name for these settings, so that a search never goes on with other ones."""
    return f"{options.dataset}-{options.limit}-images-{options.epochs}-epochs-{options.seeds}-seeds"


class SigmaSearch(keras_tuner.GridSearch):
    """Tries every sigma with several seeds; the same seeds for every sigma."""

    def run_trial(
        self, trial: Any, images: ImageDataset, options: argparse.Namespace, verbose: int
    ) -> dict[str, float]:
        sigma = trial.hyperparameters.get("sigma")
        seeds = range(options.seeds)
        accuracy = {f"seed_{seed}": train(sigma, images, seed, options) for seed in seeds}
        mean = float(np.mean(list(accuracy.values())))
        print(f"{name_of(sigma):<12} mean {mean:6.2f} %   {trial.trial_id}", flush=True)
        return {"val_accuracy": mean, **accuracy}


def train(sigma: float, images: ImageDataset, seed: int, options: argparse.Namespace) -> float:
    """Trains one network and returns its validation accuracy in %, after the last epoch."""
    part = with_validation(images, options.validation, seed).subset(options.limit, seed=seed)
    keras.utils.set_random_seed(seed)
    masked = partial(GradientMaskConv2D, sigma=sigma, **MASK)
    convolution = keras.layers.Conv2D if sigma == NO_MASK else masked
    network = small_network(convolution, part.image_shape, part.num_classes)
    network.fit(part.x_train, part.y_train, batch_size=20, epochs=options.epochs, verbose=0)
    _, accuracy = network.evaluate(part.x_test, part.y_test, batch_size=200, verbose=0)
    return 100 * accuracy


def with_validation(images: ImageDataset, per_class: int, seed: int) -> ImageDataset:
    """Puts a part of the training images in the place of the test images, which stay unseen."""
    (x, y), held_out = split_per_class(images.x_train, images.y_train, per_class, seed=seed)
    return ImageDataset(images.name, x, y, *held_out, images.class_names)


def search(images: ImageDataset, options: argparse.Namespace) -> Results:
    """Runs the search, or what is left of it, and returns the accuracies of each sigma."""
    hyperparameters = keras_tuner.HyperParameters()
    hyperparameters.Choice("sigma", options.sigmas)
    tuner = SigmaSearch(
        objective=keras_tuner.Objective("val_accuracy", "max"),
        hyperparameters=hyperparameters,
        directory=options.output,
        project_name=project_name(options),
        overwrite=False,  # goes on where it was stopped
    )
    tuner.search(images=images, options=options, verbose=0)
    trials = tuner.oracle.get_best_trials(len(options.sigmas))
    return {
        trial.hyperparameters.get("sigma"): [
            trial.metrics.get_best_value(f"seed_{seed}") for seed in range(options.seeds)
        ]
        for trial in sorted(trials, key=lambda trial: trial.hyperparameters.get("sigma"))
    }


def name_of(sigma: float) -> str:
    return "no mask" if sigma == NO_MASK else f"sigma {sigma:g}"


def print_results(results: Results) -> None:
    """Prints the accuracies and what they allow to say."""
    print("\nValidation accuracy in %\n")
    print(f"{'':<12}{'mean':>8}{'lowest':>9}{'highest':>9}   minus no mask, same seeds")
    for sigma, values in results.items():
        line = f"{name_of(sigma):<12}{np.mean(values):>8.2f}{min(values):>9.2f}{max(values):>9.2f}"
        if sigma != NO_MASK:
            line += f"   {paired_difference(results[NO_MASK], values)}"
        print(line)
    best = max((sigma for sigma in results if sigma != NO_MASK), key=lambda s: np.mean(results[s]))
    print(f"\nBest sigma: {best:g} pixels.")
    print(paired_difference(results[NO_MASK], results[best]).verdict(f"sigma {best:g}"))
    print("And the best of several looks better than it is: compare it with no mask on test images")
    print("and with new seeds, as quickstart.py does, before you rely on it.")


def draw(results: Results, path: Path, title: str) -> None:
    """Saves the figure of validation accuracy over sigma."""
    figure, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    plain = np.mean(results[NO_MASK])
    axes.axhspan(min(results[NO_MASK]), max(results[NO_MASK]), color="0.5", alpha=0.15, lw=0)
    axes.axhline(plain, color="0.35", ls="--", label="no mask: mean, lowest to highest")
    masked = {sigma: values for sigma, values in results.items() if sigma != NO_MASK}
    means = [np.mean(values) for values in masked.values()]
    axes.plot(list(masked), means, "o-", color="C0", label="Gradient Mask: mean")
    for number, (sigma, values) in enumerate(masked.items()):
        label = "Gradient Mask: one seed each" if number == 0 else None
        axes.plot([sigma] * len(values), values, "_", color="C0", ms=11, alpha=0.6, label=label)
    axes.set(xlabel="sigma (pixels)", ylabel="validation accuracy (%)", title=title)
    axes.set_xticks(list(masked))
    figure.legend(loc="outside lower center", ncols=3, fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
