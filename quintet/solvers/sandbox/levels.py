"""The four levels of isolation and the layers that make them."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How strongly a job is held, the strongest first.

    ``FULL`` has every layer. ``BUBBLEWRAP`` gets its namespaces from the ``bwrap`` program. ``LANDLOCK``
    needs no namespaces. ``PROCESS`` is a plain process under limits: it keeps mistakes in, not attacks.
    """

    FULL = "full"
    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    PROCESS = "process"

    def satisfies(self, minimum: Level) -> bool:
        """Whether this level is at least the minimum."""
        order = list(Level)
        return order.index(self) <= order.index(minimum)


class Layer(StrEnum):
    """One thing that holds a job."""

    LIMITS = "limits"
    CLEAN_ENVIRONMENT = "clean environment"
    WALL_KILL = "wall kill"
    PROCESS_GROUP = "own process group"
    NO_NEW_PRIVILEGES = "no new privileges"
    IDS = "dropped ids"
    CAPABILITIES = "dropped capabilities"
    SECCOMP = "seccomp allow list"
    LANDLOCK = "landlock"
    USER_NAMESPACE = "user namespace"
    PID_NAMESPACE = "pid namespace"
    NETWORK_NAMESPACE = "network namespace"
    IPC_NAMESPACE = "ipc and host name namespaces"
    VIEW = "read-only view without /proc"
    SCRATCH = "bounded scratch"


# What is tried, in this order: the fork of a warm worker comes before a process per job.
PREFERENCE = (Level.FULL, Level.LANDLOCK, Level.BUBBLEWRAP, Level.PROCESS)

_EVERYWHERE = (Layer.LIMITS, Layer.CLEAN_ENVIRONMENT, Layer.WALL_KILL, Layer.PROCESS_GROUP)
_LINUX = (Layer.NO_NEW_PRIVILEGES, Layer.CAPABILITIES)
_NAMESPACES = (
    Layer.USER_NAMESPACE,
    Layer.PID_NAMESPACE,
    Layer.NETWORK_NAMESPACE,
    Layer.IPC_NAMESPACE,
    Layer.VIEW,
    Layer.SCRATCH,
)


def layers_of(level: Level, *, linux: bool, reported: frozenset[str]) -> tuple[Layer, ...]:
    """The layers in force at a level.

    Args:
        level: The level.
        linux: Whether the worker runs on Linux.
        reported: What the worker said it puts on jobs: ``landlock``, ``seccomp``, ``identity``.
    """
    present = [*_EVERYWHERE, *(_LINUX if linux else ())]
    present += [Layer.IDS] if "identity" in reported else []
    present += [Layer.SECCOMP] if "seccomp" in reported else []
    present += [Layer.LANDLOCK] if "landlock" in reported else []
    present += _NAMESPACES if level in (Level.FULL, Level.BUBBLEWRAP) else ()
    return tuple(present)
