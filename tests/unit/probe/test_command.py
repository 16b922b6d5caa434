"""What a person can get wrong: one line that names the cure, exit code 2, nothing started."""

from __future__ import annotations

import pytest

from bench import command_line
from bench.network.ports import LOOPBACK, free_ports
from bench.probe import command


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("--topology qbft-5", "did you mean 'qbft-4'?"),
        ("--gas-limit 100", "give a whole number from"),
        ("--gas-limit lots", "--help`"),
        ("--period 0.5", "whole seconds"),
        ("--period nan", "give a number from"),
        ("--walls pol", "did you mean 'pool'?"),
        ("--out {place}", "give --out the name of a file"),
        ("--out {place}/nowhere/probe.json", "No such file or directory"),
        ("--rpc-url somewhere", "write http://127.0.0.1:8545"),
        ("--rpc-url {nobody}", "start one with `weighbridge network up`"),
        ("--rpc-url {nobody} --topology qbft-4", "leave them out, or leave out --rpc-url"),
        ("--rpc-url {nobody} --gas-limit 42000000", "leave them out, or leave out --rpc-url"),
        ("--bogus", "--help`"),
    ],
)
def test_probe_says_what_is_wrong(line, cure, *, tmp_path, capsys):
    (port,) = free_ports(1)
    words = line.format(place=tmp_path, nobody=f"http://{LOOPBACK}:{port}").split()
    code = command_line.run_function(command.probe, words)
    told = capsys.readouterr().err
    assert code == 2, told
    assert told.count("\n") == 1, told
    assert told.startswith("weighbridge: ")
    assert cure in told
    assert list(tmp_path.iterdir()) == []
