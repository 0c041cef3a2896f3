"""The splits of the small-data benchmark, so that numbers can be compared with published ones."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_lateral.datasets.benchmark.cifar_batches import read_batch, read_batches
from keras_lateral.datasets.benchmark.sets import BENCHMARK, CIFAIR, NUMBERS, BenchmarkSet
from keras_lateral.datasets.benchmark.split_lists import layout_of_split
from keras_lateral.datasets.dataset import ImageDataset
from keras_lateral.datasets.folder.arguments import FolderOptions
from keras_lateral.datasets.folder.framing import CROP, Resize, Size
from keras_lateral.datasets.folder.image_folder import dataset_of
from keras_lateral.datasets.per_class import places_in_order
from keras_lateral.text import shown

_SOURCE = "small-data benchmark"


def load_small_benchmark(
    name: str,
    folder: str | os.PathLike[str],
    *,
    split: int = 0,
    validation: bool = False,
    image_size: int | Size | None = None,
    resize: Resize = CROP,
) -> ImageDataset:
    """Loads an image set of the small-data benchmark with one of its published splits.

    Nothing is downloaded, and no list is part of this library: both are read from your folder, as
    the benchmark's own repository expects them there, https://github.com/lorenzobrigato/gem; the
    lists lie in it, and an error says where to get the images. The set is known by its folder:

        eurosat    trainval0.txt, test0.txt, ...; RGB/AnnualCrop/AnnualCrop_1.jpg, ...
        clamm      trainval0.txt, test0.txt, ...; images/*.tif
        isic2018   trainval0.txt, test0.txt, ...; ISIC2018_Task3_Training_Input/*.jpg
        cub        trainval0.txt, test0.txt, ...; CUB_200_2011/images/001.../*.jpg
        cifair10   ciFAIR-10/data_batch_1, ..., data_batch_5, test_batch
        cifair100  ciFAIR-100/train, test

    The splits of ciFAIR need no list: number i trains on the images 50 i to 50 i + 49 of each
    class, in the order of the file. For CIFAR-10 and CIFAR-100 `few_to_train(data, 50, split=i)`
    picks the same images; their test images are not ciFAIR's.

    The benchmark chooses settings on `train` and `val`, then trains on both (`trainval`), ten times
    for each of the three splits, and reports the mean **balanced accuracy**. Its networks see
    `cub`, `clamm` and `isic2018` at 224 x 224 pixels.

    Args:
        name: `"cifair10"`, `"cifair100"`, `"eurosat"`, `"clamm"`, `"isic2018"` or `"cub"`.
        folder: The folder of the set, or one that holds a folder of this name.
        split: Number of the split: 0, 1 or 2.
        validation: Whether part of the training images is kept apart for validation, as the
            benchmark does to choose settings: 30 of 50 are then trained on.
        image_size: `(height, width)`, or the side of a square, see `load_image_folder`. ciFAIR's
            images are always 32 x 32.
        resize: What is done with images of another aspect ratio, see `load_image_folder`.

    Returns:
        An `ImageDataset`, `uint8`. A note says if images are missing of those that were published.

    Raises:
        ValueError: If the name or the number is unknown, or a file is damaged or missing in a list.
        FileNotFoundError: If the images or lists are not there. The message says where to get them.
        ImportError: If Pillow or imagehash is missing.

    Example:

    >>> from keras_lateral.datasets import load_small_benchmark
    >>> load_small_benchmark("cifair10", "nowhere")
    Traceback (most recent call last):
    FileNotFoundError: Invalid value for argument `folder`. Expected the folder of `cifair10`. ...

    References:

    - Brigato, Barz, Iocchi, Denzler, "Image Classification with Small Datasets: Overview and
      Benchmark", IEEE Access 10, 2022, https://doi.org/10.1109/ACCESS.2022.3172939.
    - Barz, Denzler, "Do We Train on Test Data? Purging CIFAR of Near-Duplicates", 2020,
      https://arxiv.org/abs/1902.00423 (ciFAIR).
    """
    if name not in BENCHMARK:
        raise ValueError(
            f"Invalid value for argument `name`. Expected one of {{{', '.join(BENCHMARK)}}}. "
            f"Received: name={name!r}"
        )
    if split not in NUMBERS or isinstance(split, bool):
        raise ValueError(
            f"Invalid value for argument `split`. Expected 0, 1 or 2. Received: split={split!r}"
        )
    root, facts = _folder_of(name, Path(folder)), BENCHMARK[name]
    if name in CIFAIR:
        if image_size is not None:
            raise ValueError(
                "Invalid value for argument `image_size`. Expected None: the images of "
                f"{name!r} are 32 x 32. Received: image_size={image_size!r}"
            )
        data = _cifair(name, facts, root, split, validation)
    else:
        options = FolderOptions(image_size=image_size, resize=resize, groups=False)
        images, layout = layout_of_split(name, facts, root, split, validation)
        data = replace(dataset_of(images, layout, options, 0.5), name=name, source=_SOURCE)
    data = replace(data, notes=(*data.notes, *_notes(data, facts)))
    for note in data.alarms:
        warnings.warn(note, UserWarning, stacklevel=2)
    return data


def _folder_of(name: str, folder: Path) -> Path:
    folder = folder.expanduser()
    root = folder / name if (folder / name).is_dir() else folder
    if not root.is_dir():
        raise FileNotFoundError(
            f"Invalid value for argument `folder`. Expected the folder of `{name}`. Received: "
            f"folder={shown(folder)}, which is none. Get the images from {BENCHMARK[name].url}."
        )
    return root


def _cifair(
    name: str, facts: BenchmarkSet, root: Path, split: int, validation: bool
) -> ImageDataset:
    folder = next((root / text for text in facts.folders if (root / text).is_dir()), root)
    small = name == "cifair10"
    trained = [folder / f"data_batch_{n}" for n in range(1, 6)] if small else [folder / "train"]
    tested = folder / ("test_batch" if small else "test")
    for path in (*trained, tested):
        if not path.is_file():
            raise FileNotFoundError(
                f"The images of `{name}` were not found: the file {shown(path)} is missing. Get "
                f"them from {facts.url}, in the version for Python."
            )
    (x, y), (x_test, y_test) = read_batches(trained), read_batches([tested])
    train = places_in_order(y, facts.images_per_class, split)
    kept: NDArray[np.int64] | None = None
    if validation:
        place_in_class = np.concatenate([np.arange(n) for n in np.bincount(y[train]) if n])
        first = facts.images_per_class - facts.held_out_per_class
        train, kept = train[place_in_class < first], train[place_in_class >= first]
    return ImageDataset(
        name=name,
        x_train=x[train],
        y_train=y[train],
        x_test=x_test,
        y_test=y_test,
        class_names=_class_names(folder / ("batches.meta" if small else "meta"), y, y_test),
        source=_SOURCE,
        notes=(
            f"Split {split} of the small-data benchmark: of each class, "
            f"{facts.images_per_class} images from place {facts.images_per_class * split} on.",
        ),
        x_validation=None if kept is None else x[kept],
        y_validation=None if kept is None else y[kept],
    )


def _class_names(path: Path, *labels: NDArray[Any]) -> tuple[str, ...]:
    """Returns the names of the classes, or their numbers if their file is not there."""
    number = max(int(y.max()) for y in labels) + 1
    if path.is_file():
        meta = read_batch(path)
        names = meta.get("fine_label_names", meta.get("label_names", ()))
        if len(names) >= number:
            return tuple(n.decode() if isinstance(n, bytes) else str(n) for n in names)
    return tuple(map(str, range(number)))


def _notes(data: ImageDataset, facts: BenchmarkSet) -> Iterator[str]:
    train = len(data.x_train) + (0 if data.x_validation is None else len(data.x_validation))
    if (train, len(data.x_test)) != (facts.train, facts.test):
        yield (
            f"A part of {data.name}: {train:,} of {facts.train:,} training and "
            f"{len(data.x_test):,} of {facts.test:,} test images. Accuracies are not comparable "
            "with published ones."
        )
    if not facts.balanced:
        yield (
            "The test images are not the same number of each class: compare the balanced accuracy "
            "with published numbers."
        )
