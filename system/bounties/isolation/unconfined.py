"""No isolation at all, for who says that it is what they want."""

from __future__ import annotations

from system.bounties.isolation.cell import Cell, warden_command
from system.bounties.isolation.interior import host_places


class Unconfined:
    """Runs a stranger's program as the client's own user, with resource limits and nothing else.

    It risks everything that this user has: the program can read its keys and files, change or
    delete them, use the network as this machine, and leave processes behind. Of the limits, those
    on the number of processes do not bind root. Only for tasks whose every line was read.
    """

    name = "unconfined"

    def missing(self) -> str | None:
        """None: there is always no isolation."""
        return None

    def command(self, cell: Cell) -> list[str]:
        """The warden itself, on this machine."""
        places = host_places(cell)
        (cell.room / "results").mkdir()
        (cell.room / "scratch").mkdir()
        environment = [f"PYTHONPATH={places.wardens}", f"LD_LIBRARY_PATH={places.libraries}"]
        return ["env", "-i", *environment, *warden_command(places, cell, shut_in=False)]

    def end(self, cell: Cell) -> None:
        """Nothing that could be told from what is not the task's."""
