"""What the callback writes is read back by TensorBoard's own reader."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import keras_lateral as kl
from keras_lateral import TensorBoardMonitor, frame_bounds, gradient_mask_report
from keras_lateral.overview.event_file import EventFile

pytest.importorskip("tensorboard", reason="the extra `tensorboard`")
pytest.importorskip("matplotlib", reason="the extra `tensorboard`")

layers = keras.layers

X = np.random.default_rng(0).normal(size=(4, 12, 12, 1)).astype("float32")
Y = np.arange(4) % 3


def small() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            kl.GradientMaskConv2D(3, 3, threshold=0.5, name="masked"),
            layers.MaxPooling2D(name="pool"),
            layers.Conv2D(4, 3, name="conv"),
            layers.Flatten(),
            layers.Dense(3, name="dense"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01), loss)
    return model


def plain() -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="dense")])
    model.compile("sgd", "mse")
    return model


def read(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(folder / "keras_lateral"), {"images": 0, "scalars": 0})
    return accumulator.Reload()


def scalars(folder: Path, tag: str) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in read(folder).Scalars(tag)]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[keras.Model, Path, Any]:
    """A model after three epochs, the second of them frozen, and what was written of them."""
    keras.utils.set_random_seed(0)
    model, folder = small(), tmp_path_factory.mktemp("logs")
    monitor = TensorBoardMonitor(folder, X, Y, every=2)
    freeze = kl.ReceptiveFieldFreeze("conv", epochs=[1])
    schedule = kl.GradientMaskSchedule(threshold=lambda epoch: 0.1 * (epoch + 1))
    model.fit(X, Y, 4, epochs=3, verbose=0, callbacks=[monitor, freeze, schedule])
    return model, folder, read(folder)


def test_every_subject_is_written(trained) -> None:
    tags = trained[2].Tags()
    assert set(tags["images"]) == {
        "gradient_mask/sample_0",
        "frame_bounds/spectra",
        "receptive_field/growth",
        "receptive_field/effective",
    }
    subjects = {tag.split("/")[0] for tag in tags["scalars"]}
    assert subjects == {"gradient_mask", "frame_bounds", "receptive_field", "freeze"}
    assert tags["tensors"] == ["summary"]


def test_steps_are_the_measured_epochs(trained) -> None:
    images = trained[2].Images("gradient_mask/sample_0")
    assert [image.step for image in images] == [0, 2]
    assert [image.step for image in trained[2].Images("receptive_field/growth")] == [0]


def test_the_bounds_are_those_of_the_trained_model(trained) -> None:
    model, folder, _ = trained
    for bounds in frame_bounds(model).layers:
        for name in ("lower", "upper"):
            step, value = scalars(folder, f"frame_bounds/{bounds.name}/{name}")[-1]
            assert (step, value) == (2, pytest.approx(getattr(bounds, name), rel=1e-6))


def test_the_shares_are_those_of_the_trained_model(trained) -> None:
    model, folder, _ = trained
    mask = model.get_layer("masked").gradient_mask
    before, mask.threshold = mask.threshold, 0.3
    (share,) = gradient_mask_report(model, X, Y).layers
    mask.threshold = before
    step, value = scalars(folder, "gradient_mask/masked/energy_kept")[-1]
    assert (step, value) == (2, pytest.approx(share.energy_kept, rel=1e-5))


def test_settings_follow_a_schedule(trained) -> None:
    found = scalars(trained[1], "gradient_mask/masked/threshold")
    np.testing.assert_allclose(found, [(0, 0.1), (2, 0.3)], rtol=1e-6)


def test_a_freeze_is_seen_in_every_epoch(trained) -> None:
    assert scalars(trained[1], "freeze/conv") == [(0, 0), (1, 1), (2, 0)]


def test_pictures_are_png_files_of_the_size_that_is_written(trained) -> None:
    from matplotlib.image import imread

    for tag in trained[2].Tags()["images"]:
        for event in trained[2].Images(tag):
            pixels = imread(io.BytesIO(event.encoded_image_string), format="png")
            assert pixels.shape[:2] == (event.height, event.width)
            assert pixels.std() > 0.01


def test_the_summary_is_written_as_text(trained) -> None:
    (event,) = trained[2].Tensors("summary")
    (text,) = event.tensor_proto.string_val
    lines = text.decode().splitlines()
    assert lines[0].startswith("    summary of")
    assert any("masked (GradientMaskConv2D)" in line for line in lines)


def test_a_resumed_training_goes_on_and_repeated_epochs_count_anew(tmp_path) -> None:
    model, (x, y) = plain(), (np.ones((4, 4)), np.ones((4, 2)))
    run = {"verbose": 0, "callbacks": [TensorBoardMonitor(tmp_path)]}
    model.fit(x, y, epochs=2, **run)
    before = scalars(tmp_path, "frame_bounds/dense/upper")
    model.fit(x, 3 * y, epochs=3, initial_epoch=1, **run)
    after = scalars(tmp_path, "frame_bounds/dense/upper")
    assert [step for step, _ in after] == [0, 1, 2]
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_training_is_not_changed(tmp_path) -> None:
    weights = []
    for callbacks in ([], [TensorBoardMonitor(tmp_path, X, Y, every=2)]):
        keras.utils.set_random_seed(1)
        model = small()
        model.fit(X, Y, 2, epochs=2, verbose=0, callbacks=callbacks)
        weights.append(model.get_weights())
    for with_none, with_monitor in zip(*weights, strict=True):
        np.testing.assert_array_equal(with_none, with_monitor)


def test_nothing_to_write_is_a_warning_that_says_why(tmp_path) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Rescaling(2.0)(layers.Embedding(3, 2)(inputs)))
    model.compile("sgd", "mse")
    monitor = TensorBoardMonitor(tmp_path, receptive_fields=False)
    with pytest.warns(
        UserWarning, match=r"(?s)writes nothing.*masks act on gradients.*no known ker"
    ):
        model.fit(np.ones((2, 4)), np.ones((2, 4, 2)), verbose=0, callbacks=[monitor])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"masks": True}, "give `x` and `y`"),
        ({"masks": ["conv"], "x": X, "y": Y}, "no gradient mask"),
        ({"masks": "conv", "x": X, "y": Y}, "no gradient mask"),
        ({"frame_bounds": "pool"}, "No layer is named 'pool'"),
        ({"receptive_fields": "pool"}, "`receptive_fields`. No layer is called 'pool'"),
        ({"borders": "round"}, "argument `borders`"),
    ],
)
def test_what_was_asked_for_and_is_not_there_is_an_error(tmp_path, asked, message) -> None:
    with pytest.raises(ValueError, match=message):
        plain().fit(
            np.ones((4, 4)),
            np.ones((4, 2)),
            verbose=0,
            callbacks=[TensorBoardMonitor(tmp_path, **asked)],
        )


def test_a_model_that_is_built_by_its_first_step_is_written(tmp_path) -> None:
    model = keras.Sequential([layers.Dense(2, name="dense")])
    model.compile("sgd", "mse")
    callbacks = [TensorBoardMonitor(tmp_path)]
    model.fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0, callbacks=callbacks)
    assert [step for step, _ in scalars(tmp_path, "frame_bounds/dense/upper")] == [0]
    (event,) = read(tmp_path).Tensors("summary")
    assert b"left out\n    masks: masks act on" in event.tensor_proto.string_val[0]


@pytest.mark.parametrize("argument", ["every", "samples", "batch_size"])
def test_numbers_below_one_are_errors(tmp_path, argument: str) -> None:
    with pytest.raises(ValueError, match=f"argument `{argument}`. Expected 1 or more"):
        TensorBoardMonitor(tmp_path, **{argument: 0})


@pytest.mark.home
def test_without_tensorboard_the_extra_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto.event_pb2", None)
    with pytest.raises(ImportError, match=r"tensorboard is needed.*keras-lateral\[tensorboard\]"):
        EventFile(tmp_path)


@pytest.mark.home
def test_writing_imports_no_tensorflow(tmp_path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from keras_lateral.overview.event_file import EventFile;"
        f"file = EventFile(Path({str(tmp_path)!r}));"
        "file.scalar('a', 1.5, 3); file.text('b', 'text', 3); file.close();"
        "assert not {'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    (file,) = tmp_path.iterdir()
    assert b"brain.Event:2" in file.read_bytes()


def test_keras_own_callback_writes_beside_it(tmp_path) -> None:
    if keras.config.backend() != "tensorflow":
        pytest.skip("Keras' callback needs TensorFlow")
    callbacks = [TensorBoardMonitor(tmp_path), keras.callbacks.TensorBoard(tmp_path)]
    plain().fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0, callbacks=callbacks)
    assert {path.name for path in tmp_path.iterdir()} == {"keras_lateral", "train"}


def test_a_default_that_is_not_possible_warns_and_the_training_goes_on(tmp_path) -> None:
    inputs = [keras.Input((6, 6, 1), name=name) for name in "ab"]
    convs = [layers.Conv2D(2, 3, name=f"conv_{x.name}")(x) for x in inputs]
    model = keras.Model(inputs, layers.Add()(convs))
    model.compile("sgd", "mse")
    x = [np.ones((2, 6, 6, 1)), np.ones((2, 6, 6, 1))]
    y = np.ones((2, 4, 4, 2))
    monitor = TensorBoardMonitor(tmp_path, x)
    with pytest.warns(UserWarning, match="nothing of receptive_fields from epoch 0 on.*one input"):
        model.fit(x, y, epochs=2, verbose=0, callbacks=[monitor])
    assert len(scalars(tmp_path, "frame_bounds/conv_a/upper")) == 2


def test_freezes_alone_can_be_written(tmp_path) -> None:
    off = {"masks": False, "frame_bounds": False, "receptive_fields": False}
    x, y, model = np.ones((4, 4)), np.ones((4, 2)), plain()
    with pytest.warns(UserWarning, match="has written nothing.*no layer was frozen"):
        model.fit(x, y, verbose=0, callbacks=[TensorBoardMonitor(tmp_path, **off)])
    freeze = kl.ReceptiveFieldFreeze("dense", epochs=[1])
    callbacks = [freeze, TensorBoardMonitor(tmp_path, **off)]
    model.fit(x, y, epochs=2, verbose=0, callbacks=callbacks)
    assert scalars(tmp_path, "freeze/dense") == [(0, 0), (1, 1)]


def test_what_is_no_array_is_an_error(tmp_path) -> None:
    with pytest.raises(ValueError, match="argument `x`. Expected an array.*of type generator"):
        TensorBoardMonitor(tmp_path, (number for number in range(3)))


def test_more_samples_than_there_are_draws_those_that_there_are(tmp_path) -> None:
    monitor = TensorBoardMonitor(
        tmp_path, X[:2], Y[:2], frame_bounds=False, receptive_fields=False, samples=3
    )
    small().fit(X, Y, verbose=0, callbacks=[monitor])
    tags = read(tmp_path).Tags()["images"]
    assert tags == ["gradient_mask/sample_0", "gradient_mask/sample_1"]


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X, Y[:3], "as many targets as inputs. Received: 4 in `x`, 3 in `y`"),
        (X, Y[0], r"argument `y`. Expected arrays with an axis of samples, such as y\[:1\]"),
        ({"a": X, "b": X[:2]}, None, "Received: 4 and 2 in `x`, none in `y`"),
    ],
)
def test_data_of_different_samples_are_an_error_before_training(tmp_path, x, y, message) -> None:
    with pytest.raises(ValueError, match=message):
        TensorBoardMonitor(tmp_path, x, y)


@pytest.mark.parametrize(("x", "y"), [(X, np.eye(3)[Y]), (X[..., 0, 0], Y)])
def test_data_that_the_model_cannot_train_on_is_left_out_with_a_warning(tmp_path, x, y) -> None:
    off = {"frame_bounds": False, "receptive_fields": False}
    with pytest.warns(UserWarning, match="masks: Model .* cannot make a training step on `x` of"):
        small().fit(X, Y, verbose=0, callbacks=[TensorBoardMonitor(tmp_path, x, y, **off)])
    asked = TensorBoardMonitor(tmp_path, x, y, masks=True, **off)
    with pytest.raises(ValueError, match="cannot make a training step on `x` of shape"):
        small().fit(X, Y, verbose=0, callbacks=[asked])


def test_no_error_of_a_default_ends_a_training(tmp_path, monkeypatch) -> None:
    def fails(self: Any, file: Any, model: Any, epoch: int) -> None:
        raise IndexError("out of range")

    monkeypatch.setattr("keras_lateral.overview.tensorboard_parts.Spectra.write", fails)
    x, y = np.ones((4, 4)), np.ones((4, 2))
    with pytest.warns(UserWarning, match="of frame_bounds from epoch 0 on: IndexError: out of"):
        plain().fit(x, y, verbose=0, callbacks=[TensorBoardMonitor(tmp_path)])
    with pytest.raises(IndexError, match="out of range"):
        plain().fit(x, y, verbose=0, callbacks=[TensorBoardMonitor(tmp_path, frame_bounds=True)])


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "logs"):
        with pytest.raises(ValueError, match="argument `log_dir`. Expected a folder.*is a file"):
            TensorBoardMonitor(folder)
