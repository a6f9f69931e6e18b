"""What the agent itself costs: CPU a problem, and how many calls it keeps open.

    python benchmarks/agent.py [--problems 500] [--flight 64] [--json]

1. `compile`: CPU time of this process for one textbook problem, less that of loading, binding, solving and
   checking its document, which are timed apart in the same run. The model answers at once from memory.
2. A steady stream of problems, `--flight` at a time, against an endpoint of this machine that answers after
   one second, with `direct` and with `optimai`: the average number of calls open at the endpoint, over the
   whole run with its rise and its end, and over the middle of it. The first problems come in spread over a
   half a second: begun all at once, they would go on in step and wait for each other. The ideal for
   `direct` is `--flight`; for `optimai` it follows from its chain of calls (formulator, planner, then three
   coders at once) and is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from quintet.agent.reader import read
from quintet.agent.run import Agent
from quintet.agent.tactics import Strategy, Tactics
from quintet.llm.fake import FakeModel
from quintet.problem import Problem

PROGRAM = """```python
def solve(data):
    return {"status": "optimal", "objective": 280.0, "decisions": {"bread": 60, "cake": 20}}


def check(data, decisions):
    flour = decisions["bread"] + 2 * decisions["cake"]
    value = 3 * decisions["bread"] + 5 * decisions["cake"]
    return {"objective": value, "violations": {"flour": max(0, flour - 100)}}
```"""
CLAIM = '{"status": "optimal", "objective": 280, "decisions": {"bread": 60, "cake": 20}}'
ELEMENTS = json.dumps({"variables": ["bread", "cake"], "objective": "maximize 3 bread + 5 cake"})
PLANS = json.dumps(
    {"plans": [{"solver": name, "approach": f"model it for {name}"} for name in ("pyomo", "ortools", "scip")]}
)
REPLIES = {
    "You are the planner": PLANS,
    "You are the coder": PROGRAM,
    "You are the formulator": ELEMENTS,
    "": CLAIM,
}
SPREAD = 0.5
"""Seconds over which the first problems come in."""
CALLS = {Strategy.DIRECT: (1, 1), Strategy.OPTIMAI: (5, 3)}
"""Calls of one problem, and the seconds that they take one after the other."""


def story() -> str:
    return files("quintet.examples").joinpath("bakery.txt").read_text(encoding="utf-8")


def overhead(repeats: int) -> dict[str, float]:
    """Milliseconds of CPU a problem with `compile`, and what is left without bind, solve and verify."""
    text = story()
    reply = f"```json\n{read(text).model_copy(update={'text': None}).dump('json')}\n```"
    agent = Agent({"": FakeModel(lambda request: reply)}, Tactics(Strategy.COMPILE))
    whole = _cpu(lambda: asyncio.run(_many(agent, [text] * repeats)), repeats)
    parts = _cpu(lambda: [_solved(reply, text) for _ in range(repeats)], repeats)
    return {"whole_ms": whole, "bind_solve_verify_ms": parts, "own_ms": whole - parts}


def _cpu(work: Any, repeats: int) -> float:
    work()  # imports and caches
    found = []
    for _ in range(3):
        before = time.process_time()
        work()
        found.append(1000 * (time.process_time() - before) / repeats)
    return statistics.median(found)


def _solved(reply: str, text: str) -> None:
    """What any solve of the same document takes: load, bind, solve, verify."""
    from quintet.agent.verify import verify
    from quintet.formulation.binding import bind
    from quintet.formulation.document import Formulation
    from quintet.solvers import solve

    document = reply.removeprefix("```json\n").removesuffix("\n```")
    model = bind(Formulation.loads(document, "json").model_copy(update={"text": text}))
    verify(model, solve(model))


async def _many(agent: Agent, texts: list[str]) -> None:
    for text in texts:
        await agent.answer(Problem(text))


@asynccontextmanager
async def endpoint() -> AsyncIterator[str]:
    """The slow endpoint as a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        replies = Path(folder) / "replies.json"
        replies.write_text(json.dumps(REPLIES), encoding="utf-8")
        script = Path(__file__).with_name("slow_endpoint.py")
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(script), "--replies", str(replies), stdout=subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            port = int(await process.stdout.readline())
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


async def stream(strategy: Strategy, problems: int, flight: int) -> dict[str, float]:
    """Run problems, `flight` at a time, and ask the endpoint how many calls were open."""
    from quintet.llm.client import OpenAIModel, Target
    from quintet.solvers.sandbox import LocalSandbox

    async with endpoint() as address:
        model = OpenAIModel(Target("slow", f"{address}/v1"), concurrency=3 * flight)
        sandbox = LocalSandbox(workers=1) if strategy.programs else None
        agent = Agent({"": model}, Tactics(strategy), sandbox=sandbox)
        if sandbox is not None:
            await asyncio.to_thread(sandbox.run, "report(objective=1)")
        await agent.answer(Problem(story()))  # imports, connections
        await asyncio.to_thread(_get, f"{address}/reset")
        began, cpu = time.perf_counter(), time.process_time()
        gate = asyncio.Semaphore(flight)

        async def one(number: int) -> None:
            await asyncio.sleep(SPREAD * min(number, flight) / flight)
            async with gate:
                answer = await agent.answer(Problem(f"{story()} (problem {number})"))
                assert answer.objective == 280, answer

        await asyncio.gather(*(one(number) for number in range(problems)))
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        found = await asyncio.to_thread(_get, f"{address}/stats")
        await model.close()
        if sandbox is not None:
            sandbox.close()
    calls, seconds = CALLS[strategy]
    return {**found, "wall": wall, "cpu_ms": 1000 * cpu / problems, "ideal": flight * calls / seconds}


def _get(address: str) -> dict[str, float]:
    with urllib.request.urlopen(address) as response:
        return json.loads(response.read())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=500)
    parser.add_argument("--flight", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    report: dict[str, Any] = {"compile": overhead(asked.repeats)}
    for strategy in CALLS:
        report[strategy.value] = asyncio.run(stream(strategy, asked.problems, asked.flight))
    if asked.json:
        print(json.dumps(report, indent=2))
        return
    names = ("openai", "langgraph", "highspy")
    print(", ".join(f"{name} {version(name)}" for name in names), end=", ")
    print(f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}")
    own = report["compile"]
    print(f"compile, n = 3 × {asked.repeats}: {own['own_ms']:.1f} ms CPU a problem of its own", end="")
    print(f" ({own['whole_ms']:.1f} ms with bind, solve and verify)")
    for strategy in CALLS:
        row = report[strategy.value]
        print(
            f"{strategy.value}: {asked.problems} problems, {asked.flight} in flight, 1 s a call: "
            f"{row['open']:.1f} calls open on average, {row['open_steady']:.1f} in the steady middle "
            f"(ideal {row['ideal']:.1f}), {row['wall']:.1f} s, {row['cpu_ms']:.1f} ms CPU a problem"
        )


if __name__ == "__main__":
    main()
