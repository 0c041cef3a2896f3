"""The options of `keras-lateral compare`."""

from __future__ import annotations

import argparse
from typing import Any

from keras_lateral.comparison.command.division import check_division, grouping
from keras_lateral.comparison.command.method_files import check_each_once, check_typed, parts_of
from keras_lateral.comparison.command.model_options import add_model, check_model
from keras_lateral.comparison.command.parser import path
from keras_lateral.comparison.command.reading_options import (
    add_reading,
    check_reading,
    dataset_name,
)
from keras_lateral.comparison.command.recommendation import (
    EFFECT,
    add_recommendation,
    check_recommendation,
)
from keras_lateral.comparison.command.targets import check_targets
from keras_lateral.comparison.command.tuning import add_tuning
from keras_lateral.comparison.devices.names import is_gpu_name
from keras_lateral.datasets.benchmark.sets import BENCHMARK
from keras_lateral.datasets.published.sets import NAMES
from keras_lateral.methods import MAIN_METHODS, REMEDIES, all_combinations, known_methods
from keras_lateral.text import Column, text_table

_ABOUT = """\
Does it help on my images? Trains a network several times with and without each method, in pairs
that start from the same weights and see the same images in the same order, and says for each
method how much better or worse it is, and whether that may be luck.

Put your images in one folder for each class:

    photos/cats/001.jpg        keras-lateral compare --images photos --report out.html
    photos/cats/002.jpg
    photos/dogs/001.png        Each of five seeds tests another fifth and trains on the others. If
    ...                        there are photos/train/cats and photos/test/cats, every seed trains
                               and tests on these.

Stop it at any time with Ctrl-C: the same command resumes with what is left."""

_EXAMPLES = """\
  Methods joined by + are used together. "all" means the main methods with all their
  combinations, and all remedies; the name of a family means all its methods. FILE.py:NAME is a
  method of your own: a `Method` in that file, or a function that returns one.
  receptive_field_freeze freezes the last epoch, or every other one where the learning rate ends
  near 0, as it does unless --schedule is constant.

examples:
  keras-lateral compare --dataset digits --limit 10
  keras-lateral compare --images photos --smoke            checks in a minute that it works
  keras-lateral compare --images photos --seeds 10 --report out.html
  keras-lateral compare --images photos --until-sure --minutes 60
  keras-lateral compare --dataset cifar10 --limit 50 --methods all --workers 2
  keras-lateral compare --images photos --methods gradient_mask gradient_mask+frame_regularizer

How to read the result: docs/guides/compare.md"""


def _methods_text() -> str:
    """Returns the known methods, family by family."""
    width = max(len(line.name) for line in known_methods())
    columns = (Column(align="<"), Column(align="<", width=width, gap=0), Column(align="<"))
    families = dict.fromkeys(line.family for line in known_methods())
    tables = (
        text_table(columns, [("  ", line.name, line.summary) for line in known_methods(family)])
        for family in families
    )
    return "\n".join(
        "\n".join([f"methods, {family}:", *lines, ""])
        for family, lines in zip(families, tables, strict=True)
    )


def add_compare(commands: Any) -> None:
    """Adds the command `compare` with its options."""
    parser = commands.add_parser(
        "compare",
        help="does it help on my images? trains with and without each method and compares",
        description=_ABOUT,
        epilog=f"{_methods_text()}\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_images(parser.add_argument_group("images (one of the first two is needed)"))
    _add_training(parser.add_argument_group("training"))
    _add_results(parser.add_argument_group("results"))


def _add_images(group: Any) -> None:
    source = group.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--images", type=path, metavar="FOLDER", help="your images: a folder for each class"
    )
    source.add_argument(
        "--dataset",
        type=dataset_name,
        metavar="NAME",
        help=f"a known dataset: {', '.join(NAMES)}; tfds:NAME for any of tensorflow-datasets with "
        f"images and labels; or, with --data-dir, {', '.join(BENCHMARK)} of the small-data "
        "benchmark; digits needs no download",
    )
    group.add_argument(
        "--data-dir",
        type=path,
        metavar="FOLDER",
        help="with --dataset: where the datasets are, a folder each (default: the folder named by "
        "KERAS_LATERAL_DATA, or a download)",
    )
    group.add_argument(
        "--limit",
        type=positive,
        metavar="N",
        help="number of training images of each class; not of the small-data benchmark's sets "
        "(default: all of --images; 50 of --dataset)",
    )
    group.add_argument(
        "--test-limit",
        type=positive,
        metavar="N",
        help="with --dataset: largest number of test images of each class; not of the small-data "
        "benchmark's sets. All images that are not trained on are for testing (default: 10000 in "
        "all)",
    )
    group.add_argument(
        "--image-size",
        type=positive,
        nargs="+",
        metavar="PIXELS",
        help="with --images and tfds:NAME: side of a square, or height and width (default: their "
        "own size, or a square, up to 64 pixels)",
    )
    group.add_argument(
        "--grayscale",
        action=argparse.BooleanOptionalAction,
        help="with --images: read them in grayscale, or in colour though all are grey",
    )
    group.add_argument(
        "--folds",
        type=two_or_more,
        metavar="N",
        help="with --images: number of parts into which the seeds divide the images; each seed "
        "tests one and trains on the others; not with --test-share (default: 5, or as many as the "
        "smallest class allows)",
    )
    group.add_argument(
        "--test-share",
        type=share,
        metavar="SHARE",
        help="with --images: share of each class to test with every seed, instead of --folds",
    )
    group.add_argument(
        "--groups",
        type=grouping,
        metavar="HOW",
        help="with --images: which images belong together, such as those of one patient, and are "
        "never divided between training and test: 'folders' for those of one folder inside a class "
        "folder; a regular expression whose part in parentheses is the name of the group, such as "
        "'(.*)_[0-9]+' for patient1_01.jpg; 'none'; not with --group-column (default: folders, "
        "where a class has several)",
    )
    add_reading(group)
    group.add_argument(
        "--data-seed",
        type=non_negative,
        metavar="N",
        default=0,
        help="seed that divides the images and picks those of --limit (default: 0)",
    )


def _add_training(group: Any) -> None:
    add_model(group, above_zero, share, non_negative)
    group.add_argument(
        "--methods",
        nargs="+",
        default=list(MAIN_METHODS),
        metavar="NAME",
        help="see below; FILE.py:NAME for your own (default: the three of this library, each "
        "alone)",
    )
    group.add_argument(
        "--seeds",
        type=positive,
        metavar="N",
        help="number of pairs for each method; with --until-sure the most of them (default: 5, or "
        "30 with --until-sure)",
    )
    group.add_argument(
        "--until-sure",
        action="store_true",
        help="goes on pair by pair until every method has a verdict, or --seeds or --minutes are "
        "used up; wrong verdicts stay as rare as with a fixed number; not with --recommend",
    )
    group.add_argument(
        "--minutes",
        type=above_zero,
        metavar="N",
        help="with --until-sure: begins no further pair after so many minutes",
    )
    group.add_argument(
        "--effect",
        type=points,
        metavar="POINTS",
        default=EFFECT,
        help="smallest difference of interest, in points of accuracy; what is surely smaller is "
        "called practically the same; not with --recommend (default: 0.5)",
    )
    group.add_argument(
        "--epochs",
        type=positive,
        metavar="N",
        help="epochs of each training (default: 30)",
    )
    group.add_argument(
        "--batch-size",
        type=positive,
        default=32,
        metavar="N",
        help="images in a batch (default: 32)",
    )
    group.add_argument(
        "--augment", action="store_true", help="mirror and shift training images at random"
    )
    group.add_argument(
        "--robustness",
        choices=("none", "quick", "full"),
        default="none",
        help="also test every network pruned and on corrupted images (quick), and under attacks "
        "(full; needs the extra `robustness`; slow); not with --recommend (default: none)",
    )
    add_tuning(group, two_or_more)
    add_recommendation(group, positive)
    group.add_argument(
        "--workers", type=positive, default=1, metavar="N", help="number of processes (default: 1)"
    )
    group.add_argument(
        "--devices",
        type=devices,
        metavar="auto|0,1|none",
        help="GPUs: auto for all, or some by their numbers. Several workers get them in turn; one "
        "worker trains each network on all of them, on TensorFlow and JAX. none trains on the "
        "processor (default: what Keras chooses)",
    )
    group.add_argument(
        "--smoke",
        action="store_true",
        help="only check that it runs: 5 images of each class, 2 epochs, 2 seeds, unless given",
    )


def _add_results(group: Any) -> None:
    group.add_argument(
        "--folder",
        type=path,
        help="where each training is saved as soon as it is done, so that the command can resume "
        "(default: a folder in keras-lateral-results)",
    )
    group.add_argument(
        "--report",
        type=path,
        metavar="FILE.html",
        help="writes a page with tables and figures; not with --recommend, whose steps --json "
        "writes",
    )
    group.add_argument("--json", type=path, metavar="FILE", help="writes all numbers")
    group.add_argument("--quiet", action="store_true", help="no line for each training")
    group.add_argument(
        "--verbose", action="store_true", help="shows the backend's own messages too"
    )
    group.add_argument("--traceback", action="store_true", help="shows the traceback of an error")


def check_options(options: argparse.Namespace) -> None:
    """Checks the options and how they go together, before a backend is imported.

    Raises:
        ValueError: If options do not go together, a method is not known, or a result cannot be
            written where it should be.
        ImportError: If the package that draws the report is missing.
    """
    check_reading(options)
    check_division(options)
    if options.minutes is not None and not options.until_sure:
        raise ValueError("--minutes goes with --until-sure.")
    if options.images is not None and options.data_dir is not None:
        raise ValueError("--data-dir goes with --dataset, not with --images.")
    if options.image_size is not None and len(options.image_size) > 2:
        raise ValueError(f"--image-size takes one side or two. Received: {len(options.image_size)}")
    check_model(options)
    try:
        check_each_once([word for word in words_of(options.methods) if word not in _groups()])
        check_typed(method_names(options.methods))
    except ValueError as error:
        families = ", ".join(["all", *dict.fromkeys(line.family for line in known_methods())])
        text = str(error).replace("argument `methods`", "option --methods")
        text = text.replace("or objects of class Method", f"or a group: {families}")
        raise ValueError(text) from error
    check_recommendation(options)
    check_targets(options)


def method_names(names: list[str]) -> list[str]:
    """Returns the names of the methods that the option selects, each once.

    Args:
        names: As typed: names, combinations with `"+"`, `"all"`, a family such as `"rivals"`, or
            several with commas.
    """
    groups = _groups()
    selected = [name for word in words_of(names) for name in groups.get(word, [word])]
    each = {tuple(sorted(parts_of(name))): name for name in reversed(selected)}
    return list(reversed(each.values()))


def words_of(typed: list[str]) -> list[str]:
    """Returns the words that were typed, also those with commas between them, one by one."""
    return [word for text in typed for word in text.split(",") if word]


def _groups() -> dict[str, list[str]]:
    """Returns the words that stand for several methods."""
    families = {line.family for line in known_methods()}
    groups = {family: [line.name for line in known_methods(family)] for family in families}
    return {**groups, "all": [*all_combinations(), *groups[REMEDIES]]}


def positive(text: str) -> int:
    """A whole number of at least 1."""
    return _number(text, int, "a whole number of at least 1", lambda value: value >= 1)


def devices(text: str) -> str | list[str]:
    """All GPUs, some of them, or none."""
    if text in ("auto", "none"):
        return text
    names = [name.strip() for name in text.split(",")]
    are_gpus = all(is_gpu_name(name) for name in names)
    if not are_gpus or len(set(names)) < len(names):
        raise argparse.ArgumentTypeError(
            f"expected auto, none, or different GPUs such as 0,1, received {text!r}"
        )
    return names


def two_or_more(text: str) -> int:
    """A whole number of at least 2."""
    return _number(text, int, "a whole number of at least 2", lambda value: value >= 2)


def non_negative(text: str) -> int:
    """A whole number of at least 0."""
    return _number(text, int, "a whole number of at least 0", lambda value: value >= 0)


def share(text: str) -> float:
    """A number between 0 and 1."""
    return _number(text, float, "a number between 0 and 1", lambda value: 0 < value < 1)


def points(text: str) -> float:
    """A number of points of accuracy, above 0 and at most 100, as a share."""
    expected = "a number of points above 0, at most 100"
    return float(_number(text, float, expected, lambda value: 0 < value <= 100)) / 100


def above_zero(text: str) -> float:
    """A finite number above 0."""
    finite = float("inf")
    return _number(text, float, "a number above 0", lambda value: 0 < value < finite)


def _number(text: str, kind: Any, expected: str, holds: Any) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or not holds(value):
        raise argparse.ArgumentTypeError(f"expected {expected}, received {text!r}")
    return value
