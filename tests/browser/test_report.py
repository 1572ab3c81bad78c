"""The report in a real browser, opened from a disk without a network."""

from __future__ import annotations

import math
import shutil
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.support.browser_pages import OpenPage, WatchedPage, find_violations
from tests.support.command_line import retropace
from tests.support.hostile_text import ATTACKS, hostile_gpx

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

CURVES = ("speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm")


PLOT = "((name) => [...Bokeh.index].map((view) => view.model).find((plot) => plot.name === name))"


def report(folder: Path, *paths: Path | str, options: tuple[str, ...] = ()) -> str:
    """The address of a new report."""
    target = folder / "report.html"
    ran = retropace("report", *map(str, paths), "-o", str(target), "--force", *options)
    assert ran.returncode == 0, ran.stderr
    return target.as_uri()


@pytest.fixture(scope="module")
def report_address(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> str:
    return report(tmp_path_factory.mktemp("report"), samples / "quarter-mile.fit")


@pytest.fixture
def report_page(report_address: str, opened: OpenPage) -> WatchedPage:
    """The report of an interval session with two annotated and one suspected repetition."""
    return opened(report_address)


def ranges(report_page: WatchedPage) -> list[list[float]]:
    """What every chart shows, by Bokeh's own account."""
    found: list[list[float]] = report_page.page.evaluate(
        f"() => {list(CURVES)}.map({PLOT}).map((plot) => [plot.x_range.start, plot.x_range.end])"
    )
    return found


def test_hovering_moves_the_crosshair_over_all_charts_and_the_point_on_the_map(report_page: WatchedPage) -> None:
    page = report_page.page
    assert page.locator(".cross").is_hidden()
    box = page.locator("[data-chart=cadence_spm]").bounding_box()
    assert box is not None
    places = []
    for share in (0.3, 0.6):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 60)
        cross, dot = page.locator(".cross").bounding_box(), page.locator(".dot").bounding_box()
        assert cross is not None
        assert dot is not None
        assert cross["x"] == pytest.approx(box["x"] + share * box["width"], abs=1.5)
        for name in CURVES:
            chart = page.locator(f"[data-chart={name}]").bounding_box()
            assert chart is not None
            assert cross["y"] <= chart["y"]
            assert cross["y"] + cross["height"] >= chart["y"] + chart["height"] - 1
        places.append((dot["x"], dot["y"], page.locator(".readout").inner_text()))
    assert places[0] != places[1]
    assert "spm" in places[0][2]


def test_the_values_under_the_crosshair_are_those_of_the_analysis(report_page: WatchedPage) -> None:
    page = report_page.page
    page.locator(".moment input").fill("840")  # 14:00, in the first backward repetition
    told = page.locator(".readout").inner_text()
    assert told.startswith("14:00")
    assert "backward run, annotated" in told
    page.locator(".moment input").fill("1740")
    assert "backward run, suspected 9" in page.locator(".readout").inner_text()


def test_a_drag_zooms_all_charts_and_the_map_follows(report_page: WatchedPage) -> None:
    page = report_page.page
    whole = ranges(report_page)
    assert len(whole) == len(CURVES)
    assert whole == [whole[0]] * len(CURVES)
    before = page.evaluate(
        "() => Bokeh.index.roots.map((view) => view.model).find((one) => one.name === 'map').x_range.end"
    )
    box = page.locator("[data-chart=speed_mps]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 330, box["y"] + 80, steps=4)
    page.mouse.up()
    zoomed = ranges(report_page)
    assert zoomed == [zoomed[0]] * len(CURVES)
    assert zoomed[0][1] - zoomed[0][0] < 0.1 * (whole[0][1] - whole[0][0])
    after = page.evaluate(
        "() => Bokeh.index.roots.map((view) => view.model).find((one) => one.name === 'map').x_range.end"
    )
    assert after != before
    page.get_by_role("button", name="Whole session").click()
    assert ranges(report_page) == whole


def test_a_segment_is_chosen_in_the_strip_by_keys_and_in_the_table(report_page: WatchedPage) -> None:
    page = report_page.page
    strip = page.locator(".strip .segment")
    assert strip.count() == 15
    strip.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("tr[aria-current]").first.locator("th").inner_text() == "2"
    page.locator("a[data-segment='4']").click()
    assert strip.nth(4).get_attribute("aria-current") is not None
    start, end = ranges(report_page)[0]
    assert start < 739 < 919 < end < 1100


def test_over_distance_the_charts_show_the_same(report_page: WatchedPage) -> None:
    page = report_page.page
    page.get_by_label("distance").check()
    assert ranges(report_page)[0][1] == pytest.approx(4884.7, abs=0.1)
    page.locator(".moment input").fill("840")
    assert page.locator(".cross").is_visible()


def test_what_is_drawn_has_the_colours_of_the_directions(report_page: WatchedPage) -> None:
    box = report_page.page.locator("[data-chart=map] > div").bounding_box()
    assert box is not None
    shot = Image.open(BytesIO(report_page.page.screenshot(clip=box))).convert("RGB")
    seen = {colour for _, colour in shot.getcolors(1 << 24) or ()}
    assert (0x00, 0x72, 0xB2) in seen
    assert (0xD5, 0x5E, 0x00) in seen


def test_many_sort_and_filter_and_open(tmp_path: Path, samples: Path, opened: OpenPage) -> None:
    page = opened(report(tmp_path, samples)).page
    rows = page.locator(".overview tbody tr")
    assert rows.count() == 4
    page.get_by_role("button", name="backward", exact=True).click()
    shares = [text.split()[0] for text in page.locator(".overview tbody tr td:nth-child(6)").all_inner_texts()]
    amounts = [0.0 if text == "–" else float(text) for text in shares]
    assert amounts == sorted(amounts, reverse=True)
    page.get_by_role("button", name="backward", exact=True).click()
    assert page.locator(".overview th[aria-sort=ascending]").inner_text() == "backward"
    page.get_by_label("Show only").fill("treadmill")
    assert page.locator(".overview tbody tr:visible").count() == 1
    page.get_by_role("link", name="treadmill").click()
    assert page.locator("article:visible h1").inner_text() == "treadmill-beginner.fit"
    page.locator(".map").wait_for(state="hidden")  # no positions
    page.go_back()
    page.locator("#all").wait_for(state="visible")
    page.get_by_label("Show only").fill("")
    page.get_by_role("link", name="quarter").click()
    page.locator(".map").wait_for(state="visible")


def test_a_phone_shows_all_of_it_without_scrolling_sideways(tmp_path: Path, samples: Path, opened: OpenPage) -> None:
    page = opened(report(tmp_path, samples / "quarter-mile.fit"), width=360).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(report(tmp_path, samples))
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_dark_mode_recolours_the_charts_and_paper_is_light(tmp_path: Path, samples: Path, opened: OpenPage) -> None:
    page = opened(report(tmp_path, samples / "quarter-mile.fit"), dark=True).page
    line = f"{PLOT}('speed_mps').select_one('curve').glyph.line_color.value"
    assert page.evaluate(line) == "#eef1f3"
    page.emulate_media(color_scheme="light")
    _comes(page, line, "#1d2329")
    page.emulate_media(color_scheme="dark")
    _comes(page, line, "#eef1f3")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(line) == "#1d2329"


def _comes(page: Page, expression: str, value: str) -> None:
    """Wait until an expression has a value; the page's policy forbids Playwright's own way."""
    for _ in range(100):
        if page.evaluate(expression) == value:
            return
        page.wait_for_timeout(50)
    assert page.evaluate(expression) == value


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_attacks_are_inert(tmp_path: Path, samples: Path, opened: OpenPage, many: bool) -> None:
    hostile = hostile_gpx(tmp_path, samples)
    paths = [hostile, samples / "quarter-mile.fit"] if many else [hostile]
    page = opened(report(tmp_path, *paths)).page
    if many:
        page.get_by_role("link", name="script").click()
    text = page.locator("body").inner_text()
    assert "<script>" in text  # shown as what it is
    assert page.evaluate("window.pwned") is None
    assert page.locator("img, iframe, object, form, base, script[src]").count() == 0
    content = page.content()
    for attack in ATTACKS:
        assert not any(letter in content for letter in attack if not letter.isprintable())


def test_the_page_asks_no_server_for_anything_but_tiles(tmp_path: Path, samples: Path, opened: OpenPage) -> None:
    source = Path(shutil.copy(samples / "quarter-mile.fit", tmp_path))
    watched = opened(report(tmp_path, source))
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    watched.page.reload()
    watched.page.wait_for_selector("html[data-ready]", state="attached")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_tiles_are_asked_for_where_the_way_lies(tmp_path: Path, samples: Path, browser: object) -> None:
    from playwright.sync_api import Browser

    assert isinstance(browser, Browser)
    url = report(tmp_path, samples / "quarter-mile.fit", options=("--tiles", "https://tiles.test/{z}/{x}/{y}.png"))
    context = browser.new_context()
    asked: list[str] = []
    page = context.new_page()
    page.route("https://tiles.test/**", lambda route: route.abort())
    page.on("request", lambda request: asked.append(request.url) if "tiles.test" in request.url else None)
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_timeout(500)
    context.close()
    assert asked
    zoom, x, y = map(int, asked[0].removeprefix("https://tiles.test/").removesuffix(".png").split("/"))
    lat, lon = _first_position(samples / "quarter-mile.fit")
    tiles = 2**zoom
    assert abs(x - (lon + 180.0) / 360.0 * tiles) < 4
    assert abs(y - (1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0 * tiles) < 4


def _first_position(path: Path) -> tuple[float, float]:
    import retropace

    samples = retropace.read(path).samples
    return float(samples.lat_deg[0]), float(samples.lon_deg[0])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_axe_finds_nothing_serious(
    tmp_path: Path, samples: Path, opened: OpenPage, axe: str, many: bool, dark: bool
) -> None:
    page = opened(report(tmp_path, samples if many else samples / "quarter-mile.fit"), dark=dark).page
    assert find_violations(page, axe) == []
    if many:
        page.get_by_role("link", name="quarter").click()
        page.wait_for_selector("article:visible .charts canvas", state="attached")
        assert find_violations(page, axe) == []
