"""The ``recovery`` command. Sub-commands live in the modules of :data:`COMMANDS` and are imported when they are called.

Errors are one line on standard error; with ``--json`` standard output is one JSON document all the same.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from chains.encoding import plain

COMMANDS: Mapping[str, str] = {
    "networks": "recovery.cli.chains:networks_command",
    "identify": "recovery.cli.chains:identify_command",
    "verify": "recovery.cli.chains:verify_command",
    "address": "recovery.cli.chains:address_command",
    "plan": "recovery.cli.plan:plan_command",
    "nodes": "recovery.cli.nodes:nodes_command",
    "diagnose": "recovery.cli.diagnose:diagnose_command",
    "scan": "recovery.cli.scan:scan_command",
    "jobs": "recovery.cli.jobs:jobs_command",
    "policy": "recovery.cli.policy:policy_command",
    "fees": "recovery.cli.fees:fees_command",
    "replay": "recovery.cli.replay:replay_command",
    "run": "recovery.cli.operate:run",
    "migrate": "recovery.cli.operate:migrate",
    "worker": "recovery.cli.operate:worker",
    "scheduler": "recovery.cli.operate:scheduler",
    "wait": "recovery.cli.operate:wait",
    "import": "recovery.cli.registry:import_file",
    "registry": "recovery.cli.registry:registry",
    "screening": "recovery.cli.screening:screening_command",
    "prices": "recovery.cli.prices:prices_command",
    "reconcile": "recovery.cli.reconcile:reconcile_command",
    "payouts": "recovery.cli.payouts:payouts_command",
    "person": "recovery.cli.people:person",
    "token": "recovery.cli.people:token",
    "ledger": "recovery.cli.ledger:ledger_command",
    "export": "recovery.cli.audit:export_command",
    "audit": "recovery.cli.audit:audit_command",
}
"""Command name to ``module:function``. Only the one that is called is imported, so that light ones start fast."""

SUMMARIES: Mapping[str, str] = {
    "networks": "List the networks this installation can read.",
    "identify": "Tell what a pasted text or link may be.",
    "verify": "Ask the configured nodes what became of a transaction.",
    "address": "Check an address and write it in its canonical form.",
    "plan": "Write an unsigned transfer for a wallet team.",
    "nodes": "Show how each configured node is doing.",
    "diagnose": "Find the cause of a deposit that is missing in the books.",
    "scan": "Read blocks for whatever was paid to addresses of ours.",
    "jobs": "List jobs that failed too often, and try them again.",
    "policy": "Draft, compare and activate policies of fees and causes, two people at least.",
    "fees": "Check fee rules, and try a version on past quotes.",
    "replay": "Recompute stored verdicts and show what would be another one.",
    "run": "Start everything and keep it running.",
    "migrate": "Bring the schema up to date.",
    "worker": "Run jobs.",
    "scheduler": "Ring for jobs that are due.",
    "wait": "Wait until the product answers.",
    "import": "Load a registry from a CSV file.",
    "registry": "Write a registry as CSV.",
    "screening": "Load lists of sanctioned addresses.",
    "prices": "Show, look at, enter and confirm prices.",
    "reconcile": "Hold chain, ledger and cases against each other.",
    "payouts": "Hold payouts back, and see what holds them.",
    "person": "Add people and service accounts.",
    "token": "Make API tokens.",
    "ledger": "Show what the books hold, and close months.",
    "export": "Export case histories that prove themselves.",
    "audit": "Check exports, offline.",
}

WRONG_INPUT = 2


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports none of them to list them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of :data:`COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; ``None`` when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands for ``--help``, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES.get(name, "")) for name in COMMANDS])


@click.group(cls=LazyGroup, name="recovery", context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Case management for recovering misdirected deposits."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, which the console script passes on."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        result = cli.main(args=given, prog_name="recovery", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as stop:
        click.echo(stop.format_message(), err=True)
        return WRONG_INPUT
    except click.ClickException as error:
        code = getattr(error, "code", None)
        status = WRONG_INPUT if code is None else error.exit_code
        return complain(code or "usage", error.format_message(), as_json="--json" in given, status=status)
    except click.Abort:
        return complain("interrupted", "interrupted", as_json=False, status=130)
    except BrokenPipeError:
        return 0
    return result if isinstance(result, int) else 0


def complain(code: str, message: str, *, as_json: bool, status: int = WRONG_INPUT) -> int:
    """One line on standard error, a JSON object on standard output where one was asked for; returns ``status``."""
    line = plain(message, 300)
    click.echo(f"recovery: {line}", err=True)
    if as_json:
        click.echo(json.dumps({"error": code, "message": line}, ensure_ascii=False))
    return status
