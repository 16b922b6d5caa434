"""The swarm: `locust -f locustfile.py`, with Locust's page, headless, or in several processes."""

from bench.load.users import Worker  # imports locust first

from bench.load.listeners import install  # isort: skip

install()

__all__ = ["Worker"]
