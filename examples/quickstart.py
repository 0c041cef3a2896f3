"""The main task: which method helps a network on few real images, by how much, and is that luck?

    python examples/quickstart.py

The command `keras-lateral compare --dataset digits --limit 10 --epochs 15 --batch-size 20` does the
same, and with `--images FOLDER` it does so on your images. Stop it and start it again: it resumes.
"""

import sys
from pathlib import Path

from keras_lateral import (
    AlternatingEpochs,
    CosineLearningRate,
    compare,
    network_builder,
    receptive_field_freeze_method,
    write_report,
)
from keras_lateral.datasets import few_to_train, load_images

# The learning rate falls to nearly 0: in the last epoch a freeze would have nothing to stop.
FREEZE = receptive_field_freeze_method(epochs=AlternatingEpochs())
METHODS = ["gradient_mask", "frame_regularizer", FREEZE]
OUTPUT = Path("outputs/quickstart")


def main(arguments: list[str]) -> None:
    smoke = "--smoke" in arguments  # only checks that it runs
    few, tested = (5, 5) if smoke else (10, None)  # all others are tested on
    images = few_to_train(load_images("digits"), few, test_per_class=tested)
    print(images)
    comparison = compare(
        network_builder("small", images.image_shape, images.num_classes),
        images,
        METHODS[:1] if smoke else METHODS,
        seeds=2 if smoke else 5,
        epochs=2 if smoke else 15,
        batch_size=20,
        callbacks=lambda: [CosineLearningRate()],
        folder=OUTPUT / ("smoke" if smoke else "runs"),
    )
    print(comparison)
    write_report(comparison, OUTPUT / "report.html")
    print(f"\nReport: {OUTPUT / 'report.html'}")


if __name__ == "__main__":
    main(sys.argv[1:])
