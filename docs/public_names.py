"""A build hook: the build fails when a public name has no page, or a page names no public name."""

import ast
import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

PACKAGE = "keras_lateral"
BESIDE = ("datasets", "testing")  # rooms whose names are imported from the room itself


def names_in(module: str, init: Path) -> set[str]:
    """The names that a page makes public: under `if TYPE_CHECKING`, `from module import X as X`."""
    nodes = ast.parse(init.read_text(encoding="utf-8")).body
    return {
        f"{module}.{alias.asname or alias.name}"
        for block in nodes
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module != module
        for alias in node.names
    }


def public_names(package: Path) -> set[str]:
    names = names_in(PACKAGE, package / "__init__.py")
    for room in BESIDE:
        names |= names_in(f"{PACKAGE}.{room}", package / room / "__init__.py")
    return names


def documented_names(folder: Path) -> set[str]:
    """The names that some page shows by a line `::: keras_lateral.X`."""
    pattern = re.compile(rf"^::: ({PACKAGE}\.[\w.]+)$", flags=re.MULTILINE)
    pages = folder.rglob("*.md")
    return {name for page in pages for name in pattern.findall(page.read_text(encoding="utf-8"))}


def on_config(config: Any) -> Any:
    public = public_names(Path(config["config_file_path"]).parent / PACKAGE)
    documented = documented_names(Path(config["docs_dir"]) / "api")
    if missing := sorted(public - documented):
        raise PluginError(f"No page in docs/api/ shows: {missing}.")
    if unknown := sorted(documented - public):
        raise PluginError(f"Pages in docs/api/ show names that are not public: {unknown}.")
    return config
