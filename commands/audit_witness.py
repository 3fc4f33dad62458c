"""`ebox audit witness`: watch somebody's log from outside, and vouch for it. Takes no `EBOX_` setting."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

StateFile = Annotated[
    Path, typer.Option("--state", help="The file in which the witness remembers what it cosigned.")
]


@app.callback()
def group() -> None:
    """Watch a log from outside, and vouch that it only ever grew.

    A witness belongs on a machine, and best in an organisation, other than the log's. It needs nothing of an
    installation of eBox. docs/howto/run-a-witness.md goes through all of it.
    """


@app.command("new-key")
def new_key(
    name: Annotated[
        str,
        typer.Argument(help="The witness's name: a URL of yours without scheme, `witness.example.org/w1`."),
    ],
    key_file: Annotated[Path, typer.Option("--key-file", help="Where to write the private key.")],
    state: StateFile,
) -> None:
    """Make a witness: its key, and the file in which it remembers. Prints its public key.

    `ebox audit witness new-key witness.example.org/w1 --key-file witness.key --state witness.state`

    The two belong together and are made once. A witness that has lost its state no longer knows what it
    vouched for: make a new one, under another name, and tell those who trust the old one to drop its key.
    For the same reason never put back a copy of the state from yesterday.
    """
    from bootstrap import witnessing

    typer.echo(witnessing.make_key(name, key_file, state))


@app.command()
def serve(
    key_file: Annotated[
        Path,
        typer.Option("--key-file", help="The private key of this witness."),
    ],
    state: StateFile,
    log_vkeys: Annotated[
        Path,
        typer.Option(
            "--log-vkeys",
            help="The public keys of the logs to watch, one a line, as a log's `/audit/vkeys` has them. "
            "Get them from its operator by a way that you trust.",
        ),
    ],
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8090,
    host: Annotated[
        str, typer.Option(help="The address to listen on. Logs come by a proxy of yours that speaks TLS.")
    ] = "127.0.0.1",
) -> None:
    """Serve `POST /add-checkpoint` (C2SP tlog-witness), until SIGTERM.

    A log sends each checkpoint with a proof that it contains the one before. The witness checks both, syncs
    it to disk, and answers with its cosignature. It cosigns no second history, whoever asks.

    The answers: 200 with the cosignature; 400 not such a request; 403 no known key signed it; 404 no such log
    is watched; 409 another size was cosigned last, which the answer names; 422 the proof is wrong; 503 its
    clock is behind or its disk does not take anything.
    """
    from bootstrap import witnessing

    witnessing.serve(key_file, state, log_vkeys, host, port)


@app.command()
def show(
    state: StateFile,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, for programs, with the checkpoints themselves.")
    ] = False,
) -> None:
    """Print the witness's public key, and for each log the last checkpoint that it cosigned.

    Checkpoints that a log signed and that did not continue what was cosigned are kept. *Fork* means that the
    log signed two trees of one size: `--json` has both, which is a proof that nobody can deny. *Unproven* may
    also be somebody's bad proof.

    The exit status is 1 where there is a fork.
    """
    from bootstrap import witnessing

    vkey, logs = witnessing.remembered(state)
    forks = sum(one["isFork"] for log in logs for one in log["refused"])
    if as_json:
        typer.echo(json.dumps({"vkey": vkey, "logs": logs}, indent=2))
    else:
        typer.echo(vkey)
        for line in witnessing.lines_about(logs):
            typer.echo(line)
    raise typer.Exit(1 if forks else 0)
