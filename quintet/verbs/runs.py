"""`quintet resume`, `quintet show`, `quintet replay`: what can be done with a run directory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintet.verbs.parts import Json, report, write

Run = Annotated[Path, typer.Argument(help="A run directory, or its name in the folder of runs.")]


def resume(
    run: Run,
    model: Annotated[
        str | None, typer.Option(help="Language model; else QUINTET_MODEL, OPENAI_MODEL.")
    ] = None,
    budget_usd: Annotated[
        float | None, typer.Option(help="Dollars that the run may cost, all in all.")
    ] = None,
    budget_calls: Annotated[int | None, typer.Option(help="Calls that the run may make, all in all.")] = None,
    json: Json = False,
) -> None:
    """Go on with a run that was stopped.

    No reply that was received is asked for again.
    """
    from quintet.settings import Settings
    from quintet.verbs.terminal import Terminal, agent_parts, narrate, resumable

    with agent_parts():
        from quintet.agent.session import resume as go_on
    flags = {"model": model, "budget_usd": budget_usd, "budget_calls": budget_calls}
    settings = Settings.load(flags)
    folder = _found(run, settings.runs)
    with resumable(folder):
        answer = go_on(folder, settings, say=narrate, person=Terminal())
    report(answer, json, answered=answer.settled)


def show(
    run: Run,
    whole: Annotated[bool, typer.Option("--whole", help="Show prompts too, and cut nothing.")] = False,
    json: Json = False,
) -> None:
    """Show the transcript of a run."""
    from json import dumps

    from quintet.agent.run_folder import RunFolder
    from quintet.agent.transcript import record, transcript
    from quintet.settings import Settings

    folder = RunFolder(_found(run, Settings.load().runs))
    if json:
        write(dumps(record(folder), ensure_ascii=False, indent=2))
    else:
        write(transcript(folder, whole=whole))


def replay(run: Run, json: Json = False) -> None:
    """Run a recorded run again without a model.

    The replies are those of the recording; programs are run and models solved anew.
    """
    from quintet.settings import Settings
    from quintet.verbs.terminal import agent_parts, narrate

    with agent_parts():
        from quintet.agent.session import replay as play
    answer = play(_found(run, Settings.load().runs), say=narrate)
    report(answer, json, answered=answer.settled)


def _found(run: Path, runs: Path) -> Path:
    return run if run.exists() or not (runs / run).is_dir() else runs / run
