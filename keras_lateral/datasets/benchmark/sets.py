"""Known facts about the image sets of the small-data benchmark."""

from dataclasses import dataclass

SPLITS_URL = "https://github.com/lorenzobrigato/gem/tree/main/datasets"
NUMBERS = (0, 1, 2)
"""The numbers of the splits."""


@dataclass(frozen=True)
class BenchmarkSet:
    """An image set of the benchmark, as its repository expects it on a disk.

    Args:
        url: Where the images come from.
        images_per_class: Training images of each class in a split, at most.
        held_out_per_class: How many of them are for validation, at most.
        train: Number of training images of a split.
        test: Number of test images.
        folders: Names of the folder that holds the images; one of them is there.
        ending: The ending of the images' names, which the lists leave out.
        class_names: Names of the classes by label; none where they are in the paths.
        tests: Whether each split has test images of its own; otherwise all have those of split 0.
        balanced: Whether the test images are the same number of each class.
    """

    url: str
    images_per_class: int
    held_out_per_class: int
    train: int
    test: int
    folders: tuple[str, ...]
    ending: str = ""
    class_names: tuple[str, ...] = ()
    tests: bool = False
    balanced: bool = True


_SCRIPTS = (
    *("Caroline", "Cursiva", "Half_uncial", "Humanistic", "Humanistic_Cursive", "Hybrida"),
    *("Praegothica", "Semihybrida", "Semitextualis", "Southern_Textualis", "Textualis", "Uncial"),
)

FILES = {
    "eurosat": BenchmarkSet(
        "https://github.com/phelber/eurosat",
        50,
        20,
        500,
        19_500,
        ("RGB", "2750"),
        ".jpg",
        tests=True,
    ),
    "clamm": BenchmarkSet(
        "https://clamm.irht.cnrs.fr/icfhr2016-clamm/icfhr2016-clamm/",
        *(50, 20, 600, 1_000),
        ("images",),
        ".tif",
        _SCRIPTS,
        balanced=False,
    ),
    "isic2018": BenchmarkSet(
        "https://challenge.isic-archive.com/landing/2018/47",
        *(80, 30, 560, 1_944),
        ("ISIC2018_Task3_Training_Input",),
        ".jpg",
        ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC"),
        tests=True,
        balanced=False,
    ),
    "cub": BenchmarkSet(
        "http://www.vision.caltech.edu/visipedia/CUB-200-2011.html",
        *(30, 10, 5_994, 5_794),
        ("CUB_200_2011/images", "images"),
        ".jpg",
        balanced=False,
    ),
}
"""The sets of image files, with lists of those in each split."""

CIFAIR = {
    "cifair10": BenchmarkSet(
        "https://cvjena.github.io/cifair/",
        50,
        20,
        500,
        10_000,
        ("ciFAIR-10", "cifair-10", "cifair"),
    ),
    "cifair100": BenchmarkSet(
        "https://cvjena.github.io/cifair/",
        50,
        20,
        5_000,
        10_000,
        ("ciFAIR-100", "cifair-100", "cifair"),
    ),
}
"""The sets in CIFAR's format, whose splits are places in the order of the file."""

BENCHMARK = {**CIFAIR, **FILES}
