"""The names a swarm's options take; a plan checks them without importing Locust."""

from __future__ import annotations

from system.errors import UsageError

STORES = ("hash", "calldata", "event", "code", "storage", "array")
PRIVACIES = ("plain", "commit", "sealed", "private")
SYSTEMS = ("jobs",)


def require_paid(job_size: int, store: str, privacy: str) -> None:
    """Raise UsageError for what no paid job can be."""
    if job_size < 1:
        raise UsageError(f"--job-size {job_size}: give 1 or more seats")
    if store == "hash":
        raise UsageError(
            "paid jobs are verified by the weights on chain, and the hash store keeps none: "
            "choose another --store"
        )
    if privacy == "private":
        raise UsageError("--job-size takes no --privacy private: wei go with public transactions")
