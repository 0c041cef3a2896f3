"""Methods of the user's own file, from the word that is typed to the worker process."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_lateral import Method, compare, known_methods, methods
from keras_lateral.comparison.command.main import main
from keras_lateral.comparison.command.method_files import (
    check_typed,
    methods_of_file,
    methods_typed,
    parts_of,
)
from keras_lateral.methods import methods_of
from keras_lateral.user_file import code_digest, loaded_file
from tests.comparison.tiny import tiny_images, tiny_model
from tests.datasets.image_files import image_folder

FILE = """
from keras_lateral import Method, gradient_mask_method
from my_helpers import FACTOR

twice = Method("trains longer", epochs=lambda epochs: FACTOR * epochs)

def scaled(model):
    return model

def darker():
    factor = 0.5
    return Method("darker", batches=lambda x, y, generator: (factor * x, y, None))

def grid():
    return [Method(f"dark {n}", batches=lambda x, y, g, n=n: (x / n, y, None)) for n in (2, 4)]

def both():
    return gradient_mask_method() + darker()

def needs(factor, *, more=1):
    return Method("x")

def number():
    return 3

def broken():
    factor = 1 // 0

def bad_change(model):
    return model.no_such_attribute

def two_arguments(model, factor):
    return model

def brighter(x, y, generator):
    return 2 * x, y, None

bad = Method("bad", change=bad_change)
misfit = Method("misfit", change=two_arguments)
taken = Method("gradient_mask")
joined = Method("a+b")
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(methods, "_known", dict(methods._known))
    monkeypatch.setattr(sys, "path", list(sys.path))
    methods_of_file.cache_clear()
    (tmp_path / "my_helpers.py").write_text("FACTOR = 2\n")
    path = tmp_path / "my methods.py"
    path.write_text(FILE)
    return path


@pytest.mark.home
def test_words_are_read_part_by_part() -> None:
    assert parts_of("gradient_mask+a.py:b+c+d.py:e") == ["gradient_mask", "a.py:b", "c+d.py:e"]
    assert parts_of("a.py:b") == ["a.py:b"]
    assert parts_of("magic+gradient_mask") == ["magic", "gradient_mask"]


@pytest.mark.home
def test_a_method_of_a_file_is_known_by_its_own_name_and_combined(file: Path) -> None:
    words = [
        f"{file}:twice",
        f"{file}:twice+gradient_mask",
        f"gradient_mask+{file}:grid",
        "soft_orthogonality",
    ]
    check_typed(words)
    found = methods_of(methods_typed(words))
    assert [method.name for method in found] == [
        *("trains longer", "trains longer+gradient_mask"),
        *("gradient_mask+dark 2", "gradient_mask+dark 4", "soft_orthogonality"),
    ]
    assert found[1].epochs_for(3) == 6
    assert "trains longer" in [line.name for line in known_methods()]
    assert methods_of(["trains longer"])[0].epochs_for(5) == 10
    assert methods_typed([f"{file}:both"])[0].name == "gradient_mask+darker"  # type: ignore[union-attr]


@pytest.mark.home
def test_a_method_that_two_references_mean_is_taken_once(file: Path) -> None:
    file.write_text(FILE + "\ndef all_of_them():\n    return [twice, *grid()]\n")
    words = [f"{file}:twice", f"{file}:all_of_them"]
    found = methods_of(methods_typed(words))
    assert [method.name for method in found] == ["trains longer", "dark 2", "dark 4"]


@pytest.mark.home
def test_lambdas_and_closures_reach_a_worker(file: Path) -> None:
    (combined,) = methods_of(methods_typed([f"{file}:twice+gradient_mask+{file}:darker"]))
    copy = pickle.loads(pickle.dumps(combined))
    assert copy.epochs_for(4) == 8
    x, y = np.ones((2, 4, 4, 1), "float32"), np.array([0, 1])
    np.testing.assert_array_equal(copy.batches(x, y, np.random.default_rng(0))[0], x / 2)


@pytest.mark.slow
@pytest.mark.home
def test_a_worker_process_trains_with_a_method_of_a_file(file: Path) -> None:
    options: dict[str, Any] = {"seeds": 1, "epochs": 1, "progress": False}
    chosen = methods_of(methods_typed([f"{file}:darker"]))
    here, there = (compare(tiny_model, tiny_images(), chosen, workers=n, **options) for n in (1, 2))
    digests = [[run.weights_digest for run in c.runs] for c in (here, there)]
    assert sorted(digests[0]) == sorted(digests[1])
    assert len(set(digests[0])) == 2


@pytest.mark.home
def test_the_code_belongs_to_the_settings_and_comments_and_places_do_not(
    file: Path, tmp_path: Path
) -> None:
    def digest_now() -> str:
        methods_of_file.cache_clear()
        methods._known.pop("trains longer", None)
        (method,) = methods_of(methods_typed([f"{file}:twice"]))
        return str(method.settings["code_digest"])

    first = digest_now()
    file.write_text("# a comment\n" + FILE)
    assert digest_now() == first == code_digest(file, "twice")
    (tmp_path / "my_helpers.py").write_text("FACTOR = 3\n")
    assert digest_now() != first
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    file.rename(moved / file.name)
    (tmp_path / "my_helpers.py").rename(moved / "my_helpers.py")
    (moved / "my_helpers.py").write_text("FACTOR = 2\n")
    assert code_digest(moved / file.name, "twice") == first
    file.write_text(FILE + "\nx = 1")
    assert loaded_file(file).x == 1


WRONG = [
    ("nowhere.py:twice", "'nowhere.py'. It does not exist"),
    (
        "FILE:twise",
        "has no 'twise'. Did you mean 'twice'? It defines: bad, bad_change, both, brighter, broken",
    ),
    ("FILE:needs", "a function that needs factor"),
    ("FILE:bad_change", 'my_bad_change = Method("my bad_change", change=bad_change)'),
    ("FILE:brighter", 'my_brighter = Method("my brighter", batches=brighter)'),
    ("FILE:misfit", "the `change` of method 'misfit' is called with (model). Received a function"),
    ("FILE:number", "Received: 3"),
    ("FILE:broken", "ZeroDivisionError: integer division or modulo by zero ("),
    ("FILE:taken", "'gradient_mask' is that of another one"),
    ("FILE:joined", "the method's name 'a+b' holds `+` or `,`, which join names"),
    ("EXITS:x", "cannot be loaded. SystemExit: 3 ("),
    ("my.py", "Expected FILE.py:NAME, such as my.py:idea, where NAME"),
    ("my:idea", "Expected FILE.py:NAME, such as my.py:idea, where NAME"),
    ("gradient_maks", "Received: 'gradient_maks'. Did you mean 'gradient_mask'?"),
    ("FILE:twice+magic", "Received: 'magic'"),
    ("SYNTAX:x", "line 2: `def f(:`"),
    ("IMPORT:x", "No module named 'no_such_module'"),
    ("IMPORT:x", "line 1: `import no_such_module`"),
    ("FILE:bad", "`return model.no_such_attribute`"),
    ("FILE:bad", "compare: Method 'bad': The `change` of "),
    ("stochastic_depth", "compare: Method 'stochastic_depth': Expected a model with "),
    ("FILE:twice+" * 2 + "gradient_mask", "cannot be combined"),
]


@pytest.mark.home
@pytest.mark.parametrize(("word", "words"), WRONG)
def test_what_can_be_wrong_is_said_before_the_first_training(
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("syntax.py").write_text("x = 1\ndef f(:\n")
    Path("missing.py").write_text("import no_such_module\n")
    Path("exits.py").write_text("import sys\nsys.exit(3)\n")
    written = {"SYNTAX": "syntax.py", "IMPORT": "missing.py", "EXITS": "exits.py"}
    for name, path in {"FILE": file, **written}.items():
        word = word.replace(name, str(path))
    folder = str(image_folder(tmp_path / "photos", per_class=2))
    typed = ["compare", "--images", folder, "--smoke", "--quiet", "--methods", word]
    assert main(typed) == 2
    errors = capsys.readouterr().err
    assert words in errors
    assert errors.startswith("keras-lateral compare: ")
    assert "Traceback" not in errors


@pytest.mark.home
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("--methods FILE:misfit", "(model). Received a function that takes (model, factor)."),
        ("--model FILE:needs", "image_shape, classes, learning_rate, by these names"),
    ],
)
def test_a_user_s_own_files_are_looked_at_before_the_images(
    file: Path, capsys: pytest.CaptureFixture[str], typed: str, words: str
) -> None:
    option, word = typed.replace("FILE", str(file)).split(" ", 1)
    assert main(["compare", "--images", "nowhere", option, word]) == 2
    assert words in capsys.readouterr().err


def test_a_method_that_changes_weights_or_returns_nothing_is_refused() -> None:
    def zeroed(model: Any) -> Any:
        model.set_weights([0 * w for w in model.get_weights()])
        return model

    options: dict[str, Any] = {"seeds": 1, "epochs": 1, "progress": False}
    with pytest.raises(ValueError, match="'zero' changes the initial weights"):
        compare(tiny_model, tiny_images(), [Method("zero", change=zeroed)], **options)
    with pytest.raises(ValueError, match="'none' does not return a compiled model"):
        compare(tiny_model, tiny_images(), [Method("none", change=lambda m: None)], **options)  # type: ignore[arg-type, return-value]
