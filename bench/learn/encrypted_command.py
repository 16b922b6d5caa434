"""`weighbridge learn encrypted`: parties train together and show nobody their updates."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.learn.directory import begin_training, new_directory
from bench.learn.encrypted.federation import learn_encrypted
from bench.learn.encrypted.options import EncryptedOptions, dropping
from bench.learn.encrypted.setting import prepare
from bench.learn.encrypted.show import closing_lines, heading, line, warning
from bench.learn.place import place
from bench.record.learning import LearningFile, LearningSettings
from bench.report.story.build import build

_DEFAULT = EncryptedOptions()


def encrypted(
    parties: Annotated[int, typer.Option(help="who train, each on its own")] = _DEFAULT.parties,
    rounds: Annotated[int, typer.Option(help="times they add updates up")] = _DEFAULT.rounds,
    scheme: Annotated[
        str, typer.Option(help="how updates are hidden: paillier, masked or plain")
    ] = _DEFAULT.scheme,
    key_bits: Annotated[
        int, typer.Option(help="of Paillier: 2048 or 3072; 1024 for tests only")
    ] = _DEFAULT.key_bits,
    threshold: Annotated[
        int | None, typer.Option(help="parties that open a sum; default: the least majority")
    ] = None,
    drop: Annotated[
        str,
        typer.Option(
            help="party:round, with commas: who drops out, parties from 0, rounds from 1; "
            "none: nobody; default: the last party in round 2"
        ),
    ] = "",
    model: Annotated[str, typer.Option(help="the net to train")] = _DEFAULT.model,
    data: Annotated[
        Path | None,
        typer.Option(help="a folder with MNIST's IDX files; default: the bundled digits"),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(help="mini-batches of a party in a round; default: four passes of its own"),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="let the other schemes carry round 1 as well")
    ] = False,
    train_only: Annotated[
        bool, typer.Option("--train-only", help="stop before newcomer, enricher and customer")
    ] = False,
    topology: Annotated[str, typer.Option(help="the network that is started for it")] = "qbft-4",
    rpc_url: Annotated[str, typer.Option(help="use this running chain instead")] = "",
    funder: Annotated[
        Path | None, typer.Option(help="with --rpc-url: file with the key of an account with ether")
    ] = None,
    seed: Annotated[int, typer.Option(help="of weights, data order and accounts")] = 0,
    out: Annotated[Path | None, typer.Option(help="a new or empty run directory")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Train on data of several parties: encrypted updates, sums on the chain, shared decryption."""
    options = EncryptedOptions(
        parties=parties,
        rounds=rounds,
        scheme=scheme,
        key_bits=key_bits,
        threshold=threshold,
        dropped=dropping(drop, parties=parties, rounds=rounds),
        model=model,
        data=data,
        steps=steps,
        seed=seed,
        compare=compare,
        train_only=train_only,
    )
    directory = new_directory(out, "encrypted")
    if options.for_tests:
        _say(warning(key_bits=key_bits))
    prepared = prepare(options)

    def begin(settings: LearningSettings) -> LearningFile:
        file = begin_training(directory, settings, seed=seed)
        _say(heading(settings))
        return file

    with place(topology, rpc_url=rpc_url, funder=funder) as where:
        result = learn_encrypted(prepared, where, begin=begin, say=lambda row: _say(line(row)))
    page = build([directory]).page
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        print("\n".join(closing_lines(result)))
        print(page)
    return _code(result)


def _code(result: dict[str, Any]) -> int:
    whole = result["rounds_opened"] == result["rounds"] and not result["falls"]
    return 0 if whole and result["bit_identical"] and result["conserved"] else 1


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
