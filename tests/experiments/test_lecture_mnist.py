import pytest

from experiments.full_size import report, run
from experiments.lecture_mnist.config import TABLE

pytestmark = pytest.mark.home


def test_the_smoke_size_of_the_lecture_runs(tmp_path, capsys):
    run.main(TABLE, ["--smoke", "--results", str(tmp_path / "smoke")])
    report.main(TABLE, ["--smoke", "--results", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "| convolutional network, rate 0.2 | 98.53 |" in printed
    assert "| Do convolutions help? |" in printed
