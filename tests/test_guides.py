"""The Python of the pages runs, from top to bottom of each page."""

import ast
import builtins
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(
    r"(?P<left_out><!-- not run: [^>]+ -->\n+)?^```python\n(?P<code>.*?)^```",
    flags=re.MULTILINE | re.DOTALL,
)
FOLDERS = ("guides", "methods", "concepts")
"""Others have tests of their own, or no Python."""
PAGES = ["index.md", "getting-started.md"] + [
    path.relative_to(DOCS).as_posix()
    for name in FOLDERS
    for path in sorted((DOCS / name).iterdir())
]
IDEAS = "guides/is-my-idea-better.md"
ELSEWHERE = {IDEAS, "guides/summary.md"}
"""Run by tests that also look at what they print or leave behind."""

pytestmark = pytest.mark.home
pytest.importorskip("sklearn", reason="the pages read scikit-learn's digits")
pytest.importorskip("scipy", reason="a comparison needs SciPy")


def code_of(page: str) -> list[str]:
    """Returns the blocks of a page, without those that say why they are not run."""
    found = BLOCK.finditer((DOCS / page).read_text(encoding="utf-8"))
    return [match["code"] for match in found if not match["left_out"]]


def run(page: str, names: dict[str, Any]) -> dict[str, Any]:
    """Runs the blocks of a page one after the other and returns the names they leave behind."""
    session = {"__name__": "__main__"} | names
    for number, block in enumerate(code_of(page)):
        exec(compile(block, f"{page}, example {number}", "exec"), session)  # noqa: S102
    return session


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_imports_exists(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        for node in ast.walk(ast.parse(match["code"])):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras_lateral"):
                module = importlib.import_module(str(node.module))
                assert not [alias.name for alias in node.names if not hasattr(module, alias.name)]


def names_not_made(page: str) -> set[str]:
    """Returns the names that the Python of a page reads and nothing on the page makes."""
    read: set[str] = set()
    made = set(dir(builtins))
    for node in ast.walk(ast.parse("\n".join(code_of(page)))):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
            case ast.Name(id=name) | ast.arg(arg=name):
                made.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                made.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                made |= {(alias.asname or alias.name).split(".")[0] for alias in names}
    return read - made


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_which_names_are_the_readers_own(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    yours = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"[^.:]*?\b(?:is|are) yours\b", text))))
    assert names_not_made(page) <= yours


def small_model() -> keras.Model:
    """Returns a compiled network for the digits: what pages call your own."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(8, 3, activation="relu", padding="same", name="conv3_block1_1_conv"),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, activation="relu", padding="same", name="conv4_block1_1_conv"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def what_readers_have() -> dict[str, Any]:
    """Returns the names that pages use for the reader's own model and images."""
    from keras_lateral.datasets import few_to_train, load_images

    data = few_to_train(load_images("digits"), 3, test_per_class=5)
    scaled = data.scaled()
    train, test = (scaled.x_train, scaled.y_train), (scaled.x_test, scaled.y_test)
    model = small_model()
    return {
        "model": model,
        "model_of_yours": model,
        "build_model": small_model,
        "data": data,
        "images": train[0],
        "labels": train[1],
        "held_out": test,
    }


def put_photos(folder: Path) -> None:
    """Writes photos of two classes and a table of their labels, as pages have them."""
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (24, 16, 16, 3), "uint8")
    lines = ["path,label"]
    for number, image in enumerate(pixels):
        name = f"{('cats', 'dogs')[number % 2]}/{number:03}.png"
        (folder / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / "photos" / name)
        lines.append(f"{name},{name[:4]}")
    (folder / "labels.csv").write_text("\n".join(lines), encoding="utf-8")


def accuracy_falls_with_pruning(names: dict[str, Any]) -> None:
    first, *_, last = names["curve"].accuracies
    assert first > 0.8
    assert last < first - 0.2


def no_attack_beats_the_gradient(names: dict[str, Any]) -> None:
    """SimBA's steps stay within the epsilon of the others."""
    results = {result.name.split("-")[0]: result.accuracy for result in names["attacked"].results}
    assert results["pgd"] <= results["fgsm"]
    assert results["pgd"] <= results["simba"] + 0.05


def the_first_network_has_learned(names: dict[str, Any]) -> None:
    images = names["images"]
    scores = names["model"].evaluate(images.x_test, images.y_test, verbose=0, return_dict=True)
    assert abs(scores["accuracy"] - 0.91) < 0.03


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "getting-started.md": the_first_network_has_learned,
    "guides/attack.md": no_attack_beats_the_gradient,
    "guides/prune.md": accuracy_falls_with_pruning,
}
"""What the page says of what its examples leave behind."""


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page not in ELSEWHERE])
def test_the_examples_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not code_of(page):
        pytest.skip("no Python on it")
    monkeypatch.chdir(tmp_path)
    put_photos(tmp_path)
    keras.utils.set_random_seed(0)
    left = run(page, what_readers_have())
    CHECKS.get(page, lambda _: None)(left)


@pytest.mark.slow
def test_each_idea_changes_the_training_it_is_compared_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = run(IDEAS, {})["table"]
    assert len(table.methods) == 5
    digests = {(run.method, run.seed): run.weights_digest for run in table.runs}
    for name in table.methods:
        assert digests[name, 0] != digests["baseline", 0], name
