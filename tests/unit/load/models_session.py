"""A session of the models system that nothing was deployed for."""

from __future__ import annotations

from typing import Any

from bench.load.choices import settings_of
from bench.load.session import CellPlan, Session
from system.chain.probe import Chain

CHAIN = Chain(
    url="http://127.0.0.1:1",
    client_version="Geth/quorum",
    chain_id=1337,
    genesis_hash="0x" + "00" * 32,
    consensus="istanbul",
    validators=4,
    period_s=1.0,
    gas_limit=160_000_000,
    gas_price=0,
    transaction_size_limit_bytes=131_072,
    code_size_limit_bytes=24_576,
)


def models_session(*, width: int = 10, users: int = 10, **settings: Any) -> Session:
    """Five contributions a second for three and seven seconds."""
    cell = CellPlan("cell", str(width), width, "int64", "model", 0, ())
    return Session(
        id="one",
        rpc_urls=("http://127.0.0.1:1",),
        chain=CHAIN,
        contracts={},
        topics=(),
        completed_topics=(),
        cells=(cell,),
        first_block=1,
        system="models",
        seed=4,
        users=users,
        rate_per_s=5.0,
        schedule="constant",
        warmup_s=3.0,
        duration_s=7.0,
        drain_s=10.0,
        batch=1,
        settings=settings_of("models", settings),
    )
