"""The scripts of the guide "Many devices" run, and end with what one device trains."""

import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "examples" / "many_devices"
GUIDE = ROOT / "docs" / "guides" / "several-devices.md"
BLOCK = re.compile(r"^```python title=\"(\w+\.py)\"\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)

RUNS = {
    "mirrored.py": ("tensorflow", "4", "4 devices"),
    "multi_worker.py": ("tensorflow", "backup", "2 workers"),
    "data_parallel.py": ("jax", "4", "4 devices"),
    "model_parallel.py": ("jax", "4", "a device holds (3, 3, 8, 8) of it"),
    "torch_ddp.py": ("torch", "2", "2 processes"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", [name for name, run in RUNS.items() if run[0] == keras.config.backend()]
)
def test_a_script_trains_on_several_devices_what_one_trains(script: str, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the scripts read scikit-learn's digits")
    _, argument, printed = RUNS[script]
    process = subprocess.run(
        [sys.executable, str(SCRIPTS / script), argument],
        env=os.environ | {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert printed in process.stdout
    assert "differs from one device by rounding only: True" in process.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.home
def test_every_script_is_tested_and_on_the_page_of_the_examples() -> None:
    page = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    found = sorted(path.name for path in SCRIPTS.glob("*.py"))
    assert found == sorted(RUNS)
    assert [name for name in found if f"(many_devices/{name})" not in page] == []


@pytest.mark.home
def test_what_the_guide_shows_of_a_script_stands_in_it() -> None:
    shown = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    assert list(dict.fromkeys(name for name, _ in shown)) == list(RUNS)
    for name, code in shown:
        script = (SCRIPTS / name).read_text(encoding="utf-8").splitlines()
        lines = {line.strip() for line in script}
        assert [line for line in code.splitlines() if line.strip() not in lines] == []
