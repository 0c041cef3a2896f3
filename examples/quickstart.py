"""The main job: the same small network on few real images, with and without Gradient Mask.

    python examples/quickstart.py
    python examples/quickstart.py --dataset cifar10 --limit 50 --seeds 3

Both networks of a seed start from the same weights and see the same images in the same order.
"""

import argparse
from functools import partial
from pathlib import Path

import keras
import numpy as np
from paired import paired_difference
from progress import ProgressBar
from small_images import add_image_options, describe, load, positive
from small_network import small_network

from keras_lateral import (
    GradientMaskConv2D,
    gradient_mask_report,
    mask_gradients,
    plot_gradient_mask,
    remove_gradient_mask,
)
from keras_lateral.datasets import ImageDataset

MASK = {"sigma": 1.0, "feature_sets": 1, "threshold": 0.1, "threshold_mode": "mean"}
ARMS = {
    "without": keras.layers.Conv2D,
    "with mask": partial(GradientMaskConv2D, **MASK),
}


def main(arguments: list[str] | None = None) -> None:
    options = read_options(arguments)
    images = load(options)
    print(f"Keras {keras.__version__} on {keras.config.backend()}")
    print(describe(images.subset(options.limit)))
    print(f"Gradient Mask: {', '.join(f'{name}={value}' for name, value in MASK.items())}\n")

    accuracy: dict[str, list[float]] = {arm: [] for arm in ARMS}
    bar = ProgressBar(epochs=options.seeds * len(ARMS) * options.epochs)
    for seed in range(options.seeds):
        part = images.subset(options.limit, seed=seed)
        networks = train_pair(part, options.epochs, seed, bar)
        for arm, network in networks.items():
            accuracy[arm].append(test_accuracy(network, part))
        pair = ", ".join(f"{values[-1]:.2f} % {arm}" for arm, values in accuracy.items())
        bar.report(f"seed {seed}: {pair}")
    print_comparison(accuracy)

    network = networks["with mask"]
    print("\nThe last network with masks, on its training images:")
    print(gradient_mask_report(network, part.x_train, part.y_train))
    options.output.mkdir(parents=True, exist_ok=True)
    draw(network, part, options.output / "gradient_mask.png")
    save_and_load(network, part, options.output)


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_image_options(parser)
    parser.add_argument("--epochs", type=positive, default=30, help="default: 30")
    parser.add_argument("--seeds", type=positive, default=5, help="pairs to train (default: 5)")
    parser.add_argument("--output", type=Path, default=Path("outputs/quickstart"))
    parser.add_argument("--smoke", action="store_true", help="only see that it runs: 2 seeds, tiny")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.limit, options.epochs, options.seeds = 5, 2, 2
    return options


def train_pair(
    part: ImageDataset, epochs: int, seed: int, bar: ProgressBar
) -> dict[str, keras.Model]:
    """Trains the network with each kind of convolution, everything else being the same."""
    networks, starts = {}, []
    for arm, convolution in ARMS.items():
        # Fixes the first weights, the order of the images and the dropout, for both arms alike.
        keras.utils.set_random_seed(seed)
        network = small_network(convolution, part.image_shape, part.num_classes)
        starts.append(network.get_weights())
        bar.label = f"seed {seed} {arm}"
        network.fit(
            part.x_train, part.y_train, batch_size=20, epochs=epochs, verbose=0, callbacks=[bar]
        )
        networks[arm] = network
    for first, second in zip(*starts, strict=True):
        np.testing.assert_array_equal(first, second, "the arms must start from the same weights")
    return networks


def test_accuracy(network: keras.Model, part: ImageDataset) -> float:
    """Returns the share of test images named rightly, in %."""
    results = network.evaluate(
        part.x_test, part.y_test, batch_size=200, verbose=0, return_dict=True
    )
    return 100 * float(results["accuracy"])


def print_comparison(accuracy: dict[str, list[float]]) -> None:
    """Prints every seed, the mean and spread of each arm, and the paired difference."""
    without, with_mask = accuracy.values()
    difference = paired_difference(without, with_mask)
    print("\nTest accuracy in %\n")
    print(f"{'seed':<10}{'without':>10}{'with mask':>12}{'difference':>13}")
    for seed, (first, second) in enumerate(zip(without, with_mask, strict=True)):
        print(f"{seed:<10}{first:>10.2f}{second:>12.2f}{second - first:>+13.2f}")
    print(f"{'mean':<10}{np.mean(without):>10.2f}{np.mean(with_mask):>12.2f}", end="")
    print(f"{difference.mean:>+13.2f}")
    if difference.pairs > 1:
        spreads = np.std([without, with_mask], axis=1, ddof=1)
        print(f"{'deviation':<10}{spreads[0]:>10.2f}{spreads[1]:>12.2f}")
    print(f"\nDifference, seed by seed: {difference}")
    print(difference.verdict("Gradient Mask"))


def draw(network: keras.Model, part: ImageDataset, path: Path) -> None:
    """Saves a figure of one image: a row per mask, from the gradient to what the mask lets pass."""
    x, y = part.x_train[:20], part.y_train[:20]
    figure, _ = plot_gradient_mask(mask_gradients(network, x, y), x)
    figure.savefig(path, dpi=120)
    print(f"\nFigure: {path}")


def save_and_load(network: keras.Model, part: ImageDataset, folder: Path) -> None:
    """Saves the network with masks and without, and checks that all three predict the same."""
    expected = network.predict(part.x_test, verbose=0)
    for saved, name in ((network, "network.keras"), (remove_gradient_mask(network), "plain.keras")):
        saved.save(folder / name)
        loaded = keras.models.load_model(folder / name)
        np.testing.assert_array_equal(loaded.predict(part.x_test, verbose=0), expected)
        print(f"Saved, loaded back, predicts the same: {folder / name}")
    print("plain.keras is made of Keras' own layers, and needs Keras alone.")


if __name__ == "__main__":
    main()
