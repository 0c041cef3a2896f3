"""How far two cores get on CIFAR-10 with 50 images a class: a residual network, trained long.

KERAS_LATERAL_DATA=<folder> python -m experiments.small_data.further --seeds 0 1
KERAS_LATERAL_DATA=<folder> python -m experiments.small_data.further --seeds 0 --channels 32
python -m experiments.small_data.further --smoke                     (needs no data)

The published numbers are those of wide residual networks, trained for hundreds of epochs with much
weight decay, small batches, mirrored and shifted images. Here is the same on a small scale. Nothing
was tuned, and the test images are looked at once, after the last epoch.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from experiments.small_data.arms import cosine, images
from experiments.small_data.config import RESULTS, SIZES
from keras_lateral import cifar_resnet, decay_kernels, fit_with_methods

EPOCHS, BATCH_SIZE = 200, 10
RATE, MOMENTUM, L2 = 0.01, 0.9, 0.005
"""L2 is the coefficient of the weights in the gradient, about that of the published trainings."""


def network(image_shape: Sequence[int], classes: int, channels: int) -> keras.Model:
    """Returns ResNet-20 with these channels, compiled with SGD, momentum and decay of kernels."""
    model = cifar_resnet(image_shape, classes, depth=20, channels=channels)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    sgd = keras.optimizers.SGD(RATE, momentum=MOMENTUM, nesterov=True)
    model.compile(sgd, loss, metrics=["accuracy"])
    # Momentum adds a gradient up to 1 / (1 - momentum) times; decoupled decay acts once.
    return decay_kernels(model, L2 / (1 - MOMENTUM))


def trained(size_name: str, seed: int, channels: int, epochs: int) -> dict[str, Any]:
    """Trains one network, and returns what it reached on the test images."""
    data = images(SIZES[size_name]).scaled()
    keras.utils.set_random_seed(seed)
    model = network(data.image_shape, data.num_classes, channels)
    began = time.perf_counter()
    model = fit_with_methods(
        model,
        *(data.x_train, data.y_train, ["flip_and_shift"]),
        epochs=epochs,
        batch_size=BATCH_SIZE,
        callbacks=cosine(),
        seed=seed,
        verbose=2,
    )
    minutes = (time.perf_counter() - began) / 60
    loss, accuracy = model.evaluate(data.x_test, data.y_test, batch_size=250, verbose=0)
    return {
        "network": f"ResNet-20, {channels} channels",
        "seed": seed,
        "epochs": epochs,
        "accuracy": float(accuracy),
        "loss": float(loss),
        "minutes": minutes,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    known = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="SEED")
    known.add_argument("--channels", type=int, default=16)
    known.add_argument("--smoke", action="store_true", help="a short check that it all works")
    known.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    options = known.parse_args(arguments)
    name, epochs = ("smoke", 1) if options.smoke else ("cifar10", EPOCHS)
    options.results.mkdir(parents=True, exist_ok=True)
    for seed in options.seeds:
        file = options.results / f"{name}_further_{options.channels}_{seed}.json"
        if not file.exists():
            found = trained(name, seed, options.channels, epochs)
            file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
