"""In which form a model's compiled loss takes labels, and labels in that form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.head.compiled_loss import only_loss
from keras_lateral.keras_tools.training_step import build_for, takes_training, unchanged

LabelForm = Literal["integers", "one-hot", "column"]
"""`(images,)`; shares of classes `(images, classes)`; or the share of class 1, `(images, 1)`."""

IN_WORDS: dict[LabelForm, str] = {
    "integers": "integer labels of shape (images,)",
    "one-hot": "one-hot labels of shape (images, classes)",
    "column": "labels 0 and 1 of shape (images, 1)",
}


def in_form(labels: np.ndarray, form: LabelForm, classes: int) -> np.ndarray:
    """Returns labels in the form that a loss takes.

    Args:
        labels: Integers `(images,)`, or shares of the classes `(images, classes)`. Shares stay as
            they are for a loss of one-hot labels.
        form: The form.
        classes: Number of classes.

    Example:

    >>> import numpy as np
    >>> in_form(np.array([1, 0]), "one-hot", 2).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    >>> in_form(np.array([[0.25, 0.75]]), "column", 2).tolist()
    [[0.75]]
    """
    labels = np.asarray(labels)
    if form == "integers":
        return labels
    if labels.ndim == 1:
        labels = np.eye(classes, dtype="float32")[labels.astype("int64")]
    return labels if form == "one-hot" else labels[:, 1:]


def classes_of(model: keras.Model, labels: np.ndarray) -> int:
    """Returns the number of classes: two for one score, and never fewer than the labels name.

    Args:
        model: A classifier.
        labels: Integers `(images,)` or `(images, 1)`, or shares of the classes `(images, classes)`.
    """
    if labels.ndim == 2 and labels.shape[1] > 1:
        return int(labels.shape[1])
    return max(2, units_of(model) or 0, int(labels.max()) + 1)


def label_form(
    model: keras.Model, images: Callable[[], Any], preferred: LabelForm = "integers"
) -> LabelForm:
    """Returns in which form the compiled loss of a classifier takes labels.

    Keras' losses are known. Any other is tried on a few images, in each form: integers first.

    Args:
        model: A compiled classifier.
        images: Returns images, of which the first is used if the loss is not known.
        preferred: The form where the loss takes several.

    Raises:
        ValueError: If the loss takes none of them. The message has what Keras says.
    """
    loss = only_loss(model.loss)
    if loss is None:
        return "integers"  # its own training step knows
    if getattr(loss, "takes_shares", False) or type(loss).__name__.startswith("SoftLabel"):
        return preferred if units_of(model) != 1 else "integers"
    kind = _CLASSES.get(type(loss)) or (_FUNCTIONS.get(loss) if _hashable(loss) else None)
    units = units_of(model)
    if kind == "sparse":
        return "integers"
    if kind is not None and units is not None:
        if units > 1:
            return "one-hot"
        return "integers" if kind == "binary" else "column"
    return _tried(model, loss, np.asarray(images()[:1]), preferred)


def _tried(model: keras.Model, loss: Any, x: np.ndarray, preferred: LabelForm) -> LabelForm:
    first = _scores_of_one(model, x)
    if first is None:
        return preferred  # no classifier of such images, which is said elsewhere
    classes = int(first.shape[-1])
    images = 3 if classes != 3 else 4  # so that no wrong form fits by its number of images
    scores = ops.repeat(first, images, axis=0)
    labels = np.arange(images) % max(classes, 2)
    forms: list[LabelForm] = ["integers", "one-hot"]
    if classes == 1:  # integers (images,) would be spread over (images, images)
        forms, preferred = ["column", "integers"], "column"
    said: dict[LabelForm, str] = {}
    for form in sorted(forms, key=lambda form: form != preferred):
        given = ops.convert_to_tensor(in_form(labels, form, max(classes, 2)))
        try:
            value = np.asarray(ops.convert_to_numpy(loss(given, scores)))
        except Exception as error:  # noqa: BLE001, whatever a loss of the user's raises
            said[form] = f"{type(error).__name__}: {error}"
            continue
        if value.size in (1, images):
            return form
        said[form] = f"it returns a value of shape {value.shape}"
    tried = " ".join(f"For {IN_WORDS[form]}: {error}." for form, error in said.items())
    raise ValueError(
        f"The loss of model {model.name!r} takes labels in no form that is known here. {tried}"
    )


def _scores_of_one(model: keras.Model, x: np.ndarray) -> Any:
    """Returns the scores of an image, `(1, classes)`; `None` if there are no such scores."""
    mode = {"training": False} if takes_training(model) else {}
    try:
        build_for(model, x)
        with unchanged(model):
            y: Any = model(ops.convert_to_tensor(x), **mode)
    except Exception:  # noqa: BLE001, whatever a model of the user's raises
        return None
    return None if keras.tree.is_nested(y) or len(y.shape) != 2 else y


def units_of(model: keras.Model) -> int | None:
    """Returns the number of scores of a classifier; `None` if it does not tell."""
    shape: Any = getattr(model, "output_shape", None) if model.built else None
    if isinstance(shape, (tuple, list)) and shape and isinstance(shape[-1], int):
        return int(shape[-1])
    return None


def _hashable(loss: Any) -> bool:
    try:
        hash(loss)
    except TypeError:  # losses of several outputs, as a list or a dict
        return False
    return True


_ONE_HOT = (
    *("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalHinge"),
    *("CosineSimilarity", "Dice", "Hinge", "Huber", "KLDivergence", "LogCosh"),
    *("MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError"),
    *("MeanSquaredLogarithmicError", "Poisson", "SquaredHinge", "Tversky"),
)
_BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")

_ONE_HOT_FUNCTIONS = (
    *("categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge"),
    *("cosine_similarity", "dice", "hinge", "huber", "kl_divergence", "log_cosh"),
    *("mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_error"),
    *("mean_squared_logarithmic_error", "poisson", "squared_hinge", "tversky"),
)
_BINARY_FUNCTIONS = ("binary_crossentropy", "binary_focal_crossentropy")


def _known(kinds: dict[str, tuple[str, ...]]) -> dict[Any, str]:
    """Returns what there is of these names in this version of Keras."""
    pairs = [(name, kind) for kind, names in kinds.items() for name in names]
    return {
        getattr(keras.losses, name): kind for name, kind in pairs if hasattr(keras.losses, name)
    }


_CLASSES = _known(
    {"sparse": ("SparseCategoricalCrossentropy",), "one-hot": _ONE_HOT, "binary": _BINARY}
)
_FUNCTIONS = _known(
    {
        "sparse": ("sparse_categorical_crossentropy",),
        "one-hot": _ONE_HOT_FUNCTIONS,
        "binary": _BINARY_FUNCTIONS,
    }
)
