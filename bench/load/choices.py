"""The names a swarm's options take; a plan checks them without importing Locust."""

from __future__ import annotations

STORES = ("hash", "calldata", "event", "code", "storage", "array")
PRIVACIES = ("plain", "commit", "sealed", "private")
SYSTEMS = ("jobs",)
