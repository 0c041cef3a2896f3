"""What goes to the index: the same bytes from every build, complete, typed.

`tox -e release` runs this beside the build. It involves no backend.
"""

import email
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = "\n".join(re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL))
UNTYPED = '[tool.mypy]\nstrict = true\n[[tool.mypy.overrides]]\nmodule = "keras.*"\n'

pytestmark = [pytest.mark.slow, pytest.mark.home]
for module in ("build", "hatchling", "hatch_fancy_pypi_readme", "twine"):
    pytest.importorskip(module, reason="`tox -e release` has it")


def run(*command: object, **options: object) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def copy_of_the_checkout(folder: Path, time: int) -> Path:
    """The tracked files, as if they had been checked out at another time."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    for name in run("git", "ls-files", "-z", cwd=ROOT).split("\0"):
        if name and (ROOT / name).is_file():
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy)
            os.utime(copy, (time, time))
    return folder


def build(source: Path, *options: str) -> dict[str, Path]:
    """A build's files, by what they end in."""
    run(sys.executable, "-m", "build", "--no-isolation", *options, source)
    files = (source / "dist").iterdir()
    return {"wheel" if file.suffix == ".whl" else "sdist": file for file in files}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(copy_of_the_checkout(tmp_path_factory.mktemp("here"), 1_700_000_000))


@pytest.fixture(scope="module")
def metadata(built: dict[str, Path]) -> Message:
    with zipfile.ZipFile(built["wheel"]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_string(wheel.read(name).decode("utf-8"))


@pytest.fixture(scope="module")
def bare(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which nothing is but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    uv = shutil.which("uv") or Path(sys.executable).with_name("uv")
    run(uv, "venv", "--python", sys.executable, folder)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(uv, "pip", "install", "--python", python, built["wheel"])
    return python


def test_two_builds_are_the_same_bytes(
    built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = build(copy_of_the_checkout(tmp_path_factory.mktemp("elsewhere"), 1_600_000_000))
    assert built.keys() == again.keys() == {"wheel", "sdist"}
    for kind, file in built.items():
        assert file.name == again[kind].name
        assert file.read_bytes() == again[kind].read_bytes()


def test_the_index_would_take_them(built: dict[str, Path]) -> None:
    run(sys.executable, "-m", "twine", "check", "--strict", *built.values())


def test_a_wheel_made_from_the_sdist_is_the_wheel(built: dict[str, Path], tmp_path: Path) -> None:
    with tarfile.open(built["sdist"]) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    for needed in ("tests/conftest.py", ".ci/run", ".github/workflows/ci.yml", "README.md"):
        assert (source / needed).is_file(), needed
    assert build(source, "--wheel")["wheel"].read_bytes() == built["wheel"].read_bytes()


def test_the_wheel_holds_the_package_its_types_and_its_licence(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"keras_lateral"}
    assert "keras_lateral/py.typed" in names
    assert any(name.endswith("convolutions.pyi") for name in names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]


def test_on_the_index_every_link_leads_somewhere(metadata: Message) -> None:
    text = metadata.get_payload()
    links = re.findall(r"\]\(([^)]+)\)", str(text))
    assert len(links) == len(re.findall(r"\]\(([^)]+)\)", README)) > 10
    assert not [link for link in links if not link.startswith("https://")]
    assert f"/v{metadata['Version']}/" in links[0]


def test_in_a_bare_environment_it_starts_and_names_what_is_missing(bare: Path) -> None:
    options = {"cwd": bare.parent, "env": {**os.environ, "KERAS_BACKEND": "tensorflow"}}
    said = run(bare.with_name("keras-lateral"), "--version", **options)
    assert importlib.import_module("keras_lateral.version").__version__ in said
    code = """
try:
    import keras_lateral.layers
except ImportError as error:
    print(error)
"""
    assert "keras-lateral[tensorflow]" in run(bare, "-c", code, **options)


def test_mypy_strict_accepts_the_code_of_the_readme(bare: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="`tox -e release` has it")
    (tmp_path / "pyproject.toml").write_text(f"{UNTYPED}ignore_missing_imports = true\n")
    (tmp_path / "consumer.py").write_text(CODE, encoding="utf-8")
    options = ["--python-executable", bare, "--cache-dir", tmp_path / "cache"]
    run(sys.executable, "-m", "mypy", *options, "consumer.py", cwd=tmp_path)


def test_pyright_accepts_the_code_of_the_readme(bare: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyright", reason="`tox -e release` has it")
    (tmp_path / "consumer.py").write_text(CODE, encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", bare]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    reports = json.loads(done.stdout)["generalDiagnostics"]
    assert not [report["message"] for report in reports if report["severity"] == "error"]
