"""Pictures, and the ways in which copies of them come about."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.datasets.image_files import Image


def scene(number: int, side: int = 96) -> Any:
    """A picture of soft blobs in colours."""
    rng = np.random.default_rng(number)
    rows, columns = np.mgrid[:side, :side] / side
    image = np.full((side, side, 3), rng.uniform(90, 160, 3))
    for _ in range(8):
        y, x, radius = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.05, 0.2)
        blob = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / radius**2)
        image += blob[..., None] * rng.uniform(-60, 60, 3)
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))


def as_jpeg(quality: int) -> Callable[[Any], Any]:
    def save(image: Any) -> Any:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        return Image.open(file)

    return save


def half(image: Any) -> Any:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def brighter(image: Any) -> Any:
    return Image.fromarray(np.clip(np.asarray(image, int) + 25, 0, 255).astype(np.uint8))


def grey(image: Any) -> Any:
    return image.convert("L")
