"""How a network is trained, as data: the part of a protocol that is the same for all arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Args:
        dataset: Name of the image set, as `load_images` takes it; `"noise"` needs no files.
        model: Name of a network of `keras_lateral.models`, as in `networks.py`.
        epochs: Epochs of training.
        batch_size: Images per batch.
        learning_rate: Learning rate at the start.
        schedule: `"cosine"`: falls to 0 along a half cosine, a step at a time. `"step"`: a tenth
            of it after one half, and a hundredth after three quarters, of the steps.
            `"constant"`: stays as it is.
        momentum: Momentum of SGD.
        decay: Weight decay, as coefficient of the weights in the gradient (L2). Keras' SGD takes
            the decay from the weights themselves; with momentum the same force in the long
            run is `decay / (1 - momentum)`.
        augment: Whether training images are mirrored and shifted by up to 4 pixels.
        image_size: Height and width in pixels, of noise only.
        images_per_class: Training images of each class, or `None` for all.
        test_per_class: Test images of each class, or `None` for all.
        held_out_per_class: If given, so many training images of each class are the test images
            instead. For choosing numbers: no test image is looked at.
        classes: Number of classes, of noise only.
        standardized: Whether the images' channels have mean 0 and deviation 1 over the training
            images; otherwise pixels are divided by 255.
        detailed: Whether a record also holds the test errors after every epoch, and for which class
            each test image that is wrong in the end was taken.
    """

    dataset: str
    model: str
    epochs: int
    batch_size: int = 128
    learning_rate: float = 0.1
    schedule: Literal["cosine", "step", "constant"] = "cosine"
    momentum: float = 0.9
    decay: float = 5e-4
    augment: bool = True
    image_size: int = 32
    images_per_class: int | None = None
    test_per_class: int | None = None
    held_out_per_class: int | None = None
    classes: int = 10
    standardized: bool = True
    detailed: bool = False
