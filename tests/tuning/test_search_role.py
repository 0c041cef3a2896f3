import pytest

from keras_lateral.tuning.resumable_oracle import search_role


@pytest.mark.parametrize(
    ("tuner", "role"), [("chief", "chief"), ("tuner0", "worker"), ("my-chief-1", "chief")]
)
def test_the_environment_says_what_a_process_is(monkeypatch, tuner, role):
    assert search_role() == "alone"
    monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
    monkeypatch.setenv("KERASTUNER_TUNER_ID", tuner)
    assert search_role() == role
