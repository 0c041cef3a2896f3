"""ImageNet's pipeline, on a few images; and the table."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments.full_size import run, stream, training
from experiments.full_size.recipe import Recipe
from experiments.full_size.stream import StreamedImages, centre, random_part
from experiments.full_size.table import Arm
from experiments.gradient_mask_table_1 import report
from experiments.gradient_mask_table_1.config import TABLE
from tests.experiments.test_frame_regularizer_cifar100 import needs_tensorflow

pytestmark = [pytest.mark.home, needs_tensorflow]
SIZES = ((40, 60), (64, 48), (50, 50), (33, 90), (48, 48))


class Builder:
    """As much of a builder of tensorflow-datasets as is asked for: five images of other sizes."""

    info = SimpleNamespace(
        features={"label": SimpleNamespace(num_classes=5)},
        splits={"train": SimpleNamespace(num_examples=5)},
    )

    def as_dataset(self, split: str, shuffle_files: bool, read_config: Any) -> Any:
        import tensorflow as tf

        def examples():
            for label, size in enumerate(SIZES):
                yield {"image": np.full((*size, 3), 50 * label, "uint8"), "label": label}

        kinds = {
            "image": tf.TensorSpec((None, None, 3), "uint8"),
            "label": tf.TensorSpec((), "int64"),
        }
        return tf.data.Dataset.from_generator(examples, output_signature=kinds)


def few() -> StreamedImages:
    return StreamedImages(Builder(), side=32)


def arrays(batches) -> list[tuple[np.ndarray, np.ndarray]]:
    pytest.importorskip("tensorflow_datasets", reason="ImageNet is read through it")
    return [(np.asarray(x), np.asarray(y)) for x, y in batches]


def test_an_epochs_batches_follow_from_the_seed_and_the_epoch():
    data = few()
    first, again, later, other = (
        arrays(data.batches(2, seed, epoch, True))
        for seed, epoch in ((0, 0), (0, 0), (0, 1), (1, 0))
    )
    assert [x.shape for x, _ in first] == [(2, 32, 32, 3), (2, 32, 32, 3), (1, 32, 32, 3)]
    assert len(first) == data.steps(2) == 3
    assert sorted(np.concatenate([y for _, y in first])) == [0, 1, 2, 3, 4]
    for (x, y), (x_again, y_again) in zip(first, again, strict=True):
        np.testing.assert_array_equal(x, x_again)
        np.testing.assert_array_equal(y, y_again)
    orders = {tuple(np.concatenate([y for _, y in found])) for found in (first, later, other)}
    assert len(orders) > 1


def test_test_images_are_standardized_centres_in_a_fixed_order():
    ((x, y),) = arrays(few().test_batches())
    assert y.tolist() == [0, 1, 2, 3, 4]
    expected = (50.0 * y[:, None] - stream.MEAN) / stream.DEVIATION
    np.testing.assert_allclose(x, np.broadcast_to(expected[:, None, None], x.shape), rtol=1e-5)


def test_the_centre_is_cut_out_of_the_middle():
    image = np.zeros((64, 128, 3), "uint8")
    image[:, 64:] = 200
    found = np.asarray(centre(image, 224))
    assert found.shape == (224, 224, 3)
    assert found[:, :100].max() == 0
    assert found[:, 124:].min() == 200


def test_a_part_is_drawn_by_its_numbers_alone():
    image = np.arange(40 * 60 * 3, dtype="uint8").reshape(40, 60, 3)
    one, same, other = (
        np.asarray(random_part(image, 16, np.array(numbers, "int64")))
        for numbers in ((3, 4), (3, 4), (3, 5))
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_network_trains_on_images_that_are_streamed(tmp_path, monkeypatch):
    pytest.importorskip("tensorflow_datasets", reason="ImageNet is read through it")
    monkeypatch.setattr(training, "imagenet", few)
    recipe = Recipe("imagenet2012", "resnet8_half_smoke", 2, batch_size=2)
    job = training.Training(Arm(""), recipe, 0, tmp_path / "state.npz", tmp_path / "w.weights.h5")
    assert training.train(job, until=0.0) is None  # it can stop after an epoch
    record = training.train(job)
    assert (record["images"], record["epochs"]) == (5, 2)
    assert np.isnan(record["train_accuracy"])


def test_without_imagenet_it_is_said_how_to_get_it_before_anything_is_trained(tmp_path):
    pytest.importorskip("tensorflow_datasets", reason="ImageNet is read through it")
    recipe = Recipe("imagenet2012", "resnet50", 1)
    job = training.Training(Arm(""), recipe, 0, tmp_path / "state.npz", tmp_path / "w.weights.h5")
    with pytest.raises(FileNotFoundError, match=r"ImageNet is needed.*imagenet2012.*not prepared"):
        training.train(job)


@pytest.mark.slow
def test_the_smoke_size_runs(tmp_path):
    run.main(TABLE, ["--smoke", "--results", str(tmp_path)])
    assert len(list((tmp_path / "runs").iterdir())) == 4


def test_the_readme_holds_what_table_2_says_of_cifar100():
    readme = Path(report.__file__).parent / "README.md"
    assert report.on_cifar100() in readme.read_text(encoding="utf-8")
