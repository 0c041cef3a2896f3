"""Images with a shortcut: in training a texture goes with the class, in the test it need not."""

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
    """Images whose texture goes with the class in training. `texture_shortcut` makes it.

    Args:
        images: An `ImageDataset`: the training images with textures, the test images without.
        textures_train: int array of shape `(training images,)`: whose texture each has; -1: none.
        tests: For each cue the test images with the textures that it says, and these textures, an
            int array of shape `(test images,)`. The labels are `images.y_test` under every cue.
        patches: How the textures were made.

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
        """Returns the training images, and the test images with the textures that `cue` says."""
        if cue not in self.tests:
            raise ValueError(
                f"Invalid value for argument `cue`. Expected one of {list(self.tests)}. "
                f"Received: cue={cue!r}"
            )
        name = f"{self.images.name}, texture {cue}"
        return replace(self.images, name=name, x_test=self.tests[cue][0])

    def scaled(self) -> "TextureShortcut":
        """The same images as `float32` in [0, 1]."""
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
    """Plants a shortcut in images: the "leopard sofa" problem, made to measure.

    A network that learned leopards by their spots names a spotted sofa a leopard. Here each class
    gets a texture, and `share` of the training images of a class a patch of it at a random place,
    the others none. The same test images come with the texture of their class (`"aligned"`), with
    none (`"absent"`), with that of any class (`"random"`) and with that of another class
    (`"conflicting"`), the patch at the same place: what differs in accuracy between aligned and
    conflicting is due to the texture alone, since it hides the same in both.

    Args:
        images: Any images; `synthetic_shapes` needs no data.
        size: Height and width of a patch in pixels. Defaults to a third of the shorter
            side, and at least 4.
        strength: How much the patch hides of the image, above 0 and up to 1.
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
    textures_train = _some(images.y_train, share, seed)
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
    """Returns which texture images of these classes get.

    Args:
        cue: `"aligned"`, `"absent"`, `"random"` or `"conflicting"`.
        y: Labels of shape `(images,)`.
        num_classes: Number of classes.
        seed: Non-negative integer that fixes what is drawn.

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


def _some(y: NDArray[Any], share: float, seed: int) -> NDArray[np.int64]:
    """Returns the labels, and -1 in the place of some of each class."""
    textures = np.full(len(y), NO_TEXTURE, np.int64)
    for label in np.unique(y).tolist():
        places = np.random.default_rng([seed, 3, label]).permutation(np.flatnonzero(y == label))
        textures[places[: round(share * len(places))]] = label
    return textures
