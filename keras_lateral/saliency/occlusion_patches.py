"""The patches that hide parts of an image, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from keras_lateral.keras_tools.arguments import is_positive


class OcclusionPatches:
    """Patches on a grid that cover every pixel.

    They start every `stride` pixels, and once more at the far end if pixels are left over.

    Args:
        spatial: Lengths of the image's spatial axes.
        patch: Side lengths in pixels, one for all axes or one for each.
        stride: Distances in pixels, likewise. Defaults to half the patch, rounded up.

    Raises:
        ValueError: If a patch is larger than the image, or a stride larger than the patch, so
            that pixels between patches would never be hidden.

    Example:

    >>> patches = OcclusionPatches((7,), patch=3, stride=2)
    >>> patches.corners, patches.grid
    ([(0,), (2,), (4,)], (3,))
    >>> patches.mean_over_pixels(np.array([[1.0, 3.0, 0.0]])).tolist()
    [[1.0, 1.0, 2.0, 3.0, 1.5, 0.0, 0.0]]
    """

    def __init__(
        self,
        spatial: Sequence[int],
        patch: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
    ) -> None:
        self.spatial = tuple(spatial)
        self.patch = _lengths("patch", patch, self.spatial, self.spatial)
        half = tuple((side + 1) // 2 for side in self.patch)
        self.stride = _lengths("stride", half if stride is None else stride, self.patch, spatial)
        axes = zip(self.spatial, self.patch, self.stride, strict=True)
        self._starts = [_starts(*axis) for axis in axes]

    @property
    def grid(self) -> tuple[int, ...]:
        """The number of patches along each axis."""
        return tuple(map(len, self._starts))

    @property
    def corners(self) -> list[tuple[int, ...]]:
        """The first pixel of each patch; the last axis runs fastest."""
        return list(product(*self._starts))

    def pixels(self, corner: Sequence[int]) -> tuple[slice, ...]:
        """Returns the slices of a patch along the spatial axes."""
        sides = zip(corner, self.patch, strict=True)
        return tuple(slice(first, first + side) for first, side in sides)

    def mean_over_pixels(self, values: np.ndarray) -> np.ndarray:
        """Returns at each pixel the mean over the patches that cover it.

        Args:
            values: Array of shape `(batch, patches)`, in the order of `corners`.

        Returns:
            Array of shape `(batch, *spatial)`.
        """
        total, count = np.zeros((len(values), *self.spatial)), np.zeros(self.spatial)
        for place, corner in enumerate(self.corners):
            pixels = self.pixels(corner)
            total[(slice(None), *pixels)] += values[:, place].reshape(-1, *[1] * len(pixels))
            count[pixels] += 1
        return total / count


def _starts(length: int, side: int, distance: int) -> list[int]:
    last = length - side
    starts = list(range(0, last, distance))
    return [*starts, last]


def _lengths(
    name: str, given: int | Sequence[int], most: Sequence[int], spatial: Sequence[int]
) -> tuple[int, ...]:
    values = tuple(given) if isinstance(given, Sequence) else (given,) * len(spatial)
    fits = len(values) == len(spatial) and all(map(is_positive, values))
    if not fits or any(value > limit for value, limit in zip(values, most, strict=True)):
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected whole numbers of pixels from 1 to "
            f"{tuple(most)}, one for each axis or one for all. Received: {name}={given}"
        )
    return tuple(int(value) for value in values)
