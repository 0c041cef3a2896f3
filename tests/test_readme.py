"""The README's examples run, from top to bottom, and its text agrees with the settings."""

import re
import tomllib
from pathlib import Path
from typing import Any

import keras
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.home
def test_every_example_of_the_readme_runs_as_one_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn", reason="the readme reads scikit-learn's digits")
    monkeypatch.chdir(tmp_path)
    session: dict[str, Any] = {}
    assert BLOCKS
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"README.md, example {number}", "exec"), session)  # noqa: S102
    assert isinstance(session["network"], keras.Model)


def test_the_readme_gives_both_commands_and_its_setup_as_tested() -> None:
    continuous_integration = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    for command in ("python -m tox -e quickstart", "python -m tox"):
        assert f"\npython -m pip install tox tox-uv && {command}\n" in README
    assert "tox tox-uv" in continuous_integration
    assert "pip install tox tox-uv" in workflow


def test_the_oldest_versions_that_are_said_are_those_of_the_package() -> None:
    lines = [*PROJECT["dependencies"]]
    for extra in ("tensorflow", "jax", "torch"):
        lines += PROJECT["optional-dependencies"][extra]
    oldest = {r.name: str(r.specifier).removeprefix(">=") for r in map(Requirement, lines)}
    oldest["python"] = PROJECT["requires-python"].removeprefix(">=")
    versions = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
    table = versions.split("## Supported versions")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\w+) +\| ([\d.]+) +\|", table, flags=re.MULTILINE)
    assert {name.lower(): version for name, version in rows} == oldest


def test_every_interval_in_the_readme_is_on_the_page_of_what_is_known() -> None:
    page = (ROOT / "docs" / "what-is-known.md").read_text(encoding="utf-8")
    intervals = re.findall(r"([+-][\d.]+)?\s\(([+-][\d.]+ to [+-][\d.]+)\)", README)
    assert len(intervals) >= 5
    for difference, interval in intervals:
        assert f"| {difference} | {interval} |" in page if difference else f"| {interval} |" in page


def test_every_file_that_the_readme_links_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    local = [link for link in links if "://" not in link]
    assert local
    assert not [link for link in local if not (ROOT / link).exists()]
