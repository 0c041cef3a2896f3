"""Images with a shortcut: a texture that predicts the class in training but not in the test."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.synthetic.texture_patches import NO_TEXTURE, TexturePatches

TextureCue = Literal["aligned", "absent", "random", "conflicting"]
"""Which texture a test image has: its class's, none, any, or another class's."""


@dataclass(frozen=True, eq=False)
class TextureShortcut:
    """Images whose texture predicts the class in training, as returned by `texture_shortcut`.

    Args:
        images: An `ImageDataset`: the training images with textures, the test images without.
        textures_train: int array of shape `(training images,)`: the class whose texture each image
            has, or -1 for none.
        tests: For each cue the test images with its textures, and these textures, an
            int array of shape `(test images,)`. The labels are `images.y_test` under every cue.
        patches: The patches from which the textures were made.

    Example:

    >>> from keras_lateral.datasets import synthetic_shapes, texture_shortcut
    >>> shortcut = texture_shortcut(synthetic_shapes(5, 5), size=10)
    >>> x, textures = shortcut.tests["conflicting"]
    >>> x.shape, bool((textures != shortcut.images.y_test).all())
    ((20, 32, 32, 1), True)
    """

    images: ImageDataset
    textures_train: NDArray[Any]
    tests: Mapping[TextureCue, tuple[NDArray[Any], NDArray[Any]]]
    patches: TexturePatches

    def dataset(self, cue: TextureCue = "absent") -> ImageDataset:
        """Returns the training images, and the test images with the textures of this cue."""
        if cue not in self.tests:
            raise ValueError(
                f"Invalid value for argument `cue`. Expected one of {list(self.tests)}. "
                f"Received: cue={cue!r}"
            )
        name = f"{self.images.name}, texture {cue}"
        return replace(self.images, name=name, x_test=self.tests[cue][0])

    def scaled(self) -> "TextureShortcut":
        """Returns the same images as `float32` in [0, 1]."""
        factor = np.float32(self.images.max_value)
        tests = {
            cue: (x.astype("float32") / factor, textures)
            for cue, (x, textures) in self.tests.items()
        }
        return replace(self, images=self.images.scaled(), tests=tests)


def texture_shortcut(
    images: ImageDataset,
    *,
    size: int | None = None,
    strength: float = 1.0,
    wavelength: float | None = None,
    share: float = 0.95,
    seed: int = 0,
) -> TextureShortcut:
    """Plants a shortcut in images: the "leopard sofa" problem under controlled conditions.

    A network that learned leopards by their spots classifies a spotted sofa as a leopard. Here each
    class gets a texture; a `share` of the training images of a class get a patch of it at a random
    position, the others none. The same test images come with the texture of their class
    (`"aligned"`), with none (`"absent"`), with that of any class (`"random"`) and with that of
    another class (`"conflicting"`), always at the same position: a difference in accuracy between
    aligned and conflicting is due to the texture alone, since the patch hides the same in both.

    Args:
        images: Any images; `synthetic_shapes` needs no data.
        size: Height and width of a patch in pixels. Defaults to a third of the shorter
            side, but at least 4.
        strength: How strongly the patch covers the image, above 0 and up to 1.
        wavelength: Distance between stripes in pixels. Defaults to a third of `size`.
        share: The share of each class's training images that have the texture, rounded.
        seed: Non-negative integer that fixes which class has which texture, and every patch.

    Returns:
        A `TextureShortcut`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> import numpy as np
    >>> from keras_lateral.datasets import synthetic_shapes, texture_shortcut
    >>> shortcut = texture_shortcut(synthetic_shapes(20, 5), share=0.9, seed=1)
    >>> textures, y = shortcut.textures_train, shortcut.images.y_train
    >>> int(np.sum(textures == y)), int(np.sum(textures == -1))
    (72, 8)

    Reference:

    - [Geirhos et al., 2019, ImageNet-trained CNNs are biased towards texture](
      https://arxiv.org/abs/1811.12231), which lets shape and texture conflict
    """
    if not 0 <= share <= 1:
        raise ValueError(
            "Invalid value for argument `share`. Expected a number from 0 to 1. "
            f"Received: share={share!r}"
        )
    size = max(4, min(images.image_shape[:2]) // 3) if size is None else size
    patches = TexturePatches(images.num_classes, size, strength, wavelength, seed)
    textures_train = _training_textures(images.y_train, share, seed)
    value_range = (0.0, images.max_value)
    x_train = patches.paste(images.x_train, textures_train, value_range, draw=0)
    tests = {}
    for cue in get_args(TextureCue):
        textures = textures_for(cue, images.y_test, images.num_classes, seed)
        tests[cue] = (patches.paste(images.x_test, textures, value_range, draw=1), textures)
    planted = (f"In training a texture goes with the class in a share {share:g} of the images.",)
    planted_images = replace(images, x_train=x_train, notes=images.notes + planted)
    return TextureShortcut(planted_images, textures_train, tests, patches)


def textures_for(cue: TextureCue, y: Any, num_classes: int, seed: int = 0) -> NDArray[np.int64]:
    """Returns the textures that images of these classes get.

    Args:
        cue: `"aligned"`, `"absent"`, `"random"` or `"conflicting"`.
        y: Labels of shape `(images,)`.
        num_classes: Number of classes.
        seed: Non-negative integer that fixes the random choices.

    Returns:
        Integers of shape `(images,)`; -1 for none.
    """
    y = np.asarray(y, np.int64)
    rng = np.random.default_rng([seed, 2])
    if cue == "aligned":
        return y
    if cue == "absent":
        return np.full_like(y, NO_TEXTURE)
    if cue == "random":
        return rng.integers(0, num_classes, len(y))
    if cue == "conflicting":
        return (y + rng.integers(1, num_classes, len(y))) % num_classes
    raise ValueError(
        f"Invalid value for argument `cue`. Expected one of {list(get_args(TextureCue))}. "
        f"Received: cue={cue!r}"
    )


def _training_textures(y: NDArray[Any], share: float, seed: int) -> NDArray[np.int64]:
    """Returns the labels for a share of the images of each class, and -1 for the others."""
    textures = np.full(len(y), NO_TEXTURE, np.int64)
    for label in np.unique(y).tolist():
        places = np.random.default_rng([seed, 3, label]).permutation(np.flatnonzero(y == label))
        textures[places[: round(share * len(places))]] = label
    return textures
