"""Makes the files of `tests/saved_before/files`, one of each kind that users may have kept.

Run it with the version before the modules were filed by subject, on TensorFlow, from the root:

    KERAS_BACKEND=tensorflow python -m tests.saved_before.make tests/saved_before/files models
    KERAS_BACKEND=tensorflow python -m tests.saved_before.make tests/saved_before/files results

The models with the oldest Keras that this library runs with, 3.10: a newer one reads them, and an
older one does not read those of a newer. The folders of results with the newest, 3.15.1, by whose
configurations they know their networks.

The test builds its networks with the functions of this file, so they have to stay as they are.
"""

import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

import keras_lateral
from keras_lateral import (
    Comparison,
    DeltaOrthogonal,
    FrameRegularizer,
    GradientMask,
    MinimumHypersphericalEnergy,
    OrthogonalConvolution,
    Pruned,
    SigmaTuning,
    SimBA,
    SoftOrthogonality,
    SpectralRestrictedIsometry,
    WhenRising,
    apply_gradient_mask,
    attach_regularizer,
    compare,
    method_hypermodel,
    prune,
    regularizer_method,
    resumable_tuner,
    tune_sigma,
)
from keras_lateral.datasets import ImageDataset, load_images

MASK_SETTINGS = (
    "sigma",
    "feature_sets",
    "threshold",
    "threshold_mode",
    "inhibition",
    "inhibition_size",
    "inhibition_padding",
    "zero_sum",
    "enabled",
    "data_format",
)
OBJECTS = (
    "kernel_initializer",
    "kernel_constraint",
    "kernel_regularizer",
    "depthwise_regularizer",
    "pointwise_regularizer",
)
METHODS = (
    "gradient_mask",
    "frame_regularizer",
    "soft_orthogonality",
    "spectral_restricted_isometry",
    "minimum_hyperspherical_energy",
    "orthogonal_convolution",
    "receptive_field_freeze",
    "gradient_mask+frame_regularizer",
)
LOSSES = [0.9, 0.7, 0.6, 0.65, 0.5]


def images() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, 8, 8, 2)).astype("float32")


# Models.


def masked_convolutions() -> keras.Model:
    """All ten, no two with the same mask."""
    kl = keras_lateral
    x = keras.Input((8, 8, 2))
    row, cube = layers.Reshape((16, 8))(x), layers.Reshape((4, 4, 4, 2))(x)
    maps = [
        kl.GradientMaskConv2D(
            4, 3, dilation_rate=2, groups=2, sigma=0.75, feature_sets=2, name="conv2d"
        )(x),
        kl.GradientMaskDepthwiseConv2D(
            3, depth_multiplier=2, feature_sets="channels", scope="weights", name="depthwise2d"
        )(x),
        kl.GradientMaskSeparableConv2D(
            4, 3, strides=2, threshold=0.25, threshold_mode="max", name="separable2d"
        )(x),
        kl.GradientMaskConv2DTranspose(
            2, 3, strides=2, inhibition="norm", activation="relu", name="transposed2d"
        )(x),
        kl.GradientMaskConv1D(
            3, 3, padding="causal", threshold=0.5, threshold_mode="quantile", name="conv1d"
        )(row),
        kl.GradientMaskDepthwiseConv1D(3, inhibition_padding="zeros", name="depthwise1d")(row),
        kl.GradientMaskSeparableConv1D(4, 3, zero_sum=False, use_bias=False, name="separable1d")(
            row
        ),
        kl.GradientMaskConv1DTranspose(
            2, 3, strides=2, padding="same", enabled=False, name="transposed1d"
        )(row),
        kl.GradientMaskConv3D(4, 2, sigma=0.5, inhibition_size=7, scope="weights", name="conv3d")(
            cube
        ),
        kl.GradientMaskConv3DTranspose(
            2, 2, strides=2, threshold=1e-3, threshold_mode="absolute", name="transposed3d"
        )(cube),
    ]
    return keras.Model(x, layers.Concatenate()([layers.Flatten()(y) for y in maps]))


def gradient_masks() -> keras.Model:
    """Two masks behind layers, one of them changed after the model was built."""
    first = GradientMask(
        1.5,
        feature_sets=3,
        threshold=0.3,
        threshold_mode="max",
        inhibition_size=11,
        inhibition_padding="zeros",
        zero_sum=False,
        name="first",
    )
    later = GradientMask(0.5, inhibition="norm", inhibition_size=13, name="later")
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(6, 3, activation="relu"),
            first,
            layers.Conv2D(4, 3),
            later,
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    later.sigma, later.threshold, later.enabled = 1.25, 0.05, False
    return model


def regularizers() -> keras.Model:
    """Each regularizer as a layer's own."""
    frame = FrameRegularizer(
        0.25, 1.5, 0.03, every=2, side="rows", method="fourier", strides=2, seed=3
    )
    soft = SoftOrthogonality(0.2, squared=False, every=3, dilation_rate=2, groups=2, seed=5)
    isometry = SpectralRestrictedIsometry(
        # So many steps that the loss no longer depends on what is drawn.
        0.02,
        power_steps=60,
        squared=False,
        kind="depthwise",
        seed=7,
    )
    energy = MinimumHypersphericalEnergy(
        0.5,
        power=2,
        angular=True,
        half_space=True,
        every="auto",
        kind="transposed",
        strides=2,
        seed=11,
    )
    orthogonal = OrthogonalConvolution(
        0.3,
        padding="published",
        squared=True,
        strides=2,
        seed=13,
        beside=keras.regularizers.L1(0.1),
    )
    x = keras.Input((8, 8, 2))
    maps = [
        layers.Conv2D(6, 3, strides=2, kernel_regularizer=frame, name="frame")(x),
        layers.Conv2D(4, 3, dilation_rate=2, groups=2, kernel_regularizer=soft, name="soft")(x),
        layers.DepthwiseConv2D(
            3, depth_multiplier=2, depthwise_regularizer=isometry, name="isometry"
        )(x),
        layers.Conv2DTranspose(4, 3, strides=2, kernel_regularizer=energy, name="energy")(x),
        layers.Conv2D(5, 3, strides=2, kernel_regularizer=orthogonal, name="orthogonal")(x),
    ]
    model = keras.Model(x, layers.Concatenate()([layers.Flatten()(y) for y in maps]))
    frame.factor = 0.07
    return model


def attached_regularizers() -> keras.Model:
    """Each regularizer attached beside an L2 that the layer had before."""
    x = keras.Input((8, 8, 2))
    l2 = keras.regularizers.L2(0.01)
    maps = [
        layers.Conv2D(6, 3, strides=2, kernel_regularizer=l2, name="frame")(x),
        layers.SeparableConv2D(
            4, 3, depthwise_regularizer=l2, pointwise_regularizer=l2, name="soft"
        )(x),
        layers.DepthwiseConv2D(3, depth_multiplier=2, depthwise_regularizer=l2, name="isometry")(x),
        layers.Conv2D(4, 3, groups=2, dilation_rate=2, kernel_regularizer=l2, name="energy")(x),
        layers.Conv2DTranspose(3, 3, strides=2, kernel_regularizer=l2, name="orthogonal")(x),
    ]
    model = keras.Model(x, layers.Concatenate()([layers.Flatten()(y) for y in maps]))
    attach_regularizer(model, FrameRegularizer(0.5, 1.0, 0.05, every=2, seed=21), "frame")
    attach_regularizer(model, SoftOrthogonality(0.3, squared=False, every=3, seed=23), "soft")
    attach_regularizer(model, SpectralRestrictedIsometry(0.04, power_steps=60, seed=27), "isometry")
    attach_regularizer(model, MinimumHypersphericalEnergy(0.7, power=1, seed=31), "energy")
    attach_regularizer(model, OrthogonalConvolution(0.2, squared=True, seed=33), "orthogonal")
    return model


def initializers() -> keras.Model:
    x = keras.Input((8, 8, 2))
    ordinary = DeltaOrthogonal(1.5, strides=2, groups=2, seed=41)
    transposed = DeltaOrthogonal(0.5, kind="transposed", seed=43)
    maps = [
        layers.Conv2D(8, 3, strides=2, groups=2, kernel_initializer=ordinary, name="ordinary")(x),
        layers.Conv2DTranspose(2, 3, kernel_initializer=transposed, name="transposed")(x),
    ]
    return keras.Model(x, layers.Concatenate()([layers.Flatten()(y) for y in maps]))


def pruned() -> keras.Model:
    """Trained for a step, so that its file has an optimizer with slots, beside other objects."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            keras_lateral.GradientMaskConv2D(
                4, 3, kernel_constraint=keras.constraints.MaxNorm(0.5), name="convolution"
            ),
            layers.Flatten(),
            layers.Dense(3, name="dense"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse", jit_compile=False)
    prune(model, 0.6, scope="layer")
    model.train_on_batch(images(), np.ones((3, 3), "float32"))
    return model


def plain() -> keras.Model:
    """What the file of weights belongs to, with masks and without."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(4, 3, activation="relu", name="first"),
            layers.SeparableConv2D(4, 3, name="second"),
            layers.BatchNormalization(name="normalized"),
            layers.Flatten(),
            layers.Dense(3, name="scores"),
        ]
    )


MODELS: dict[str, Callable[[], keras.Model]] = {
    "masked_convolutions": masked_convolutions,
    "gradient_masks": gradient_masks,
    "regularizers": regularizers,
    "attached_regularizers": attached_regularizers,
    "initializers": initializers,
    "pruned": pruned,
}


def outputs(model: keras.Model) -> np.ndarray:
    return keras.ops.convert_to_numpy(model(images()[:1], training=False))


def mean_losses(model: keras.Model, calls: int = 6) -> list[float]:
    """Over as many calls as hold whole blocks of `every`, so that no drawn number matters."""
    each = [
        [float(keras.ops.convert_to_numpy(loss)) for loss in model.losses] for _ in range(calls)
    ]
    return [float(mean) for mean in np.mean(each, axis=0)] if each[0] else []


def settings_of(model: keras.Model) -> dict[str, Any]:
    """What this library's objects in a model were told, as JSON has it."""
    found: dict[str, Any] = {}
    for layer in model.layers:
        if isinstance(layer, GradientMask):
            found[f"{layer.name}, mask"] = mask_settings(layer)
        if hasattr(layer, "gradient_mask"):
            found[f"{layer.name}, mask"] = mask_settings(layer.gradient_mask)
            found[f"{layer.name}, scope"] = layer.get_config()["scope"]
        for name in OBJECTS:
            one = getattr(layer, name, None)
            if keras.saving.get_registered_name(type(one)).startswith("keras_lateral>"):
                found[f"{layer.name}, {name}"] = [type(one).__name__, told(one)]
    return json.loads(json.dumps(found))


def mask_settings(mask: GradientMask) -> dict[str, Any]:
    config = mask.get_config()
    return {name: config[name] for name in MASK_SETTINGS}


def told(one: Any) -> dict[str, Any]:
    config = one.get_config()
    if "mask" in config:  # compressed, not to the same bytes by every version of zlib
        config["mask"] = "".join("1" if kept else "0" for kept in one.mask.ravel())
    return config


# Folders of results.


def digits() -> ImageDataset:
    return load_images("digits").subset(2, test_per_class=2)


def compiled(*convolutions: keras.layers.Layer) -> keras.Model:
    """Returns a network for the digits, whose first two layers are given.

    Keras writes into the configuration whether XLA compiles a model, so that is said here and not
    left to the backend.
    """
    first, second = convolutions
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            first,
            layers.MaxPooling2D(),
            second,
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ],
        name="network",
    )
    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"], jit_compile=False)
    return model


def network() -> keras.Model:
    return compiled(layers.Conv2D(4, 3, activation="relu"), layers.Conv2D(4, 2))


def network_of_own_objects() -> keras.Model:
    """Its configuration names objects of this library."""
    initializer = DeltaOrthogonal(1.25, seed=1)
    regularizer = FrameRegularizer(0.5, 1.5, seed=2)
    return compiled(
        layers.Conv2D(4, 3, kernel_initializer=initializer, kernel_regularizer=regularizer),
        layers.Conv2D(4, 2),
    )


def methods() -> list[keras_lateral.Method]:
    """Returns the methods as they were: the name of the frame regularizer then meant its 0.01."""
    known = {line.name: line.method() for line in keras_lateral.known_methods()}
    known["frame_regularizer"] = regularizer_method(FrameRegularizer(), name="frame_regularizer")
    parts = [[known[part] for part in name.split("+")] for name in METHODS]
    return [one[0] if len(one) == 1 else one[0] + one[1] for one in parts]


def compare_methods(folder: Path, **options: Any) -> Comparison:
    arguments: dict[str, Any] = {"methods": methods(), "seeds": 2, "epochs": 1, "folder": folder}
    conditions = [Pruned(0.5), SimBA(0.5, iterations=2)]
    return compare(network, digits(), conditions=conditions, **(arguments | options))


def compare_own_objects(folder: Path, **options: Any) -> Comparison:
    arguments: dict[str, Any] = {"methods": ["gradient_mask"], "seeds": 1, "epochs": 1}
    return compare(network_of_own_objects, digits(), folder=folder, **(arguments | options))


def tune(
    folder: Path, trials: int = 2, build: Callable[[], keras.Model] = network
) -> SigmaTuning | None:
    return tune_sigma(
        build,
        load_images("digits").subset(4, test_per_class=2).scaled(),
        validation=2,
        directory=folder,
        trials=trials,
        epochs=1,
        seeds=1,
        mask={"threshold": 0.2},
    )


def tune_own_objects(folder: Path, trials: int = 1) -> SigmaTuning | None:
    return tune(folder, trials, network_of_own_objects)


def search(folder: Path, trials: int = 1) -> Any:
    """Returns the tuner after its search."""
    data = digits().scaled()
    methods = ["gradient_mask", "frame_regularizer", "receptive_field_freeze"]
    hypermodel = method_hypermodel(network, methods, seeds=1)
    tuner = resumable_tuner(hypermodel, directory=folder, trials=trials)
    validation = (data.x_test, data.y_test)
    tuner.search(data.x_train, data.y_train, epochs=2, validation_data=validation, verbose=0)
    return tuner


def best_outputs(tuner: Any) -> np.ndarray:
    return tuner.get_best_models()[0].predict(digits().scaled().x_test, verbose=0)


def compress(file: Path) -> None:
    """Keras packs the parts of a model as they are; most of their bytes are zeros."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


def make_models(folder: Path) -> dict[str, Any]:
    expected: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for name, build in MODELS.items():
        keras.utils.set_random_seed(0)
        file = folder / f"{name}.keras"
        build().save(file)
        compress(file)
        model = keras.saving.load_model(file)
        arrays[name] = outputs(model)
        expected[name] = {"settings": settings_of(model), "losses": mean_losses(model)}
    keras.utils.set_random_seed(0)
    masked = apply_gradient_mask(plain(), sigma=0.75)
    masked.get_layer("normalized").set_weights([np.full(4, value) for value in (1.5, 0.5, 0.1, 2)])
    masked.save_weights(folder / "masked.weights.h5")
    np.savez_compressed(folder / "outputs.npz", **arrays, masked=outputs(masked))
    return expected


def make_results(folder: Path) -> dict[str, Any]:
    compare_methods(folder / "comparison", progress=False).save(folder / "comparison.json")
    compare_own_objects(folder / "comparison_of_own_objects", progress=False)
    for name, run in {"tuning": tune, "tuning_of_own_objects": tune_own_objects}.items():
        record = run(folder / name)
        assert record is not None
        record.to_json(folder / f"{name}.json", indent=1)
    tuner = search(folder / "search")
    np.savez_compressed(folder / "best_of_search.npz", outputs=best_outputs(tuner))
    rising = WhenRising("val_loss", path=folder / "when_rising.json")
    for epoch, loss in enumerate(LOSSES):
        rising.observe(epoch, {"val_loss": loss})
    return {"search": {trial.trial_id: trial.score for trial in tuner.oracle.get_best_trials()}}


def main(folder: Path, part: str) -> None:
    """Makes `"models"` or `"results"` in a folder of that name, which must not be there."""
    make = {"models": make_models, "results": make_results}[part]
    (folder / part).mkdir(parents=True)
    expected = {**make(folder / part), "made with": versions()}
    text = json.dumps(expected, indent=1, sort_keys=True)
    (folder / part / "expected.json").write_text(text + "\n", encoding="utf-8")


def versions() -> dict[str, str]:
    """What a folder of results holds of these, a later call would say otherwise."""
    return {
        "keras_lateral": keras_lateral.__version__,
        "keras": keras.__version__,
        "backend": keras.config.backend(),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
