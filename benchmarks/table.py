"""Writes the measured costs into the method's card: one line per network, backend and mode.

python benchmarks/table.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cards import write_table

HERE = Path(__file__).parent


def table(results: Path = HERE / "results") -> str:
    """Returns the median ratios, with their quartiles, in Markdown."""
    records = [json.loads(path.read_text()) for path in sorted(results.glob("*.json"))]
    masks = list(dict.fromkeys(row["mask"] for record in records for row in record["rows"]))
    lines = [
        "| network | on | plain step, ms | " + " | ".join(masks) + " |",
        "|" + (3 + len(masks)) * "---|",
    ]
    for record in records:
        for network, mode in dict.fromkeys((r["network"], r["mode"]) for r in record["rows"]):
            rows = [r for r in record["rows"] if (r["network"], r["mode"]) == (network, mode)]
            on = f"{record['machine']['backend']}, {mode}, batch {rows[0]['batch']}"
            cells = {row["mask"]: _cell(row) for row in rows}
            shown = " | ".join(cells.get(mask, "") for mask in masks)
            lines.append(f"| {network} | {on} | {rows[0]['plain_ms']} | {shown} |")
    machines = {f"{m['processor']}, {m['cores']} cores" for m in (r["machine"] for r in records)}
    return "\n".join([*lines, "", f"Machine: {'; '.join(sorted(machines))}."])


def _cell(row: dict[str, Any]) -> str:
    low, high = row["quartiles"]
    return f"{row['ratio']:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    """Puts the table between the card's markers."""
    write_table("gradient-mask", "table", table())


if __name__ == "__main__":
    main()
