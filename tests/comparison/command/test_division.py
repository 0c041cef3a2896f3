"""Which images the options train and test on."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from keras_lateral.comparison.command.images import images_of
from keras_lateral.comparison.command.main import main
from keras_lateral.comparison.command.options import add_compare
from keras_lateral.datasets import ImageDataset, ImageFolds, load_images
from tests.datasets.image_files import image_folder, pixels, save


def asked(*arguments: str) -> ImageDataset | ImageFolds:
    parser = argparse.ArgumentParser()
    add_compare(parser.add_subparsers())
    return images_of(parser.parse_args(["compare", *arguments]))


def test_a_folder_is_tested_whole_unless_a_share_is_asked_for(tmp_path: Path) -> None:
    folder = str(image_folder(tmp_path / "photos", per_class=8))
    default = asked("--images", folder)
    assert isinstance(default, ImageFolds)
    assert (default.folds, default.seed, default.limit_per_class) == (5, 0, None)
    few = asked("--images", folder, "--folds", "2", "--limit", "3", "--data-seed", "4")
    assert isinstance(few, ImageFolds)
    assert (few.folds, few.seed, few.limit_per_class) == (2, 4, 3)
    share = asked("--images", folder, "--test-share", "0.25")
    assert isinstance(share, ImageDataset)
    assert (len(share.x_train), len(share.x_test)) == (12, 4)


def test_images_for_testing_of_its_own_are_tested_by_every_seed(tmp_path: Path) -> None:
    for part, start in (("train", 0), ("test", 100)):
        for number in range(4):
            place = tmp_path / part / ("cat" if number % 2 else "dog") / f"{number}.png"
            save(place, pixels(start + number))
    data = asked("--images", str(tmp_path))
    assert isinstance(data, ImageDataset)
    assert len(data.x_test) == 4


@pytest.mark.parametrize(
    ("options", "units"), [((), 8), (("--groups", "none"), 16), (("--groups", r"p(\d)"), 4)]
)
def test_what_belongs_together_is_found_or_said(
    tmp_path: Path, options: tuple[str, ...], units: int
) -> None:
    for label, name in enumerate(("cat", "dog")):
        for number in range(8):
            place = tmp_path / name / f"p{number // 2}{name}" / f"{number}.png"
            save(place, pixels(100 * label + number))
    data = asked("--images", str(tmp_path), *options)
    assert isinstance(data, ImageFolds)
    assert len(np.unique(data.units if data.units is not None else np.arange(16))) == units
    assert data.folds == 4 if options != ("--groups", "none") else 5
    noted = "\n".join(data.notes)
    assert ("If they do not, say so with --groups" in noted) == (not options)


def test_of_a_known_set_everything_else_is_tested_up_to_a_limit() -> None:
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    whole = asked("--dataset", "digits")
    assert isinstance(whole, ImageDataset)
    subset = load_images("digits").subset(50)
    np.testing.assert_array_equal(whole.x_train, subset.x_train)
    assert len(whole.x_test) == 1797 - 500
    assert "Tested on all 600 test images and on 697 training images" in whole.notes[-1]
    for options, number in ((("--test-limit", "70"), 70), (("--smoke",), 5)):
        few = asked("--dataset", "digits", *options)
        assert isinstance(few, ImageDataset)
        assert np.bincount(few.y_test).tolist() == [number] * 10


def wrong(root: Path) -> list[tuple[list[str], str]]:
    folder = str(image_folder(root / "photos"))
    split = image_folder(root / "split" / "train").parent
    image_folder(split / "test")
    digits, images = ["--dataset", "digits"], ["--images", folder]
    return [
        ([*digits, "--folds", "3"], "--folds goes with --images, not with --dataset"),
        ([*digits, "--test-share", "0.5"], "--test-share goes with --images"),
        ([*digits, "--groups", "none"], "--groups goes with --images"),
        ([*images, "--test-limit", "3"], "--test-limit goes with --dataset, not with --images"),
        ([*images, "--folds", "3", "--test-share", "0.5"], "do not go together: with --folds"),
        ([*images, "--folds", "9"], "for 9 folds: 4 images. Choose fewer --folds, or add images."),
        (["--images", str(split), "--folds", "2"], "option --folds. The folder '"),
        ([*images, "--groups", "folders"], "option --groups. Expected sub-folders"),
        ([*images, "--groups", "(a)"], "option --groups. Expected a regular expression that"),
    ]


CASES = 9


@pytest.mark.parametrize("case", range(CASES))
def test_what_cannot_be_divided_is_said_in_the_words_typed(
    case: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = wrong(tmp_path)
    assert len(cases) == CASES
    arguments, words = cases[case]
    assert main(["compare", *arguments]) == 2
    errors = capsys.readouterr().err
    assert words in errors
    assert "`" not in errors
    assert "groups=" not in errors
    assert "folds=" not in errors


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--folds", "1"], "at least 2, received '1'"),
        (["--groups", "name"], "one part in parentheses, received 'name', which has not one part"),
        (["--groups", "(a"], "received '(a', which is no regular expression: missing )"),
    ],
)
def test_wrong_words_end_with_2(
    typed: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["compare", "--images", ".", *typed])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
