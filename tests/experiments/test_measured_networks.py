"""What is measured of trained networks: pruning, attacks, saliency, corruption, SimBA."""

import contextlib
import io
from dataclasses import replace

import numpy as np
import pytest

from experiments.common.records import read
from experiments.frame_domain_shift import config as shift
from experiments.frame_domain_shift import measure as shift_measure
from experiments.frame_simba import config as simba
from experiments.frame_simba.report import success_rate, success_table
from experiments.full_size import measures_report, measuring
from experiments.full_size import run as training
from experiments.full_size.images import images, raw_images
from experiments.full_size.measuring import from_text, to_text
from experiments.full_size.trained import trained
from experiments.full_size.trained_arm import TrainedArm
from experiments.full_size.training import prepared
from experiments.gradient_mask_claims import config as claims
from experiments.gradient_mask_table_2.config import TABLE

pytestmark = pytest.mark.home
NONE = TrainedArm("gradient_mask_table_2", "none")


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """The folder of the weights of two networks of the smoke size."""
    folder = tmp_path_factory.mktemp("networks")
    smoke = folder / "gradient_mask_table_2" / "smoke"
    arguments = ["--smoke", "--arms", "none", "--seeds", "0", "1", "--results", str(smoke)]
    training.main(TABLE, arguments)
    return folder


def of_none(study):
    """Returns a study of the arm without anything, so that nothing else has to be trained."""
    return replace(study, arms={"none": NONE, "log": NONE}, texts={"none": "none", "log": "log"})


@pytest.mark.parametrize(
    "values", [np.array([True, False, True] * 3), np.array([0.5, -2.0, 0.125])]
)
def test_values_are_read_as_they_were_written(values):
    np.testing.assert_array_equal(from_text(to_text(values)), values)


def test_a_trained_network_takes_images_from_0_to_1(networks):
    weights = NONE.weights("smoke", 0, networks / NONE.table)
    recipe = TABLE.sizes["smoke"]
    network, _ = prepared(TABLE.arms["none"], recipe, images(recipe), 0)
    network.load_weights(weights)
    expected = network.predict(images(recipe).x_test, verbose=0)
    x = raw_images(recipe).x_test.astype("float32") / 255
    found = trained(NONE, "smoke", 0, weights).predict(x, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("study", "measures"),
    [
        (claims.STUDY, ["accuracy", "accuracy, 90% of the weights pruned", "area of deletion"]),
        (shift.STUDY, ["accuracy", "accuracy under corruptions"]),
        (simba.STUDY, ["accuracy", "accuracy after 1 iteration", "accuracy after 3 iterations"]),
    ],
)
def test_networks_are_measured_once_and_reported(networks, tmp_path, study, measures):
    # No `capsys`: the toolbox's import closes what pytest has put in the place of stderr.
    said = io.StringIO()
    if study is claims.STUDY:
        pytest.importorskip("art", reason="the study attacks")
    study = of_none(study)
    where = ["--smoke", "--results", str(tmp_path / "smoke")]
    measuring.main(study, where, networks)
    records = read(tmp_path / "smoke")
    assert {arm: sorted(runs) for arm, runs in records.items()} == {"none": [0, 1], "log": [0, 1]}
    assert set(measures) <= set(records["none"][0]["values"])
    for measure in records["none"][0]["values"]:  # the two arms are the same networks
        table = measures_report.table_of(records, "none", measure, [0, 1])
        np.testing.assert_array_equal(
            table, measures_report.table_of(records, "log", measure, [0, 1])
        )
        assert ((table >= 0) & (table <= 1)).all()
    with contextlib.redirect_stdout(said):
        measures_report.main(study, ["--smoke", "--results", str(tmp_path)])
        measuring.main(study, where, networks)
    assert f"| {measures[-1]} | log | - |" in said.getvalue()
    assert "0 networks to measure" in said.getvalue()


def test_an_untrained_arm_is_named(tmp_path, capsys):
    measuring.main(of_none(simba.STUDY), ["--smoke", "--results", str(tmp_path)], tmp_path)
    assert "not trained yet: none, log" in capsys.readouterr().out


def test_the_success_rate_is_of_the_images_that_were_right():
    def record(*values):
        return to_text(np.array(values, bool))

    run = {"accuracy": record(1, 1, 0, 1), simba.after(1): record(1, 0, 0, 0)}
    records = {"none": {0: {"values": run}}}
    assert success_rate(records, "none", 1) == pytest.approx(2 / 3)
    for iterations in simba.ITERATIONS["smoke"]:
        run[simba.after(iterations)] = run[simba.after(1)]
    assert "| none, weight decay 5e-4 | 52.1 | 66.7 |" in success_table(records, "smoke")


def test_cinic_is_read_from_folders_of_the_classes_of_cifar(tmp_path):
    from PIL import Image

    for label, name in enumerate(shift_measure.CIFAR10):
        (tmp_path / name).mkdir()
        Image.fromarray(np.full((32, 32, 3), 25 * label, "uint8")).save(tmp_path / name / "a.png")
    x, y = shift_measure.cinic(tmp_path)
    np.testing.assert_allclose(x.mean((1, 2, 3)) * 255, 25 * y, rtol=1e-5)
    (tmp_path / "zebra").mkdir()
    shift_measure.cinic.cache_clear()
    with pytest.raises(ValueError, match="KERAS_LATERAL_CINIC.*zebra"):
        shift_measure.cinic(tmp_path)
