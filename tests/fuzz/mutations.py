"""Recordings changed at random: bytes flipped, cut and spliced, numbers replaced, elements doubled or taken out."""

import random
import re
from collections.abc import Callable

Mutation = Callable[[bytes, list[bytes], random.Random], bytes]

NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
ELEMENT = re.compile(rb"<(\w[\w:.-]*)[^<>]*>[^<>]*</\1>|<\w[^<>]*/>")
ODD_NUMBERS: tuple[bytes, ...] = (
    *(b"0", b"-1", b"1e308", b"-1e308", b"nan", b"inf", b"1e-320", b"4294967295", b"99999999999999999999", b"3,5", b""),
    *(
        b"180",
        b"-180",
        b"90.0000001",
        b"65535",
        b"255",
        b"1970",
        b"9999",
        "٣".encode(),
        b"0x10",
        b"1_0",
        b"42949672.95",
    ),
)
MAX_SPLICED_BYTES = 2000


def flip(data: bytes, _others: list[bytes], rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] = rng.choice((rng.randrange(256), 0, 255, 127, 128))
    return bytes(changed)


def cut(data: bytes, _others: list[bytes], rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.choice((1, 4, 40, 400, len(data))) :]


def splice(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    other = rng.choice(others)
    start, place = rng.randrange(len(other)), rng.randrange(len(data))
    return data[:place] + other[start : start + rng.randrange(MAX_SPLICED_BYTES)] + data[place:]


def move(data: bytes, _others: list[bytes], rng: random.Random) -> bytes:
    start, end, place = sorted(rng.randrange(len(data)) for _ in range(3))
    return data[:start] + data[end:place] + data[start:end] + data[place:]


def repeat(data: bytes, _others: list[bytes], rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    part = data[start : start + rng.choice((10, 200, 2000))]
    return data[:start] + part * rng.choice((2, 3, 10)) + data[start + len(part) :]


def replace_numbers(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    places = list(NUMBER.finditer(data))
    if not places:
        return flip(data, others, rng)
    for _ in range(rng.choice((1, 1, 3, 10))):
        match = rng.choice(places)
        number = rng.choice(ODD_NUMBERS) if rng.random() < 0.7 else str(rng.randrange(-5000, 5000)).encode()
        data = data[: match.start()] + number + data[match.end() :] if match.end() <= len(data) else data
    return data


def double_elements(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    places = list(ELEMENT.finditer(data))
    if not places:
        return repeat(data, others, rng)
    match, target = rng.choice(places), rng.choice(places)
    times = rng.choice((0, 1, 2, 50))
    rest = data if times else data[: match.start()] + data[match.end() :]
    place = target.start() if target.start() <= len(rest) else len(rest)
    return rest[:place] + match[0] * times + rest[place:]


def set_words(data: bytes, _others: list[bytes], rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 5))):
        place = rng.randrange(len(changed))
        word = rng.choice((bytes(4), b"\xff" * 4, b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", rng.randbytes(4)))
        changed[place : place + 4] = word
    return bytes(changed)


TEXT_MUTATIONS: tuple[Mutation, ...] = (
    flip,
    cut,
    splice,
    move,
    repeat,
    replace_numbers,
    replace_numbers,
    double_elements,
)
BINARY_MUTATIONS: tuple[Mutation, ...] = (flip, flip, cut, splice, move, repeat, set_words, set_words)


def mutate(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """The bytes after one to three random changes; empty bytes become one."""
    mutations = TEXT_MUTATIONS if data[:1] in (b"<", b"{") else BINARY_MUTATIONS
    for _ in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(mutations)(data, others, rng) or b"\0"
    return data
