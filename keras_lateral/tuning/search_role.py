"""Which part of a distributed search this process is."""

from __future__ import annotations

import os
from typing import Literal

Role = Literal["alone", "chief", "worker"]


def search_role() -> Role:
    """Returns what keras-tuner's environment variables make of this process.

    `KERASTUNER_ORACLE_IP` and `KERASTUNER_ORACLE_PORT` say where the chief listens,
    `KERASTUNER_TUNER_ID` which one this process is; the chief's has "chief" in it.
    """
    if "KERASTUNER_ORACLE_IP" not in os.environ:
        return "alone"
    return "chief" if "chief" in os.environ.get("KERASTUNER_TUNER_ID", "") else "worker"
