"""The page as a browser shows it: drawn, without overflow, in light and dark."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.report.build import build
from bench.report.learning.build import build as build_learning
from tests.unit.report.synthetic import Load, chain_limits, write_run
from tests.unit.report.synthetic_learning import Job, write_training

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--hide-scrollbars",
)
MEASURE = """<script>
const drawn = picture => picture.getBoundingClientRect().height > 80;
document.title = JSON.stringify({
  width: document.documentElement.scrollWidth,
  window: window.innerWidth,
  pictures: [...document.querySelectorAll('svg')].filter(drawn).length,
  paper: getComputedStyle(document.body).backgroundColor,
});
</script></body>"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        words = "no Chromium on PATH: install it (Debian: apt-get install chromium)"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    loads = [
        Load(cell="a", name="counter", weights=0, payload_bytes=0, rate=12),
        Load(cell="b", failing={5: ("rejected", "<b>txpool</b> is full")}),
        Load(cell="c", encoding="int256", payload_bytes=251_264, rate=1, transactions=2),
        Load(cell="d", rate=4, sampled=True),  # with the second one a curve
    ]
    run = write_run(tmp_path_factory.mktemp("page") / "run", loads, limits=[chain_limits()])
    return build([run]).page


@pytest.fixture(scope="module")
def training_page(tmp_path_factory) -> Path:
    jobs = [Job(refused={"<b>TooLate</b>": 2}), Job()]
    return build_learning([write_training(tmp_path_factory.mktemp("page") / "run", jobs)]).page


def chromium(browser: str, page: Path, tmp_path: Path, *flags: str) -> str:
    command = [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *flags, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def measured(browser: str, page: Path, tmp_path: Path, *flags: str) -> dict[str, Any]:
    """What a script finds in a copy of the page that is allowed to run one."""
    text = re.sub(r"<meta http-equiv=[^>]*>", "", page.read_text())
    copy = tmp_path / "measured.html"
    copy.write_text(text.replace("</body>", MEASURE))
    shown = chromium(browser, copy, tmp_path, "--dump-dom", *flags)
    [title] = re.findall(r"<title>(\{.*?\})</title>", shown)
    found: dict[str, Any] = json.loads(title)
    return found


def test_the_page_is_read_as_it_was_written(browser, page, tmp_path):
    shown = chromium(browser, page, tmp_path, "--dump-dom")
    parts = ("answer", "capacity", "sizes", "figures", "resources", "failures", "method")
    for part in (*parts, "provenance", "raw"):
        assert f'id="{part}"' in shown
    assert "&lt;b&gt;txpool&lt;/b&gt; is full" in shown


def test_the_page_is_painted(browser, page, tmp_path):
    picture = tmp_path / "page.png"
    chromium(browser, page, tmp_path, f"--screenshot={picture}", "--window-size=1200,2400")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 50_000  # a blank page of this size takes under 20 kB


@pytest.mark.parametrize("width", [600, 1200])
def test_nothing_overflows_and_every_figure_shows(browser, page, tmp_path, width):
    found = measured(browser, page, tmp_path, f"--window-size={width},900")
    assert found["width"] <= found["window"] == width
    assert found["pictures"] == 8


def test_a_dark_screen_gets_a_dark_page(browser, page, tmp_path):
    flag = "--blink-settings=preferredColorScheme="
    dark = measured(browser, page, tmp_path, f"{flag}0")
    light = measured(browser, page, tmp_path, f"{flag}1")
    assert dark["paper"] == "rgb(20, 24, 27)"
    assert light["paper"] == "rgb(253, 253, 251)"


def test_a_training_s_page_is_read_as_it_was_written(browser, training_page, tmp_path):
    shown = chromium(browser, training_page, tmp_path, "--dump-dom")
    for part in ("answer", "figures", "money", "wei", "cost", "redundancy", "refused", "jobs"):
        assert f'id="{part}"' in shown
    assert "&lt;b&gt;TooLate&lt;/b&gt;" in shown


@pytest.mark.parametrize("width", [600, 1200])
def test_a_training_s_page_fits_and_shows_every_figure(browser, training_page, tmp_path, width):
    found = measured(browser, training_page, tmp_path, f"--window-size={width},900")
    assert found["width"] <= found["window"] == width
    assert found["pictures"] == 4
