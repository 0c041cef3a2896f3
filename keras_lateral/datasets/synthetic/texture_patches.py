"""Textures, one for each class, and patches of them pasted onto images."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_TEXTURE = -1
"""Stands for the number of a texture where an image has none."""


@dataclass(frozen=True)
class TexturePatches:
    """Square patches of stripes and spots.

        stripes(p) = cos(k.p + a),   spots(p) = (cos(k.p + a) + cos(k'.p + b)) / 2

    k has length 2 pi / wavelength and a different angle for each texture, k' is at right angles
    to it, and the phases a, b are random in each image: a texture, not a fixed picture.
    Half of the textures are stripes and half are spots, at angles as far apart as possible;
    the seed decides which class has which.

    Args:
        num_classes: Number of textures, at least 2.
        size: Height and width of a patch in pixels.
        strength: How strongly the patch covers the image, above 0 and up to 1:
            `(1 - strength) * image + strength * texture`.
        wavelength: Distance between stripes in pixels, at least 2. Defaults to a third of the
            size, but at least 3.
        seed: Non-negative integer that fixes which class has which texture, positions and phases.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets import TexturePatches
    >>> patches = TexturePatches(num_classes=4, size=6)
    >>> images = np.zeros((2, 16, 16, 1), "float32")
    >>> textured = patches.paste(images, [3, -1], value_range=(0, 1))
    >>> [int(np.count_nonzero(image)) for image in textured]
    [36, 0]
    """

    num_classes: int
    size: int
    strength: float = 1.0
    wavelength: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("num_classes", 2), ("size", 2), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
                raise _argument_error(name, f"an integer of at least {least}", value)
        if not 0 < self.strength <= 1:
            raise _argument_error("strength", "a number above 0 and up to 1", self.strength)
        if self.wavelength is not None and not self.wavelength >= 2:
            raise _argument_error("wavelength", "at least 2 pixels", self.wavelength)

    @property
    def period(self) -> float:
        """The distance between stripes in pixels."""
        return max(3.0, self.size / 3) if self.wavelength is None else float(self.wavelength)

    def textures(self, labels: Any, phases: Any) -> NDArray[np.float64]:
        """Returns the textures of these classes.

        Args:
            labels: Integers of shape `(images,)` from 0 to `num_classes - 1`.
            phases: Phases a, b in radians, of shape `(images, 2)`.

        Returns:
            float64 array of shape `(images, size, size)` from -1 to 1.
        """
        kinds = np.random.default_rng([self.seed, 0]).permutation(self.num_classes)[labels]
        spotted, place = kinds % 2 == 1, kinds // 2
        # Stripes look the same after half a turn, spots after a quarter.
        stripes, spots = (self.num_classes + 1) // 2, self.num_classes // 2
        angle = np.where(spotted, np.pi / 2 * place / spots, np.pi * place / stripes)
        c, s = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
        y, x = (2 * np.pi / self.period) * np.indices((self.size, self.size))
        a, b = np.asarray(phases, "float64").T[..., None, None]
        first, second = np.cos(c * x + s * y + a), np.cos(c * y - s * x + b)
        return np.where(spotted[:, None, None], (first + second) / 2, first)

    def paste(
        self, images: Any, textures: Any, value_range: tuple[float, float], draw: int = 0
    ) -> NDArray[Any]:
        """Returns the images, each with a patch of its texture.

        Positions and phases depend only on the seed, on `draw` and on the number of images: with
        other textures the same images have their patches at the same positions.

        Args:
            images: Array of shape `(images, height, width, channels)`.
            textures: Integers of shape `(images,)`, the texture of each; -1 for none.
            value_range: The lowest and highest value of a pixel.
            draw: Non-negative integer; another one gives other positions and phases.

        Returns:
            Array of the same shape and dtype; integer pixels are rounded.

        Raises:
            ValueError: If the textures do not match the images, or the patches do not fit in them.
        """
        images, textures = np.asarray(images), np.asarray(textures)
        self._check(images, textures)
        rng = np.random.default_rng([self.seed, 1, draw])
        rows, columns = (
            rng.integers(0, length - self.size + 1, len(images)) for length in images.shape[1:3]
        )
        phases = rng.uniform(0, 2 * np.pi, (len(images), 2))
        pasted = images.copy()
        (chosen,) = np.nonzero(textures != NO_TEXTURE)
        low, high = value_range
        drawn = low + (high - low) * (1 + self.textures(textures[chosen], phases[chosen])) / 2
        for place, texture in zip(chosen, drawn, strict=True):
            row, column = rows[place], columns[place]
            patch = np.s_[place, row : row + self.size, column : column + self.size]
            mixed = (1 - self.strength) * images[patch] + self.strength * texture[..., None]
            pasted[patch] = np.rint(mixed) if images.dtype.kind in "iu" else mixed
        return pasted

    def _check(self, images: NDArray[Any], textures: NDArray[Any]) -> None:
        if images.ndim != 4 or min(images.shape[1:3]) < self.size:
            raise ValueError(
                "Invalid value for argument `images`. Expected shape (images, height, width, "
                f"channels), with room for patches of {self.size} x {self.size} pixels. "
                f"Received: shape={images.shape}"
            )
        whole = textures.shape == images.shape[:1] and np.issubdtype(textures.dtype, np.integer)
        if not whole or np.any((textures < NO_TEXTURE) | (textures >= self.num_classes)):
            raise ValueError(
                f"Invalid value for argument `textures`. Expected {len(images)} integers from -1, "
                f"for none, to {self.num_classes - 1}. Received: textures={textures!r}"
            )


def _argument_error(name: str, expected: str, value: Any) -> ValueError:
    return ValueError(
        f"Invalid value for argument `{name}`. Expected {expected}. Received: {name}={value!r}"
    )
