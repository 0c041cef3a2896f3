"""The documents agree with the package, with each other, and with the checks they name."""

import configparser
import importlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import keras_lateral
from keras_lateral import known_methods

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
OURS = "keras-lateral"


def tox_sections() -> configparser.ConfigParser:
    sections = configparser.ConfigParser(interpolation=None)
    sections.read(ROOT / "tox.ini", encoding="utf-8")
    return sections


def tox_environments() -> set[str]:
    return {name.removeprefix("testenv:") for name in tox_sections() if name.startswith("testenv:")}


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def tracked_texts() -> dict[str, str]:
    texts = {}
    for path in tracked_files():
        data = path.read_bytes()
        if b"\0" not in data:
            texts[path.relative_to(ROOT).as_posix()] = data.decode("utf-8")
    return texts


def packages_of(extra: str) -> set[str]:
    """Names of the packages that an extra requires on this machine, other extras included."""
    names: set[str] = set()
    for requirement in map(Requirement, EXTRAS[extra]):
        if requirement.name == OURS:
            names = names.union(*map(packages_of, requirement.extras))
        elif requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            names.add(requirement.name)
    return names


def test_the_citation_names_the_sources_and_the_current_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == keras_lateral.__version__
    assert citation["license"] == PYPROJECT["project"]["license"]
    others = [line for line in known_methods() if line.family in ("neighbours", "remedies")]
    assert len(citation["references"]) == 4 + len(others)  # the first four of the main methods
    for reference in citation["references"]:
        assert reference["title"]
        assert reference["authors"]


def test_the_changelog_has_the_current_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^]]+)\]", changelog, flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1] == keras_lateral.__version__


def test_every_extra_that_a_text_names_exists() -> None:
    pattern = re.compile(rf"{OURS}\[([a-z][a-z,\s-]*)\]")
    named = {
        (path, extra.strip())
        for path, text in tracked_texts().items()
        for group in pattern.findall(text)
        for extra in group.split(",")
    }
    assert not {(path, extra) for path, extra in named if extra not in EXTRAS}


@pytest.mark.parametrize("extra", EXTRAS)
def test_no_extra_asks_for_two_builds_of_tensorflow(extra: str) -> None:
    assert not packages_of(extra) >= {"tensorflow", "tensorflow-cpu"}


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - {"tensorflow-cpu", "tensorflow", "cuda"}))
def test_only_the_extra_that_says_so_brings_a_backend(extra: str) -> None:
    backends = packages_of(extra) & {"tensorflow", "tensorflow-cpu", "jax", "torch"}
    assert backends == ({"tensorflow"} if extra == "all" else {extra} & {"jax", "torch"})


def test_the_core_depends_on_keras_and_numpy_alone() -> None:
    names = {Requirement(line).name for line in PYPROJECT["project"]["dependencies"]}
    assert names == {"keras", "numpy"}


def test_every_extra_that_tox_installs_exists() -> None:
    lines = [section.get("extras", "") for section in tox_sections().values()]
    names = re.split(r"[,\s]+", re.sub(r"\{[^}]*\}", "", " ".join(lines)).strip(" ,"))
    assert set(names) - {""} <= set(EXTRAS)


def test_every_tox_environment_that_a_workflow_or_document_names_exists() -> None:
    environments = tox_environments()
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    named: set[str] = set()
    for job in workflow["jobs"].values():
        matrix = job["strategy"]["matrix"]
        named |= set(matrix["env"]) | {row["env"] for row in matrix.get("include", [])}
    for text in tracked_texts().values():
        for group in re.findall(r"\btox\"? -e ([a-z,]+)", text):
            named |= set(group.split(","))
    assert named <= environments


def test_no_tracked_text_names_a_path_of_one_machine() -> None:
    folders = "|".join(["home", "opt", "root", "tmp", "Users", "work"])
    pattern = re.compile(rf"(?<![\w.:/}})-])/(?:{folders})/[\w.]")
    found = {path: pattern.findall(text) for path, text in tracked_texts().items()}
    assert not {path: hits for path, hits in found.items() if hits}


@pytest.mark.parametrize(
    ("script", "card"),
    [
        ("table", "gradient-mask"),
        ("frame_table", "frame-regularizer"),
        ("freeze_table", "receptive-field-freeze"),
    ],
)
def test_the_card_holds_the_table_of_the_benchmark(
    script: str, card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    table = importlib.import_module(script).table()
    assert table in (ROOT / "docs" / "methods" / f"{card}.md").read_text(encoding="utf-8")


def test_the_page_of_costs_holds_both_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    page = (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")
    for script, make in {"run": "text", "analysis_costs": "table"}.items():
        assert getattr(importlib.import_module(script), make)() in page


def test_the_guide_holds_the_table_of_the_methods() -> None:
    table = importlib.import_module("docs.methods_table").table()
    assert table in (ROOT / "docs" / "guides" / "compare.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("method", ["backdrop", "gradient_centralization"])
def test_the_list_of_what_a_new_method_touches_is_what_two_of_them_touched(method: str) -> None:
    """The list has `<method>` where paths have the method's name."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split("## A fourth method")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE))
    texts = tracked_texts()
    touched = {path for path, content in texts.items() if method in (path + content).lower()}
    # This file, and the experiments that compare with it.
    elsewhere = {path for path in touched if path.startswith("experiments/")}
    elsewhere |= {"tests/test_documents.py"}
    assert {path.replace(method, "<method>") for path in touched} - elsewhere == listed
