"""A method that a user writes is compared, combined, tuned and cited exactly as ours are."""

import keras
import numpy as np
import pytest

from keras_lateral import (
    CosineLearningRate,
    Method,
    compare,
    comparison_html,
    known_methods,
    method_hypermodel,
    receptive_field_freeze_method,
    register_method,
)
from keras_lateral.keras_tools.soft_labels import accuracy, use_soft_labels
from keras_lateral.methods import _known
from tests.comparison.tiny import tiny_images, tiny_model

# Other backends get the same batches, epochs and callbacks through the same code.
pytestmark = pytest.mark.home

DATA = tiny_images()
SOURCE = "Zhang, H. et al. (2018). mixup: Beyond Empirical Risk Minimization. ICLR."


@pytest.fixture(autouse=True)
def known_as_before():
    before = dict(_known)
    for name in [line.name for line in known_methods("yours")]:
        del _known[name]
    yield
    _known.clear()
    _known.update(before)


def mixup(images, labels, generator):
    share = generator.beta(0.4, 0.4, (len(images), 1)).astype("float32")
    other, classes = generator.permutation(len(images)), np.eye(2, dtype="float32")[labels]
    mixed = share[..., None, None] * images + (1 - share)[..., None, None] * images[other]
    return mixed, share * classes + (1 - share) * classes[other], None


def one_hot(images, labels, generator):
    generator.random(7)
    return images, np.eye(2, dtype="float32")[labels], None


def as_they_are(images, labels, generator):
    generator.random(7)
    return images, labels, None


def weighted(images, labels, generator):
    return images, labels, np.where(labels == 0, 2.0, 0.5).astype("float32")


def twice(epochs):
    return 2 * epochs


def small_steps(model, rate=1e-6):
    model.optimizer.learning_rate = rate
    return model


def compared(*methods, **arguments):
    options = {"seeds": 1, "epochs": 2, "batch_size": 5, "progress": False} | arguments
    return compare(tiny_model, DATA, list(methods), **options)


def run_of(comparison, name):
    return next(run for run in comparison.runs if run.method == name)


def test_batches_that_are_left_as_they_are_give_the_baseline_to_the_last_bit():
    comparison = compared(Method("as they are", batches=as_they_are))
    baseline, other = run_of(comparison, "baseline"), run_of(comparison, "as they are")
    assert baseline.history == other.history
    assert baseline.measures["loss"] == other.measures["loss"]


def test_labels_as_shares_of_the_classes_train_with_the_same_loss():
    comparison = compared(Method("one hot", batches=one_hot))
    baseline, other = run_of(comparison, "baseline"), run_of(comparison, "one hot")
    np.testing.assert_allclose(other.history["loss"], baseline.history["loss"], rtol=1e-5)
    np.testing.assert_allclose(other.history["accuracy"], baseline.history["accuracy"])
    assert other.measures["loss"] == pytest.approx(baseline.measures["loss"], rel=1e-4)


def test_mixed_images_weights_and_longer_training_arrive():
    methods = [
        Method("mixup", batches=mixup, reference=SOURCE),
        Method("weighted", batches=weighted),
        Method("twice as long", epochs=twice),
    ]
    comparison = compared(*methods, "gradient_mask")
    lengths = {run.method: len(run.history["loss"]) for run in comparison.runs}
    assert lengths == {
        "baseline": 2, "mixup": 2, "weighted": 2, "twice as long": 4, "gradient_mask": 2
    }  # fmt: skip
    losses = {run.method: run.history["loss"][0] for run in comparison.runs}
    assert losses["mixup"] != losses["baseline"] != losses["weighted"]
    assert losses["twice as long"] == losses["baseline"]
    page = comparison_html(comparison)
    assert SOURCE in page
    assert "Jiang, L. (2022)" in page
    assert "Golkar" not in page


def test_a_registered_method_is_known_by_name_alone_and_in_a_combination():
    register_method(Method("small steps", small_steps, settings={"rate": 1e-6}), summary="slowly")
    assert known_methods("yours")[0].summary == "slowly"
    comparison = compared("small steps", "gradient_mask+small steps")
    assert comparison.methods == ("small steps", "gradient_mask+small steps")
    weights = comparison.settings["methods"]["gradient_mask+small steps"]
    assert weights["small steps"] == {"rate": 1e-6}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gradient_mask", "'gradient_mask', as one of this library's is"),
        ("mine+yours", "whose name has no `\\+` and `,`"),
        ("a,b", "whose name has no `\\+` and `,`"),
    ],
)
def test_a_name_that_is_taken_or_reads_as_several_is_not_registered(name, words):
    with pytest.raises(ValueError, match=words):
        register_method(Method(name))


def test_a_name_registered_again_means_the_new_method():
    register_method(Method("mine", settings={"version": 1}))
    register_method(Method("mine", settings={"version": 2}))
    (line,) = known_methods("yours")
    assert line.method().settings == {"version": 2}


def test_only_methods_are_registered():
    with pytest.raises(ValueError, match="argument `method`"):
        register_method("gradient_mask")


def test_what_a_batch_must_not_be_is_found_before_training():
    def fewer_labels(images, labels, generator):
        return images, labels[:1], None

    def one_thing(images, labels, generator):
        return images

    def two_things(images, labels, generator):
        return images, labels

    for batches in (fewer_labels, one_thing, two_things, lambda *_: None):
        with pytest.raises(ValueError, match="The `batches` of method 'broken' "):
            compared(Method("broken", batches=batches))


@pytest.mark.parametrize(
    "callbacks", [lambda: None, keras.callbacks.TerminateOnNaN, lambda: [CosineLearningRate]]
)
def test_callbacks_that_are_no_list_of_callbacks_are_found_before_training(callbacks):
    with pytest.raises(ValueError, match="`callbacks` of method 'odd' must return a list of Keras"):
        compared(Method("odd", callbacks=callbacks))


def test_batches_that_fail_only_on_a_smaller_batch_are_found_before_training():
    def five(images, labels, generator):
        return images, labels, np.ones(5, "float32")

    with pytest.raises(ValueError, match="The `batches` of method 'five' "):
        compared(Method("five", batches=five))  # of 12 images, the last batch has two


def test_a_freeze_beside_a_methods_own_falling_rate_alternates_too():
    own = Method("own decay", callbacks=decay)
    both = own + receptive_field_freeze_method()
    comparison = compare(staged_model, DATA, [both], seeds=1, epochs=8, progress=False)
    settings = comparison.settings["methods"]["own decay+receptive_field_freeze"]
    assert settings["receptive_field_freeze"]["epochs"].startswith("AlternatingEpochs")


def test_a_loss_that_does_not_take_the_labels_is_found_before_training():
    def three_classes(images, labels, generator):
        return images, np.eye(3, dtype="float32")[labels], None

    with pytest.raises(ValueError, match="batches of method 'three', with labels of shape"):
        compared(Method("three", batches=three_classes))


@pytest.mark.parametrize("epochs", [lambda n: 0, lambda n: 1.5, lambda n: True])
def test_a_number_of_epochs_that_is_none_is_found_before_training(epochs):
    with pytest.raises(ValueError, match="`epochs` of method 'odd' must return a whole number"):
        compared(Method("odd", epochs=epochs))


def decay():
    return [CosineLearningRate()]


def test_the_neighbours_train_as_the_command_lets_them():
    names = [line.name for line in known_methods("neighbours")]
    comparison = compared(*names, "+".join(["gradient_mask", *names]), callbacks=decay)
    assert not any(run.diverged for run in comparison.runs)
    losses = [run.measures["loss"] for run in comparison.runs]
    assert len(set(losses)) == len(losses)


def test_under_a_rate_that_ends_near_0_the_freeze_alternates_whoever_makes_it_fall():
    def settings(**arguments):
        comparison = compare(
            staged_model, DATA, ["receptive_field_freeze"], seeds=1, progress=False, **arguments
        )
        return comparison.settings["methods"]["receptive_field_freeze"]["epochs"]

    assert settings(epochs=2) == "last"
    assert settings(epochs=8, callbacks=decay).startswith("AlternatingEpochs")
    asked = receptive_field_freeze_method(epochs=[1])
    assert asked.under(rate_ends_near_zero=True) is asked


def staged_model():
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Conv2D(2, 3, padding="same"), layers.MaxPooling2D()]
        + [layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def step_space(hp, epochs, *, rate=(1e-4, 1e-2)):
    value = hp.Float("steps/rate", *rate, sampling="log")
    return Method("steps", lambda model: small_steps(model, value), settings={"rate": value})


def build_tiny():  # without arguments: a function that takes some is handed `hp`
    return tiny_model()


def test_a_users_method_is_tuned_as_ours_are():
    keras_tuner = pytest.importorskip("keras_tuner", reason="the extra `tuner`")
    register_method(Method("steps", space=step_space))
    mixed = Method("mixed", batches=mixup, space=lambda hp, epochs: Method("mixed", batches=mixup))
    hypermodel = method_hypermodel(
        build_tiny,
        ["steps", "gradient_mask", mixed],
        seeds=1,
        steps={"rate": (0.25, 0.5)},
        gradient_mask={"threshold": 0.2},
    )
    hp = keras_tuner.HyperParameters()
    model = hypermodel.build(hp)
    assert {parameter.name for parameter in hp.space} == {"steps/rate", "gradient_mask/sigma"}
    assert float(model.optimizer.learning_rate) == 0.25
    fit = {"epochs": 1, "verbose": 0, "validation_data": (DATA.x_test / 255.0, DATA.y_test)}
    logs = hypermodel.fit(hp, model, DATA.x_train / 255.0, DATA.y_train, **fit)
    assert np.isfinite(logs["val_loss"])


def test_a_method_without_a_space_cannot_be_tuned():
    pytest.importorskip("keras_tuner", reason="the extra `tuner`")
    with pytest.raises(ValueError, match="'plain', which has no hyperparameters to search"):
        method_hypermodel(tiny_model, [Method("plain")])


@pytest.mark.parametrize("from_logits", [True, False])
def test_a_sparse_cross_entropy_becomes_that_of_shares(from_logits):
    scores = keras.random.normal((4, 3), seed=1)
    scores = scores if from_logits else keras.ops.softmax(scores)
    labels = np.array([0, 2, 1, 1])
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    model.compile("sgd", sparse)
    use_soft_labels(model)
    expected = keras.ops.convert_to_numpy(sparse(labels, scores))
    for y in (np.eye(3, dtype="float32")[labels], labels, labels[:, None]):
        found = keras.ops.convert_to_numpy(model.loss(y, scores))
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_accuracy_is_that_of_the_class_with_the_largest_share():
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]], "float32")
    shares = np.array([[0.4, 0.6], [0.2, 0.8], [0.0, 1.0]], "float32")
    for y in (shares, shares.argmax(axis=1), shares.argmax(axis=1)[:, None]):
        found = keras.ops.convert_to_numpy(accuracy(y, scores))
        np.testing.assert_array_equal(found, [1, 0, 1])


@pytest.mark.parametrize("given", [list, lambda losses: {"scores": losses[0]}])
def test_the_loss_of_one_output_may_stand_in_a_list_or_dict(given):
    x = keras.Input((3,))
    model = keras.Model(x, keras.layers.Dense(3, activation="softmax", name="scores")(x))
    model.compile("sgd", given(["sparse_categorical_crossentropy"]))
    use_soft_labels(model)
    assert np.isfinite(model.train_on_batch(np.ones((2, 3)), np.full((2, 3), 1 / 3)))


def test_another_loss_stays():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.compile("sgd", "mse")
    use_soft_labels(model)
    assert model.loss == "mse"
