"""The Locust user people write today: web3.py, eth-abi, send, wait for the receipt.

The yardstick from below: no schedule, an ABI encoder that handles one integer at a time, a signer
for every kind of transaction, and a receipt polled for each. Its configuration comes by the
environment, as such files take theirs.
"""

from __future__ import annotations

from locust import User, events, task
from locust.env import Environment

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import requests
from eth_account import Account
from web3 import HTTPProvider, Web3

SETTINGS = json.loads(os.environ["NAIVE_SETTINGS"])
_numbers = iter(range(10**6))
started_cpu_s = 0.0


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def start_clock(environment: Environment, **_: Any) -> None:
    """Count the generator's CPU from here: imports are nobody's load."""
    global started_cpu_s
    started_cpu_s = time.process_time()


@events.test_stop.add_listener  # type: ignore[untyped-decorator]
def stop_clock(environment: Environment, **_: Any) -> None:
    """Leave the CPU where the comparison finds it."""
    used_s = time.process_time() - started_cpu_s
    Path(SETTINGS["cpu_file"]).write_text(json.dumps({"cpu_s": used_s}))


class NaiveWorker(User):
    """Joins the board, then submits int256[] chunks one after another, waiting for each."""

    def on_start(self) -> None:
        """Connect, make an account of its own, register."""
        self.w3 = Web3(HTTPProvider(SETTINGS["url"], session=requests.Session()))
        self.account = Account.from_key(Web3.keccak(text=f"naive {next(_numbers)}"))
        self.board = self.w3.eth.contract(SETTINGS["board"], abi=SETTINGS["board_abi"])
        self.store = self.w3.eth.contract(SETTINGS["store"], abi=SETTINGS["store_abi"])
        self.nonce = self.sequence = 0
        self.weights = np.random.default_rng(1).normal(0, 0.05, SETTINGS["weights"])
        self.send(self.board.functions.join())

    @task
    def submit(self) -> None:
        """One result: the weights in fixed point, in as many chunks as the size limit forces."""
        started_s = time.perf_counter()
        integers = [int(weight * 10**9) for weight in self.weights]
        chunks = np.array_split(np.arange(len(integers)), SETTINGS["chunks"])
        for index, part in enumerate(chunks):
            values = [integers[i] for i in part]
            call = self.store.functions.submitArray(self.sequence, index, len(chunks), values)
            self.send(call)
        self.sequence += 1
        events.request.fire(  # type: ignore[no-untyped-call]
            request_type="naive",
            name="submit",
            response_time=1000 * (time.perf_counter() - started_s),
            response_length=32 * len(integers),
            exception=None,
            context={},
        )

    def send(self, call: Any) -> None:
        """Build, sign, send, wait: web3.py's own four steps."""
        transaction = call.build_transaction(
            {
                "from": self.account.address,
                "nonce": self.nonce,
                "gas": SETTINGS["gas"],
                "gasPrice": 0,
                "chainId": SETTINGS["chain_id"],
            }
        )
        signed = self.account.sign_transaction(transaction)
        sent = self.w3.eth.send_raw_transaction(signed.raw_transaction)
        self.w3.eth.wait_for_transaction_receipt(sent)
        self.nonce += 1
