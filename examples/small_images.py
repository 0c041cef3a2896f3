"""The images that the examples train on, chosen on the command line."""

import argparse
import sys

from keras_lateral.datasets import ImageDataset, load_images

NAMES = ("digits", "mnist", "fashion_mnist", "cifar10", "cifar100")


def add_image_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--dataset`, `--data-dir` and `--limit`."""
    parser.add_argument(
        "--dataset",
        choices=NAMES,
        default="digits",
        help="digits needs no download; the others come from --data-dir, from the folder named by "
        "KERAS_LATERAL_DATA, or online through tensorflow-datasets (default: digits)",
    )
    parser.add_argument("--data-dir", help="folder that holds one folder per dataset")
    parser.add_argument(
        "--limit", type=positive, default=10, help="training images of each class (default: 10)"
    )


def positive(text: str) -> int:
    """Returns the number in `text`, at least 1, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, received {text}")
    return number


def load(options: argparse.Namespace) -> ImageDataset:
    """Returns all images of the chosen set, or exits with advice on what to do instead."""
    try:
        return load_images(options.dataset, data_dir=options.data_dir).scaled()
    except (FileNotFoundError, ImportError) as error:
        sys.exit(str(error))
