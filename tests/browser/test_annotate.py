"""The annotation page in a real browser, with its server and its sidecar."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser_pages import OpenPage, WatchedPage, find_violations
from tests.support.command_line import retropace
from tests.support.editor_server import StartEditor, ThreadedPage, serve_in_thread, wait_until
from tests.support.hostile_text import hostile_gpx

pytestmark = pytest.mark.slow

HEAD = "start,end,label,note\n"
FIRST, SECOND, THIRD = (739.0, 919.0), (1185.0, 1371.0), (1638.0, 1825.0)  # the backward repetitions


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    shutil.copy(samples / "quarter-mile.fit", tmp_path)  # without its sidecar
    return tmp_path


class PageDriver:
    """The page, its server and its file."""

    def __init__(self, watched: WatchedPage, served: ThreadedPage, sidecar: Path):
        self.watched, self.page, self.served, self.sidecar = watched, watched.page, served, sidecar

    def text(self) -> str:
        return self.sidecar.read_text(encoding="utf-8") if self.sidecar.exists() else ""

    def rows(self) -> list[str]:
        return self.text().splitlines()[1:]

    def x(self, moment: float) -> float:
        """Where a moment lies on the screen."""
        return float(
            self.page.evaluate(
                """(moment) => {
                    const plot = [...Bokeh.index].find((view) => view.model.name === 'speed_mps');
                    const {left, width} = plot.frame.bbox;
                    const {start, end} = plot.model.x_range;
                    const box = document.querySelector('[data-chart=speed_mps] > div').getBoundingClientRect();
                    return box.left + left + (moment - start) / (end - start) * width;
                }""",
                moment,
            )
        )

    @property
    def y(self) -> float:
        box = self.page.locator("[data-chart=speed_mps]").bounding_box()
        assert box is not None
        return box["y"] + 60

    def drag(self, start: float, end: float, *, alt: bool = False) -> None:
        if alt:
            self.page.keyboard.down("Alt")
        self.page.mouse.move(self.x(start), self.y)
        self.page.mouse.down()
        self.page.mouse.move(self.x(end), self.y, steps=6)
        self.page.mouse.up()
        if alt:
            self.page.keyboard.up("Alt")

    def click(self, moment: float) -> None:
        self.page.mouse.click(self.x(moment), self.y)

    def says(self, words: str) -> None:
        self.page.locator("#said", has_text=words).wait_for()

    def analysis(self) -> dict[str, Any]:
        ran = retropace("analyze", "quarter-mile.fit", "--format", "json", cwd=self.sidecar.parent)
        assert ran.returncode == 0, ran.stderr
        document: dict[str, Any] = json.loads(ran.stdout)
        return document

    def agrees(self) -> None:
        """The page's figures are those of the command line."""
        backward = self.analysis()["directions"]["backward"]
        assert self.page.locator("#backward").inner_text() == f"{backward['distance_m'] / 1000:.2f} km"
        assert self.page.locator("#marked").inner_text() == f"{backward['annotated_m'] / 1000:.2f} km"


def spans(row: str) -> tuple[float, ...]:
    """The start and the end of a row, in seconds."""
    return tuple(
        60.0 * float(minutes) + float(seconds) for minutes, seconds in (one.split(":") for one in row.split(",")[:2])
    )


@pytest.fixture
def served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedPage]:
    monkeypatch.chdir(folder)
    with serve_in_thread(Path("quarter-mile.fit")) as page:
        yield page


@pytest.fixture
def driver(folder: Path, served: ThreadedPage, opened: OpenPage) -> PageDriver:
    return PageDriver(opened(served.url, offline=False), served, folder / "quarter-mile.annotations.csv")


def test_a_drag_marks_snaps_is_saved_and_the_others_are_suspected(driver: PageDriver) -> None:
    assert driver.page.locator("#marked").inner_text() == "0.00 km"
    driver.drag(FIRST[0] + 8, FIRST[1] - 8)  # near the changes of pace, not on them
    driver.says("marked backward")
    assert spans(driver.rows()[0]) == pytest.approx(FIRST, abs=2.0)
    assert driver.text() == f"{HEAD}{','.join(driver.rows()[0].split(',')[:2])},backward,\n"
    driver.agrees()
    kinds = driver.page.locator(".strip .suspected")
    assert kinds.count() == 2  # the two that look like it
    assert driver.analysis()["directions"]["backward"]["suspected_m"] == pytest.approx(800, rel=0.03)


def test_with_alt_nothing_snaps(driver: PageDriver) -> None:
    driver.drag(FIRST[0] + 8, FIRST[1] - 8, alt=True)
    driver.says("marked backward")
    assert spans(driver.rows()[0]) == pytest.approx((FIRST[0] + 8, FIRST[1] - 8), abs=3.0)


def test_a_click_and_a_key_label_and_delete_takes_it_away(driver: PageDriver) -> None:
    page = driver.page
    driver.click(sum(SECOND) / 2)
    page.locator("#which", has_text="19:4").wait_for()
    page.keyboard.press("b")
    driver.says("marked backward")
    assert len(driver.rows()) == 1
    assert ",backward," in driver.rows()[0]
    page.keyboard.press("w")
    driver.says("marked backward walk")
    assert ",backward walk," in driver.rows()[0]
    page.keyboard.press("w")
    driver.says("marked backward run")
    page.keyboard.press("f")
    driver.says("marked forward")
    page.keyboard.press("r")
    driver.says("marked rest")
    assert len(driver.rows()) == 1
    assert ",rest," in driver.rows()[0]
    driver.agrees()
    page.keyboard.press("Delete")
    driver.says("Nothing is marked from 19:4")
    assert driver.rows() == []


def test_undo_redo_and_a_reload_keep_what_was_done(driver: PageDriver) -> None:
    page = driver.page
    states = [HEAD]
    for number, span in enumerate((FIRST, SECOND), 1):
        driver.drag(*span)
        wait_until(lambda number=number: len(driver.rows()) == number)  # type: ignore[misc]  # bound per row
        states.append(driver.text())
    page.keyboard.press("Control+z")
    driver.says("Undone")
    wait_until(lambda: driver.text() == states[1])
    page.keyboard.press("Control+z")
    wait_until(lambda: driver.text() == states[0])
    page.locator("#undo:disabled").wait_for()
    page.keyboard.press("Control+Shift+z")
    wait_until(lambda: driver.text() == states[1])
    page.get_by_role("button", name="Redo").click()
    wait_until(lambda: driver.text() == states[2])
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("#annotations tbody tr").count() == 2
    assert page.locator(".stretch").count() == 2
    driver.agrees()
    page.keyboard.press("Control+z")
    wait_until(lambda: driver.text() == states[1])
    assert driver.served.is_running


def test_an_edge_is_dragged_and_a_note_kept(driver: PageDriver) -> None:
    page = driver.page
    driver.sidecar.write_text(f"{HEAD}# by hand\n12:30.0,15:19.0,backward,first\n")
    page.locator(".stretch").wait_for()
    box = page.locator(".stretch .start").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, driver.y)
    page.mouse.down()
    page.mouse.move(driver.x(800.0), driver.y, steps=5)
    page.mouse.move(driver.x(700.0), driver.y, steps=5)
    page.mouse.up()
    driver.says("backward now from 11:4")
    assert driver.text().startswith(f"{HEAD}# by hand\n11:")
    assert driver.rows()[-1].endswith(",15:19.0,backward,first")
    page.locator("#note").fill('better, "much"')
    page.locator("#note").press("Enter")
    driver.says("Noted")
    assert driver.rows()[-1].endswith(',15:19.0,backward,"better, ""much"""')
    page.locator("#from").fill("12:20")
    page.locator("#from").press("Enter")
    driver.says("backward now from 12:20")
    assert driver.rows()[-1].startswith("12:20.0,15:19.0")
    page.locator("#to").fill("soon")
    page.locator("#to").press("Enter")
    driver.says("Write a time as")


def test_the_stretches_worth_a_look_are_gone_through_by_keys(driver: PageDriver) -> None:
    page = driver.page
    driver.drag(*FIRST)
    driver.says("marked backward")
    page.keyboard.press("n")
    driver.says("1 of 2 worth a look")
    first = page.locator("#which").inner_text()
    assert "backward run, suspected" in first
    page.keyboard.press("n")
    driver.says("2 of 2 worth a look")
    page.keyboard.press("p")
    driver.says("1 of 2 worth a look")
    assert page.locator("#which").inner_text() == first
    page.keyboard.press("b")
    driver.says("marked backward")
    wait_until(lambda: len(driver.rows()) == 2)
    page.locator("#doubts", has_text="1").wait_for()
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("b")  # not while the keys are being read
    page.keyboard.press("Escape")
    assert page.locator("dialog").is_hidden()
    assert len(driver.rows()) == 2


def test_a_change_from_outside_shows_and_an_outdated_mark_is_asked_about(driver: PageDriver) -> None:
    page = driver.page
    driver.drag(*FIRST)
    driver.says("marked backward")
    driver.sidecar.write_text(driver.text() + "27:18,30:25,backward,theirs\n")
    page.locator("#annotations", has_text="theirs").wait_for()
    assert "was changed by somebody else" in page.locator("#problem").inner_text()
    driver.drag(*SECOND)
    driver.says("19:4")
    assert [row.split(",")[-1] for row in driver.rows()] == ["", "theirs", ""]
    assert page.locator("#problem").is_hidden()
    driver.sidecar.write_text("nonsense\n")
    page.locator("#problem", has_text="must name the columns").wait_for()
    page.keyboard.press("Delete")
    driver.says("must name the columns")
    assert driver.text() == "nonsense\n"
    refused = [wrong for wrong in driver.watched.wrong if "409 (Conflict)" in wrong]  # the browser's own word on it
    assert len(refused) == 1
    driver.watched.wrong.remove(refused[0])


def test_closing_the_page_ends_the_command(folder: Path, serving: StartEditor, opened: OpenPage) -> None:
    served = serving(folder, "quarter-mile.fit")
    page = opened(served.url, offline=False).page
    page.locator(".strip .segment").nth(1).click()
    page.keyboard.press("b")
    page.locator("#said", has_text="marked backward").wait_for()
    page.close(run_before_unload=True)
    status, out, err = served.wait_for_end()
    assert (status, out, err) == (0, "quarter-mile.annotations.csv: 1 change saved, 1 annotation in all\n", "")


def test_a_page_whose_command_has_ended_says_so(folder: Path, serving: StartEditor, opened: OpenPage) -> None:
    served = serving(folder, "quarter-mile.fit")
    watched = opened(served.url, offline=False)
    served.interrupt()
    watched.page.locator("#ended").wait_for()
    watched.page.keyboard.press("Escape")
    assert all("ERR_CONNECTION_REFUSED" in wrong for wrong in watched.wrong), watched.wrong
    watched.wrong.clear()


def test_without_positions_the_rest_stands(tmp_path: Path, samples: Path, opened: OpenPage) -> None:
    shutil.copy(samples / "treadmill-beginner.fit", tmp_path)
    with serve_in_thread(tmp_path / "treadmill-beginner.fit", "mi") as served:
        page = opened(served.url, offline=False).page
        assert page.locator(".map").is_hidden()
        assert page.locator("#forward").inner_text().endswith(" mi")
        page.locator(".strip .segment").nth(1).click()
        page.keyboard.press("b")
        page.locator("#said", has_text="marked backward").wait_for()
        page.close()
    assert (tmp_path / "treadmill-beginner.annotations.csv").exists()


def test_attacks_are_inert(tmp_path: Path, samples: Path, opened: OpenPage) -> None:
    with serve_in_thread(hostile_gpx(tmp_path, samples)) as served:
        page = opened(served.url, offline=False).page
        text = page.locator("body").inner_text()
        assert "<script>window.pwned=1</script>" in text
        page.locator("#annotations tbody tr").first.click()
        page.keyboard.press("w")
        page.locator("#said", has_text="marked").wait_for()
        assert page.evaluate("window.pwned") is None
        assert page.locator("img, iframe, object, form, base").count() == 0
        assert "\u202e" not in page.content()
        page.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_serious_fault(driver: PageDriver, axe: str, opened: OpenPage, dark: bool) -> None:
    driver.drag(*FIRST)
    driver.says("marked backward")
    page = opened(driver.served.url, offline=False, dark=dark).page
    page.locator(".strip .segment").nth(2).click()
    assert find_violations(page, axe) == []
    page.keyboard.press("?")
    assert find_violations(page, axe) == []


def test_a_phone_shows_all_of_it_without_scrolling_sideways(driver: PageDriver, opened: OpenPage) -> None:
    page = opened(driver.served.url, offline=False, width=360).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
