"""Lazy package exports: a public name is imported when it is first used (PEP 562)."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_getattr(package: str, export_map: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a package's ``__getattr__``: ``export_map`` gives the module (or ``module:name``) of each name."""

    def load(name: str) -> Any:
        target = export_map.get(name)
        if target is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, original_name = target.partition(":")
        return getattr(import_module(f"{package}.{module}"), original_name or name)

    return load
