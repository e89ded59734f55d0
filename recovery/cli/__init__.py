"""The ``recovery`` command. Each sub-command is loaded only when it is called, so that all of them start fast."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "migrate": "recovery.cli.operate:migrate",
    "run": "recovery.cli.operate:run",
    "scheduler": "recovery.cli.operate:scheduler",
    "wait": "recovery.cli.operate:wait",
    "worker": "recovery.cli.operate:worker",
}


class LazyGroup(click.Group):
    """A group that imports a sub-command when it is asked for."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """The names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command, loaded now."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup)
def main() -> None:
    """Case management for recovering misdirected deposits."""
