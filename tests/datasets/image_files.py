"""Folders of small images to read."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image", reason="the extra `datasets`")


def pixels(number: int, height: int = 12, width: int = 12, channels: int = 3) -> Any:
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng([7, number]).integers(0, 256, shape, np.uint8)


def save(path: Path, array: Any, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)
    return path


def image_folder(root: Path, per_class: int = 4, names: tuple[str, ...] = ("cat", "dog")) -> Path:
    for label, name in enumerate(names):
        for number in range(per_class):
            save(root / name / f"{number}.png", pixels(100 * label + number))
    return root
