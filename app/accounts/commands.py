"""flask reset-second-step: for the last admin, when phone and recovery codes are gone."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.accounts import queries, second_step
from app.db import now, transaction


@click.command("reset-second-step")
@with_appcontext
@click.argument("email")
def reset_second_step(email: str) -> None:
    """Let an agent sign in with the password alone, and set up a second step anew. Ends their sessions."""
    with transaction() as session:
        agent = queries.by_email(session, email)
        if agent is None:
            raise click.ClickException("There is no agent with this address.")
        done = second_step.reset(session, agent, now=now())
        name = agent.name
    click.echo(f"{name} signs in with the password alone now." if done else f"{name} has no second step.")
