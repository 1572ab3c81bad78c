"""Values as JSON documents and the library hold them: a missing value is None."""

import math
from typing import Any

from retropace.core.spans import FloatArray


def finite_or_none(value: Any) -> float | None:
    """Return a number as float; None if it is missing, NaN or infinite."""
    return float(value) if value is not None and math.isfinite(value) else None


def finite_column(column: FloatArray) -> list[float | None]:
    """Return the numbers of a column, None for those that are NaN or infinite."""
    return [value if math.isfinite(value) else None for value in column.tolist()]


def to_json_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return a dict with every float that is NaN or infinite replaced by None."""
    return {name: finite_or_none(value) if isinstance(value, float) else value for name, value in values.items()}
