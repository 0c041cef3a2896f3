"""The folder in which the same command finds its trainings again."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import keras

from keras_lateral.comparison.command.model_options import model_identity
from keras_lateral.comparison.identity import digest_of_images
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folds import ImageFolds
from keras_lateral.files import RESULTS

OF_TRAINING = (
    *("model", "learning_rate", "schedule", "augment", "epochs", "batch_size", "robustness"),
)
"""The options that say how it is trained and tested. What was read from where shows in the pixels,
and methods, seeds and workers leave earlier trainings valid."""


def result_folder(options: argparse.Namespace, data: ImageDataset | ImageFolds) -> Path:
    """Returns a folder that the same command finds again, and a different one does not.

    It is known by the pixels and labels of the images and by the settings of the training. So a
    folder of images may be moved, or have another name.

    Args:
        options: Options as read by `add_compare`, with nothing left to fill in.
        data: The images that they select.
    """
    images = digest_of_images(data.scaled())
    asked = {name: str(getattr(options, name)) for name in OF_TRAINING}
    asked |= model_identity(options)
    asked |= {} if options.tune is None else {"tune": str(options.tune)}
    digest = _digest({**asked, "images": images, "keras": _keras()})
    found = sorted(Path(RESULTS).glob(f"*-{digest}"))
    before = _folder_of_before(options)
    if not found and _images_in(before) == images:
        return before
    return found[0] if found else Path(RESULTS) / f"{_safe(data.name)}-{digest}"


_OPTIONS_OF_BEFORE = (
    *("images", "dataset", "data_dir", "limit", "image_size", "grayscale", "test_share"),
    *("data_seed", "model", "epochs", "batch_size", "learning_rate", "schedule", "augment"),
    *("robustness", "smoke"),
)


def _folder_of_before(options: argparse.Namespace) -> Path:
    """Returns the folder of the same command in version 0.1.0, which went by the options."""
    asked = {name: str(getattr(options, name)) for name in _OPTIONS_OF_BEFORE}
    name = options.dataset
    if options.images is not None:
        asked["images"] = str(options.images.expanduser().resolve())
        name = options.images.expanduser().resolve().name
    return Path(RESULTS) / f"{_safe(name)}-{_digest({**asked, 'keras': _keras()})}"


def _images_in(folder: Path) -> Any:
    """Returns the digest of the images that the trainings in a folder were made with."""
    try:
        return json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["images_digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digest(asked: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:8]


def _keras() -> str:
    return f"{keras.__version__} {keras.config.backend()}"


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]
