"""The name by which a layer is told from all others, and what else it answers to."""

from __future__ import annotations

from collections.abc import Collection, Sequence


class Label(str):
    """A name that no other layer of a model has, which knows where its layer is.

    Args:
        text: The name: the layer's own where no other layer has it, else its path.
        path: Names from the model to the layer, `"outer/inner"`, numbered where two layers of one
            name are in the same place. Defaults to the text.
        place: The path without such a number. Defaults to the path.

    Example:

    >>> label = Label("conv", path="block/conv")
    >>> label, label.path, Label("conv") + ":1"
    ('conv', 'block/conv', 'conv:1')
    """

    path: str
    place: str

    def __new__(cls, text: str, path: str | None = None, place: str | None = None) -> Label:
        """Makes the string, and notes where the layer is."""
        label = super().__new__(cls, text)
        label.path = text if path is None else path
        label.place = label.path if place is None else place
        return label

    def __add__(self, ending: str) -> Label:
        """Returns the label of a part of what this one names, or of a later call of it."""
        return Label(str(self) + ending, self.path + ending, self.place + ending)


def as_label(name: str) -> Label:
    """Returns a name as a label; one that is a plain string is its own path."""
    return name if isinstance(name, Label) else Label(name)


def meant_by(name: str, labels: Collection[str]) -> list[str]:
    """Returns the labels that a name may mean: one of them, a path, or the end of paths.

    Args:
        name: What was asked for.
        labels: Those that there are.

    Example:

    >>> labels = [Label("first", path="b1/first"), "b1/conv", "b2/conv"]
    >>> meant_by("b1/first", labels), meant_by("conv", labels), meant_by("b1", labels)
    (['first'], ['b1/conv', 'b2/conv'], [])
    """
    exact = [label for label in labels if label == name]
    if exact:
        return exact
    known = [as_label(label) for label in labels]
    there: list[str] = [label for label in known if name in (label.path, label.place)]
    return there or [label for label in known if label.place.endswith(f"/{name}")]


def find_label(name: str, labels: Collection[str], kind: str = "layer") -> str:
    """Returns the one label that a name means.

    Args:
        name: A label, a path, or the end of a path where no other layer's has it too.
        labels: Those that there are.
        kind: What they are labels of, in the error.

    Raises:
        KeyError: If the name means none of them, or several.
    """
    found = meant_by(name, labels)
    if len(found) == 1:
        return found[0]
    problem = f"Several {kind}s are" if found else f"No {kind} is"
    raise KeyError(f"{problem} called {name!r}. Expected one of {_texts(found or labels)}.")


def find_labels(
    names: str | Collection[str], labels: Sequence[str], what: str, argument: str = "layers"
) -> list[str]:
    """Returns the labels that the names given to an argument mean.

    Args:
        names: A name or several, see `find_label`.
        labels: Those that there are.
        what: What they are labels of, in the error.
        argument: The argument's name.

    Raises:
        ValueError: If a name means none of them, or several.
    """
    asked = [names] if isinstance(names, str) else list(names)
    found = {name: meant_by(name, labels) for name in asked}
    unknown = [name for name, meant in found.items() if not meant]
    if unknown:
        raise ValueError(
            f"Invalid value for argument `{argument}`. Expected names of {_texts(labels)}, {what}. "
            f"Received: {argument}={unknown}"
        )
    for name, meant in found.items():
        if len(meant) > 1:
            raise ValueError(
                f"Invalid value for argument `{argument}`. Several of {what} are called {name!r}: "
                f"{_texts(meant)}. Name the one that you mean, or all of them"
            )
    return list(dict.fromkeys(meant[0] for meant in found.values()))


def _texts(labels: Collection[str]) -> list[str]:
    return [str(label) for label in labels]
