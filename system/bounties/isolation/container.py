"""Isolation by a container engine: docker or podman, where one answers."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, replace

from system.bounties.isolation import interior
from system.bounties.isolation.cell import Cell, warden_command, warden_environment

# An image without a file: all a cell sees is mounted into it, so none has to be downloaded.
IMAGE = "weighbridge-empty"
_NOBODY = "65534:65534"
_ANSWER_S = 20
_SPARE_PROCESSES = 5  # the warden, and a few so that it may see that there are too many
# Containers share this user, so that it is their cgroups that count processes.
_UNCOUNTED = 4096


@dataclass(frozen=True, slots=True)
class Container:
    """A container without network, capabilities or a writable root, limited by its cgroup."""

    engine: str

    @property
    def name(self) -> str:
        """The engine's name."""
        return self.engine

    def missing(self) -> str | None:
        """Why the engine can't be asked; makes the empty image where it is not there yet."""
        if shutil.which(self.engine) is None:
            return f"no {self.engine} on PATH: install it"
        if not self._answers("version", "--format", "{{.Server.Version}}"):
            return f"{self.engine} is installed and its engine does not answer: start it"
        if not self._answers("image", "inspect", IMAGE):
            made = self._answers("import", "-", IMAGE, given=_empty_archive())
            return None if made else f"{self.engine} can't import an image: see its log"
        return None

    def command(self, cell: Cell) -> list[str]:
        """The command line of `docker run` or `podman run`."""
        places, limits = interior.places(), cell.limits
        environment = warden_environment(places).items()
        memory = str(limits.memory_bytes + limits.scratch_bytes + limits.output_bytes)
        uncounted = replace(cell, limits=replace(limits, processes=_UNCOUNTED))
        return [
            *(self.engine, "run", "--rm", "--name", cell.name, "--pull", "never"),
            *("--network", "none", "--ipc", "private", "--hostname", "task", "--read-only"),
            *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", _NOBODY),
            *("--pids-limit", str(limits.processes + _SPARE_PROCESSES)),
            *("--memory", memory, "--memory-swap", memory, "--cpus", "1"),
            *("--ulimit", "core=0", "--ulimit", "nofile=256:256"),
            *(
                "--ulimit",
                f"nproc={_UNCOUNTED}:{_UNCOUNTED}",
                "--log-driver",
                "none",
                "--workdir",
                "/",
            ),
            *(word for name, value in environment for word in ("--env", f"{name}={value}")),
            *(["--read-only-tmpfs=false"] if self.engine == "podman" else []),
            *_mounted(cell),
            IMAGE,
            *warden_command(places, uncounted, shut_in=True, most_threads=limits.processes),
        ]

    def end(self, cell: Cell) -> None:
        """Ends the container, which is no child of the command that asked for it."""
        self._answers("rm", "--force", cell.name)

    def _answers(self, *words: str, given: bytes = b"") -> bool:
        try:
            done = subprocess.run(
                [self.engine, *words], input=given, capture_output=True, timeout=_ANSWER_S
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def _mounted(cell: Cell) -> list[str]:
    words: list[str] = []
    for mount in interior.mounts(cell):
        words += ["--mount", f"type=bind,source={mount.source},target={mount.place},readonly"]
    for made in interior.file_systems(cell.limits):
        options = f"rw,nosuid,nodev,mode=1777,size={made.size_bytes}"
        words += ["--tmpfs", f"{made.place}:{options}"]
    return words


def _empty_archive() -> bytes:
    written = io.BytesIO()
    tarfile.open(fileobj=written, mode="w").close()
    return written.getvalue()
