"""A FIT file of three sessions of different sports."""

from tests.support.fit_bytes import ENUM, SESSION, START, UINT32, run


def two_sports() -> bytes:
    made = run(100, end_session=False)
    made.define(2, SESSION, [(253, UINT32), (2, UINT32), (7, UINT32), (5, ENUM)])
    made.data(2, START + 49, START, 50_000, 2)
    made.data(2, START + 79, START + 50, 30_000, 1)
    made.data(2, START + 99, START + 80, 19_000, 11)
    return made.to_bytes()
