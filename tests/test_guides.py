"""The Python of the guides runs, from top to bottom of each page."""

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.home
pytest.importorskip("sklearn", reason="the guides read scikit-learn's digits")
pytest.importorskip("scipy", reason="a comparison needs SciPy")


def session_of(page: str) -> dict[str, Any]:
    """Names that the blocks of a page leave behind."""
    session: dict[str, Any] = {"__name__": "__main__"}
    blocks = BLOCK.findall((ROOT / "docs" / "guides" / page).read_text(encoding="utf-8"))
    assert blocks
    for number, block in enumerate(blocks):
        exec(compile(block, f"{page}, example {number}", "exec"), session)  # noqa: S102
    return session


@pytest.fixture(scope="module")
def is_my_idea_better(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("guide"))
        return session_of("is-my-idea-better.md")


def test_each_idea_changes_the_training_it_is_compared_with(
    is_my_idea_better: dict[str, Any],
) -> None:
    table = is_my_idea_better["table"]
    assert len(table.methods) == 5
    digests = {(run.method, run.seed): run.weights_digest for run in table.runs}
    for name in table.methods:
        assert digests[name, 0] != digests["baseline", 0], name
