from pathlib import Path

import pytest

from retropace.core.errors import ReadError, RetropaceError, describe_os_error


@pytest.mark.parametrize("kind", [RetropaceError, ReadError])
def test_an_error_of_the_system_becomes_one_of_the_file(tmp_path: Path, kind: type[RetropaceError]) -> None:
    with pytest.raises(IsADirectoryError) as raised:
        tmp_path.read_bytes()
    error = kind.from_os_error("cannot be read", raised.value, tmp_path)
    assert (type(error), str(error)) == (kind, f"{tmp_path}: cannot be read: Is a directory")


def test_an_error_without_a_reason_of_the_system_says_what_it_holds() -> None:
    assert describe_os_error(OSError("out of luck")) == "out of luck"
