"""Isolation by the kernel's namespaces alone: nothing has to be installed."""

from __future__ import annotations

import json
import sys

from system.bounties.isolation import interior
from system.bounties.isolation.cell import Cell, warden_command, warden_environment


class Namespaces:
    """A child in new user, mount, network, process, IPC and host-name namespaces."""

    name = "namespaces"

    def missing(self) -> str | None:
        """Why this system has no namespaces; whether they may be used only a trial tells."""
        if sys.platform != "linux":
            return f"namespaces are Linux's and this is {sys.platform}: use a container engine"
        return None

    def command(self, cell: Cell) -> list[str]:
        """The launcher's command line; everything the cell sees is in it."""
        places = interior.places()
        root = cell.room / "root"
        root.mkdir()
        orders = {
            "root": str(root),
            "mounts": [[str(one.source), one.place] for one in interior.mounts(cell)],
            "devices": interior.DEVICES,
            "tmpfs": [
                [one.place, one.size_bytes, one.files] for one in interior.file_systems(cell.limits)
            ],
            "command": warden_command(places, cell, shut_in=True),
            "environment": warden_environment(places),
        }
        found = f"PYTHONPATH={interior.INSIDE.parent}"
        launcher = [sys.executable, "-S", "-s", "-B", "-m", "inside.launcher"]
        return ["env", "-i", found, *launcher, json.dumps(orders)]

    def end(self, cell: Cell) -> None:
        """Nothing: with the launcher the first process of the cell dies, and with that all."""
