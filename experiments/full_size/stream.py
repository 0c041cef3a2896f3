"""Images that do not fit in memory, read as they are trained on: ImageNet, through TensorFlow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lateral.datasets.published.from_tensorflow_datasets import (
    NotAvailableError,
    prepared_builder,
)
from keras_lateral.method import Batches

IMAGENET = "imagenet2012"
"""Its name in tensorflow-datasets."""

SIDE, BEFORE_CROP = 224, 256
"""Pixels of what the network sees; shorter side of a test image before its centre is cut out."""

SHUFFLED = 10_000
"""Images from which the next one is drawn."""

MEAN = np.array([123.675, 116.28, 103.53], "float32")
DEVIATION = np.array([58.395, 57.12, 57.375], "float32")
"""Of ImageNet's training images, by channel, as everyone uses them."""


@dataclass(frozen=True, eq=False)
class StreamedImages:
    """A set of tensorflow-datasets that is read as it is trained on.

    Args:
        builder: The set's builder, prepared.
        test: Name of the split to test on.
        side: Pixels of what the network sees.
    """

    builder: Any
    test: str = "validation"
    side: int = SIDE

    @property
    def classes(self) -> int:
        return int(self.builder.info.features["label"].num_classes)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.side, self.side, 3

    def steps(self, batch_size: int) -> int:
        """Returns the number of batches of an epoch."""
        return math.ceil(self.builder.info.splits["train"].num_examples / batch_size)

    def batches(
        self, batch_size: int, seed: int, epoch: int, augment: bool, change: Batches | None = None
    ) -> Any:
        """Returns the batches of an epoch; with one seed, the same in every arm."""
        import tensorflow as tf

        if change is not None:
            raise ValueError("A method that changes batches needs images that fit in memory.")

        examples = self._examples("train", seed=_one_number(seed, epoch))
        examples = examples.shuffle(SHUFFLED, seed=_one_number(seed, epoch)).enumerate()
        change = random_part if augment else _centre_of_numbered

        def prepared(place: Any, example: Any) -> Any:
            numbers = tf.stack([tf.constant(_one_number(seed, epoch), tf.int64), place])
            return standardized(change(example["image"], self.side, numbers)), example["label"]

        found = examples.map(prepared, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        counted = tf.data.experimental.assert_cardinality(self.steps(batch_size))
        return found.batch(batch_size).apply(counted).prefetch(tf.data.AUTOTUNE)

    def test_batches(self, batch_size: int = 250) -> Any:
        """Returns the test images' centres, always in the same order."""
        import tensorflow as tf

        def prepared(example: Any) -> Any:
            return standardized(centre(example["image"], self.side)), example["label"]

        examples = self._examples(self.test)
        found = examples.map(prepared, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        return found.batch(batch_size).prefetch(tf.data.AUTOTUNE)

    def trained_part(self, most: int) -> list[Any]:
        """Returns no training images: they are not read once more."""
        del most
        return []

    def _examples(self, split: str, seed: int | None = None) -> Any:
        import tensorflow_datasets as tfds

        order = tfds.ReadConfig(shuffle_seed=seed) if seed is not None else None
        return self.builder.as_dataset(split, shuffle_files=seed is not None, read_config=order)


def _one_number(seed: int, epoch: int) -> int:
    return 100_003 * seed + epoch


def random_part(image: Any, side: int, numbers: Any) -> Any:
    """Returns a random part of an image, resized, and mirrored or not.

    The part has 8 to 100 % of the image's area and sides of 3 : 4 to 4 : 3 (Szegedy et al., 2015).

    Args:
        image: uint8 `(height, width, 3)`.
        side: Height and width of the result, in pixels.
        numbers: Two int64 that fix what is drawn.
    """
    import tensorflow as tf

    whole = tf.constant([[[0.0, 0.0, 1.0, 1.0]]])
    begin, size, _ = tf.image.stateless_sample_distorted_bounding_box(
        tf.shape(image),
        whole,
        seed=numbers,
        aspect_ratio_range=(3 / 4, 4 / 3),
        area_range=(0.08, 1.0),
        use_image_if_no_bounding_boxes=True,
    )
    part = tf.image.resize(tf.slice(image, begin, size), (side, side))
    part.set_shape((side, side, 3))
    return tf.image.stateless_random_flip_left_right(part, numbers + 1)


def centre(image: Any, side: int) -> Any:
    """Returns the centre of an image whose shorter side is first resized to 256 of 224 parts."""
    import tensorflow as tf

    lengths = tf.cast(tf.shape(image)[:2], "float32")
    shorter = side * BEFORE_CROP / SIDE
    lengths = tf.cast(tf.math.ceil(lengths * shorter / tf.reduce_min(lengths)), "int32")
    resized = tf.image.resize(image, lengths)
    return tf.image.resize_with_crop_or_pad(resized, side, side)


def _centre_of_numbered(image: Any, side: int, numbers: Any) -> Any:
    del numbers  # nothing is drawn
    return centre(image, side)


def standardized(image: Any) -> Any:
    """Returns an image whose channels have about mean 0 and deviation 1 over ImageNet."""
    return (image - MEAN) / DEVIATION


def imagenet() -> StreamedImages:
    """Returns ImageNet, as tensorflow-datasets has prepared it.

    Raises:
        FileNotFoundError: If it is not prepared; the message says how to.
    """
    try:
        builder = prepared_builder(IMAGENET, "https://image-net.org", download=False)
    except NotAvailableError as error:
        raise FileNotFoundError(
            f"ImageNet is needed and not at hand: {error}. Put its archives into the folder "
            "`downloads/manual` of tensorflow-datasets and run "
            "`tensorflow_datasets.builder('imagenet2012').download_and_prepare()`."
        ) from error
    return StreamedImages(builder)
