import os

import numpy as np
import pytest

from experiments.coverage import report
from experiments.coverage.arms import HARMS, HELPS, NOTHING, methods, noise, wrong_labels
from experiments.coverage.config import RESULTS, SIZES
from experiments.coverage.folders import SETS, folder
from experiments.coverage.intervals import Row, read_rows, write_rows
from experiments.coverage.run import main, seeds_of

needs_data = pytest.mark.skipif(
    "KERAS_LATERAL_DATA" not in os.environ, reason="KERAS_LATERAL_DATA names no folder of images"
)


def row(**changes):
    values = {
        "folder": 0, "design": "fixed", "stopped": False, "method": NOTHING, "seeds": 5,
        "images": 80, "mean": 0.0, "low": -0.03, "high": 0.03, "seeds_low": -0.01,
        "seeds_high": 0.01, "seeds_p": 0.5, "kind": "not known yet", "truth": 0.02,
        "truth_error": 0.0,
    }  # fmt: skip
    return Row(**{**values, **changes})


def test_the_readme_holds_the_tables_of_the_results():
    tables = report.text(read_rows(RESULTS / report.ROWS))
    assert tables in report.README.read_text(encoding="utf-8")


def test_a_truth_outside_an_interval_is_counted(tmp_path):
    rows = [row(), row(folder=1, truth=0.05)]
    write_rows(tmp_path / "rows.json", rows)
    line = report.coverage_table(read_rows(tmp_path / "rows.json")).splitlines()[-1]
    assert line.startswith("| a fixed quarter | 5 | 2 | 50.0 ± 50.0 | 50.0 ± 50.0 | 0.0 ± 0.0 |")
    close = [row(truth_error=0.01), row(folder=1, truth=0.05, truth_error=0.03)]
    assert "| 50.0 ± 50.0 | 100.0 ± 0.0 |" in report.coverage_table(close)


def test_calls_are_counted_by_method():
    rows = [row(kind="helps"), row(method=HELPS, kind="helps"), row(method=HARMS, kind="helps")]
    line = report.calls_table(rows).splitlines()[-1]
    assert line.endswith("| 0.0 ± nan | 100 % | 0 % | 0 % | 100 % |")


def test_methods_do_what_they_say():
    generator = np.random.default_rng(0)
    x, y = generator.random((400, 6, 6, 1)).astype("float32"), np.arange(400) % 4
    assert np.abs(noise(x, y, generator)[0] - x).max() < 0.03
    share = (wrong_labels(x, y, generator)[1] != y).mean()
    assert 0.1 < share < 0.3  # of 30 %, a quarter is replaced by the same label
    assert [method.name for method in methods()] == [NOTHING, HELPS, HARMS]
    assert methods()[1].epochs_for(8) == 20


def test_every_fifth_folder_has_more_seeds():
    size = SIZES["full"]
    assert [seeds_of(number, size) for number in (0, 1, 5)] == [36, 14, 36]


@needs_data
@pytest.mark.parametrize("number", range(len(SETS)))
def test_a_folder_and_its_population_share_no_image(number):
    drawn = folder(number)
    mine = {image.tobytes() for image in drawn.images.x}
    others = [image.tobytes() for image in drawn.population[0]]
    assert 200 <= len(drawn.images.x) <= 400
    assert len(others) > 2000
    assert sum(other in mine for other in others) <= 2  # the published sets repeat a few
    assert set(drawn.population[1]) == set(drawn.images.y) == {0, 1, 2, 3}
    np.testing.assert_array_equal(folder(number).images.x, drawn.images.x)


@needs_data
@pytest.mark.slow
def test_the_smoke_size_runs_and_goes_on(tmp_path):
    main(["--smoke", "--work", str(tmp_path)])
    files = {file: file.stat().st_mtime_ns for file in tmp_path.glob("*.json")}
    assert len(files) == 4
    main(["--smoke", "--work", str(tmp_path)])
    assert {file: file.stat().st_mtime_ns for file in files} == files
    rows = report.gathered(tmp_path, SIZES["smoke"])
    assert {row.seeds for row in rows} == {5}
    assert len(rows) == 2 * 4 * 3
