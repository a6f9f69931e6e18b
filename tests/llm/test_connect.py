from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from quintet.errors import SettingsError
from quintet.llm.chat import ChatModel
from quintet.llm.connect import connect, connect_roles, meter, patience, target
from quintet.llm.retry import Patience
from quintet.settings import Settings
from tests.llm.endpoint import Endpoint
from tests.llm.talk import KEY, ask_once, question


def close(models: dict[str, ChatModel]) -> None:
    for model in models.values():
        asyncio.run(model.close())


def test_from_the_environment_to_a_reply(tmp_path: Path) -> None:
    with Endpoint(["four"]) as endpoint:
        names = {
            "OPENAI_BASE_URL": endpoint.url,
            "OPENAI_API_KEY": KEY,
            "OPENAI_MODEL": "m",
            "QUINTET_TEMPERATURE": "0.5",
        }
        model = connect(Settings.load(folder=tmp_path, environment=names))
        assert model.name == f"m at {endpoint.url.removeprefix('http://').removesuffix('/v1')}"
        assert ask_once(model).text == "four"
        assert endpoint.requests[0].body["temperature"] == 0.5


def test_roles_with_the_same_model_share_it(tmp_path: Path) -> None:
    names = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_MODEL": "m", "QUINTET_MODELS__CODER": "c"}
    settings = Settings.load(folder=tmp_path, environment=names)
    models = connect_roles(settings, ["coder", "critic", "planner"])
    assert models["critic"] is models["planner"] is not models["coder"]
    assert models["coder"].key["model"] == "c"
    close(models)


def test_the_user_wide_cache(tmp_path: Path) -> None:
    with Endpoint(["four"]) as endpoint:
        settings = Settings(model="m", base_url=endpoint.url, cache=tmp_path / "replies.sqlite")
        assert [ask_once(connect(settings, "coder")).cached for _ in range(2)] == [False, True]


def test_nothing_is_connected_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no model name is set"):
        connect(Settings.load(folder=tmp_path, environment={"OPENAI_API_KEY": KEY}))


def test_openai_itself_needs_a_key() -> None:
    with pytest.raises(
        SettingsError, match=r"m at https://api.openai.com/v1 needs a key; set OPENAI_API_KEY"
    ):
        connect(Settings(model="m"))


def test_the_key_is_no_part_of_what_is_shown() -> None:
    settings = Settings(model="m", base_url="http://127.0.0.1:1/v1", api_key=KEY)  # type: ignore[arg-type]  # pydantic makes it secret
    assert KEY not in repr(target(settings))
    assert target(settings).api_key == KEY


def test_settings_reach_their_places() -> None:
    settings = Settings(
        timeout=1, connect_timeout=2, call_timeout=3, retries=4, retry_seconds=5, retry_after=6
    )
    assert patience(settings) == Patience(1, 2, 3, 4, 5, 6)
    kept = meter(Settings(budget_calls=1, budget_tokens=2, budget_usd=3, budget_seconds=4)).budget
    assert (kept.calls, kept.tokens, kept.money, kept.seconds) == (1, 2, 3, 4)


def test_the_connection_limit_is_kept() -> None:
    with Endpoint(lambda body: "x") as endpoint:
        model = connect(Settings(model="m", base_url=endpoint.url, concurrency=1))

        async def ten() -> None:
            await asyncio.gather(*(model.chat(question(str(n))) for n in range(10)))
            await model.close()

        asyncio.run(ten())
        assert (len(endpoint.requests), endpoint.most_open) == (10, 1)


def test_without_the_client_library_the_command_is_named() -> None:
    code = (
        "import sys; sys.modules['openai'] = None\n"
        "from quintet.errors import MissingDependency\n"
        "from quintet.llm.connect import connect\n"
        "from quintet.settings import Settings\n"
        "try: connect(Settings(model='m', base_url='http://127.0.0.1:1/v1'))\n"
        "except MissingDependency as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("pip install 'quintet[agent]'")


def test_types_and_fakes_need_no_client_library() -> None:
    rooms = "quintet.llm.fake, quintet.llm.structured, quintet.llm.usage, quintet.llm.connect"
    code = f"import sys, {rooms}; print('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
