import re
from pathlib import Path

import pytest

from experiments.frame_table import report
from experiments.frame_table.config import OWN, TABLE
from experiments.frame_table.paper import NETWORKS, REPORTED, SETS, paper_table
from experiments.frame_table.run import chosen
from experiments.full_size import run
from experiments.full_size.methods import method_of

pytestmark = pytest.mark.home


def test_every_network_and_set_is_one_command():
    for network in NETWORKS:
        for images in SETS:
            table, others = chosen(["--network", network, "--set", images, "--workers", "1"])
            assert others == ["--workers", "1"]
            (size,) = set(table.sizes) - {"smoke"}
            assert table.sizes[size].model == network
            place = list(SETS).index(images)
            assert {a: arm.paper for a, arm in table.arms.items()} == {
                name: row[place] for name, row in REPORTED[network].items()
            }
    assert chosen([])[0] is TABLE


def test_the_schedule_of_the_rivals_is_the_published_one():
    method = method_of(paper_table("resnet34", "cifar100").arms["srip"], 200)
    (schedule,) = method.callbacks()
    assert [schedule.scale(epoch) for epoch in (0, 19, 20, 50, 70, 119, 120)] == [
        *(1.0, 1.0, 1e-3, 1e-4, 1e-6, 1e-6, 0.0)
    ]


@pytest.mark.parametrize("arm", ["frame", pytest.param("srip", marks=pytest.mark.slow)])
def test_an_arm_at_the_sources_size_runs_as_smoke(tmp_path, arm):
    table = paper_table("resnet50", "svhn")
    where = ["--smoke", "--arms", arm, "--seeds", "0", "--results", str(tmp_path)]
    run.main(table, where)
    assert (tmp_path / "runs" / f"{arm}-0.json").exists()


@pytest.mark.slow
def test_the_smoke_size_runs(tmp_path):
    run.main(TABLE, ["--smoke", "--results", str(tmp_path)])
    assert len(list((tmp_path / "runs").iterdir())) == 2 * len(OWN)


def test_the_readme_holds_the_tables_of_the_results():
    written = Path(report.README).read_text(encoding="utf-8")
    assert report.of_the_source(TABLE.folder / "results") in written
    assert re.search(r"\| frame \| 95\.17 \| 77\.61 \| 96\.85 \|", written)
