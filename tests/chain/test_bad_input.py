"""What a person can get wrong: one line that names the cure, exit code 2, no traceback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from bench import cli
from bench.network.ports import LOOPBACK, free_ports
from bench.network.running import Network
from tests.chain.commands import LOCUST, Said, run

pytestmark = pytest.mark.chain


class _Shop(BaseHTTPRequestHandler):
    """A web server that has never heard of JSON-RPC."""

    def _answer(self) -> None:
        self.send_response(200 if self.path == "/page" else 404)
        self.end_headers()
        self.wfile.write(b"<html>\n<body>welcome to\nour shop</body></html>")

    do_POST = do_GET = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing of each request."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """The address of a web server that is no node."""
    with ThreadingHTTPServer((LOOPBACK, 0), _Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files that can't be used."""
    folder = tmp_path_factory.mktemp("bad")
    np.save(folder / "nan.npy", np.array([1.0, np.nan]))
    np.save(folder / "large.npy", np.array([1.0, 1e6]))
    (folder / "full").mkdir()
    (folder / "full" / "letter.txt").write_text("mine")
    for name, text in (
        ("typo", '[[cells]]\nweights = ["counter"]\nencodng = "float32"\n'),
        ("torn", 'title = "x\n'),
        ("none", "[[cells]]\nweights = []\n"),
        ("list", "cells = [1]\n"),
        ("two", '[[cells]]\nweights = ["counter,650"]\n'),
        ("number", "[[cells]]\nweights = [650]\ntopology = 3\n"),
        ("seed", "seed = -1\n[[cells]]\nweights = [650]\n"),
    ):
        (folder / f"{name}.toml").write_text(text)
    return folder


SWEEPS = [
    ("--rpc-url {nobody}", "start one with `weighbridge network up`"),
    ("--rpc-url {shop}", "does not answer as an Ethereum node"),
    ("--rpc-url {shop}/page", "the answer is not JSON"),
    ("--rpc-url somewhere", "write http://127.0.0.1:8545"),
    ("--rpc-url {url} --chain-id 5", "check --rpc-url, or leave --chain-id out"),
    ("--weights lenet6", "did you mean 'lenet5'?"),
    ("--weights {place}/nan.npy", "NaN or infinite"),
    ("--weights {place}/none.npy", "can't be read as a numpy array"),
    ("--weights 0", "give a whole number from 1"),
    ("--weights=-5", "give a whole number from 1"),
    ("--weights {place}/large.npy --encoding float16", "float16"),
    ("--rate 0", "give a number above 0"),
    ("--rate=-1", "give a number above 0"),
    ("--rate nan", "give a number above 0"),
    ("--rate fast", "is no number"),
    ("--duration 0", "give a number above 0"),
    ("--duration nan", "give a number above 0"),
    ("--warmup=-1", "give a number above 0"),
    ("--drain inf", "give a number above 0"),
    ("--encoding flot32", "did you mean 'float32'?"),
    ("--store kalldata", "did you mean 'calldata'?"),
    ("--privacy x", "choose one of"),
    ("--schedule sinus", "choose one of"),
    ("--topology qbft-5", "did you mean 'qbft-4'?"),
    ("--users 0", "give a whole number above 0"),
    ("--repeats 0", "give a whole number above 0"),
    ("--processes=-1", "give a whole number above 0"),
    ("--batch 0", "give a whole number above 0"),
    ("--seed=-1", "give a whole number from 0 up"),
    ("--seed x", "valid integer"),
    ("--period nan", "give a number above 0"),
    ("--gas-limit nan", "is no whole number"),
    ("--gas-limit 100", "give a whole number from"),
    ("--out {place}/full", "give a new or empty directory"),
    ("--resume {place}/full", "give a directory made by `weighbridge sweep`"),
    ("--plan nope", "choose one of"),
    ("--plan {place}/typo.toml", "did you mean 'encoding'?"),
    ("--plan {place}/torn.toml", "is no TOML"),
    ("--plan {place}/none.toml", "asks for no cells"),
    ("--plan {place}/list.toml", "write [[cells]] tables"),
    ("--plan {place}/two.toml", "each size as a text of its own"),
    ("--plan {place}/number.toml", "give a name or the path of a TOML file"),
    ("--plan {place}/seed.toml", "give a whole number from 0 up"),
    ("--weigths 5", "see `weighbridge sweep --help`"),
]
OTHERS = [
    ("report {place}/full", "give a directory made by `weighbridge sweep`"),
    ("report {place}/nowhere", "give a directory made by `weighbridge sweep`"),
    ("report", "see `weighbridge report --help`"),
    ("report --bogus", "see `weighbridge report --help`"),
    ("network up --topology nope", "choose one of"),
    ("network up --period 0", "give a number from"),
    ("network up --period nan", "give a number from"),
    ("network up --gas-limit=-1", "give a whole number from"),
    ("network up --tx-size-limit 0", "give a whole number from 32 to 128"),
    ("network up --bogus", "see `weighbridge network up --help`"),
    ("network", "`weighbridge network --help` lists them"),
    ("network nope", "see `weighbridge network --help`"),
    ("nope", "see `weighbridge --help`"),
]


@pytest.mark.parametrize(
    ("line", "cure"), [*((f"sweep {line}", cure) for line, cure in SWEEPS), *OTHERS]
)
def test_weighbridge_says_what_is_wrong(
    line: str,
    cure: str,
    *,
    single: Network,
    shop: str,
    place: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = cli.run(_words(line, single, shop, place))
    told = capsys.readouterr().err
    assert code == 2, told
    assert told.count("\n") == 1, told
    assert told.startswith("weighbridge: ")
    assert cure in told


SWARMS = [
    ("--rpc-url {nobody}", "start one with `weighbridge network up`"),
    ("--rpc-url {shop}", "does not answer as an Ethereum node"),
    ("--rpc-url {url} --chain-id 5", "check --rpc-url, or leave --chain-id out"),
    ("--rpc-url {url} --weights lenet6", "did you mean 'lenet5'?"),
    ("--rpc-url {url} --weights {place}/nan.npy", "NaN or infinite"),
    ("--rpc-url {url} --weights {place}/large.npy --encoding float16", "float16"),
    ("--rpc-url {url} --weights 0", "give a whole number from 1"),
    ("--rpc-url {url} --rate nan", "give submissions a second above 0"),
    ("--rpc-url {url} --duration=-1", "give seconds above 0"),
    ("--rpc-url {url} --warmup nan", "give seconds from 0 up"),
    ("--rpc-url {url} --run-dir {place}/full", "give a new or empty directory"),
    ("--rpc-url {url} -u 0", "give 1 or more workers"),
    ("--rpc-url {url} --rate 0 --processes 2 {port}", "give submissions a second above 0"),
    ("--rpc-url {url} --encoding xyz", "invalid choice: 'xyz' (choose from"),
    ("--rpc-url {url} --bogus", "unrecognized arguments: --bogus"),
]


@pytest.fixture(scope="module")
def swarms(single: Network, shop: str, place: Path) -> Iterator[dict[str, Future[Said]]]:
    """What Locust says to each line; importing it takes a second, so two run at a time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {
            line: pool.submit(
                run,
                (*LOCUST, "--headless", "-u", "2", "-t", "5s", *_words(line, single, shop, place)),
                place,
                f"swarm-{number}",
            )
            for number, (line, _) in enumerate(SWARMS)
        }


@pytest.mark.parametrize(("line", "cure"), SWARMS)
def test_locust_says_what_is_wrong(swarms: dict[str, Future[Said]], line: str, cure: str) -> None:
    said = swarms[line].result()
    assert said.code == 2, said.err
    assert "Traceback" not in said.err
    assert cure in said.told[0]
    # Locust's own parser adds a guess to an unknown flag; ours is one line always.
    assert len(said.told) == 1 or ": error: " in said.told[0]


def _words(line: str, single: Network, shop: str, place: Path) -> list[str]:
    """The words of a command line, its places filled in."""
    first, second = free_ports(2)
    filled = line.format(
        url=single.endpoints[0],
        nobody=f"http://{LOOPBACK}:{first}",
        shop=shop,
        place=place,
        port=f"--master-port {second} --master-bind-port {second}",
    )
    return filled.split()
