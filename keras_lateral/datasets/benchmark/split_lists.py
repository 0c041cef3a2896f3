"""The benchmark's lists of image files: a name without ending and a label in each line."""

from pathlib import Path

from keras_lateral.datasets.benchmark.sets import SPLITS_URL, BenchmarkSet
from keras_lateral.datasets.folder.seen_folder import Layout, Role
from keras_lateral.datasets.labels.labelled_layout import LabelledFiles
from keras_lateral.datasets.labels.table import Row, Table
from keras_lateral.text import shown


def layout_of_split(
    name: str, facts: BenchmarkSet, root: Path, split: int, validation: bool
) -> tuple[Path, Layout]:
    """Returns the folder of the images, and those of a split by what they are for and by class.

    Args:
        name: Name of the set.
        facts: What is known of it.
        root: The folder that holds the lists and the folder of the images.
        split: Number of the split.
        validation: Whether the training images are divided for validation.

    Raises:
        FileNotFoundError: If a list or the folder of the images is missing, with where to get it.
        ValueError: If a line is wrong, or names a file that is missing; with the lines.
    """
    images = _folder_of_images(name, facts, root)
    tested = split if facts.tests else 0
    lists: dict[Role, Path] = (
        {
            "train": _list(name, root, "train", split),
            "validation": _list(name, root, "val", split),
        }
        if validation
        else {"train": _list(name, root, "trainval", split)}
    )
    lists["test"] = _list(name, root, "test", tested)
    found = {role: _entries(path, images, facts) for role, path in lists.items()}
    # A class is its place in the order of labels, of all parts.
    names = dict(
        sorted({label: name for _, of in found.values() for label, name in of.items()}.items())
    )
    parts = {
        role: LabelledFiles(
            images,
            {name: by_label[label] for label, name in names.items() if label in by_label},
            (),
            dict.fromkeys(names.values(), images),
            shown(lists[role]),
        )
        for role, (by_label, _) in found.items()
    }
    used = ", ".join(path.name for path in lists.values())
    return images, Layout(parts, (f"Split {split} of the small-data benchmark: {used}.",))


def _folder_of_images(name: str, facts: BenchmarkSet, root: Path) -> Path:
    for folder in facts.folders:
        if (root / folder).is_dir():
            return root / folder
    expected = " or ".join(f"`{folder}`" for folder in facts.folders)
    raise FileNotFoundError(
        f"The images of `{name}` were not found: there is no folder {expected} in {shown(root)}. "
        f"Get them from {facts.url}; {SPLITS_URL}/{name} says how they lie there."
    )


def _list(name: str, root: Path, what: str, split: int) -> Path:
    names = [f"{what}{split}.txt", *([f"{what}.txt"] if split == 0 else [])]
    for text in names:
        if (root / text).is_file():
            return root / text
    raise FileNotFoundError(
        f"The list of images {names[0]} was not found in {shown(root)}. Get it from "
        f"{SPLITS_URL}/{name}."
    )


def _entries(
    path: Path, images: Path, facts: BenchmarkSet
) -> tuple[dict[int, list[Path]], dict[int, str]]:
    """Returns the files of each label, and the name of each label's class."""
    files: dict[int, list[Path]] = {}
    names: dict[int, str] = {}
    problems, rows = [], []
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = text.rsplit(maxsplit=1)
        if not cells:
            continue
        rows.append(Row(line, tuple(cells)))
        label = int(cells[1]) if len(cells) == 2 and cells[1].isdecimal() else None
        if label is None or (facts.class_names and label >= len(facts.class_names)):
            problems.append((line, f"expected a name and a label, not {text!r}"))
            continue
        name = cells[0] if cells[0].endswith(facts.ending) else cells[0] + facts.ending
        if not (images / name).is_file():
            problems.append((line, f"there is no file {shown(images / name)}"))
        files.setdefault(label, []).append(images / name)
        names[label] = facts.class_names[label] if facts.class_names else _class_in(cells[0])
    if problems or not files:
        problems = problems or [(1, "it is empty")]
        raise Table(tuple(rows), shown(path)).error(problems)
    return files, names


def _class_in(name: str) -> str:
    """Returns the class that a path says: `Black footed Albatross` of `001.Black_footed_.../1`."""
    first = name.partition("/")[0]
    number, dot, rest = first.partition(".")
    return rest.replace("_", " ") if dot and number.isdecimal() else first
