"""The guide shows what its examples print."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "summary.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.home
pytest.importorskip("tensorboard", reason="the extra `tensorboard`")
pytest.importorskip("matplotlib", reason="the extra `tensorboard`")
pytest.importorskip("sklearn", reason="the guide reads scikit-learn's digits")


def test_the_guide_shows_what_its_examples_print(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    session = {"__name__": "__main__"}
    printed = ""
    for kind, block in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if kind == "text":
            assert printed == block
            continue
        with redirect_stdout(StringIO()) as out:
            exec(compile(block, GUIDE.name, "exec"), session)  # noqa: S102
        printed = out.getvalue()
