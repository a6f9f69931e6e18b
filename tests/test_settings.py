from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from quintet.errors import SettingsError
from quintet.settings import RoleModel, Settings, default_runs, unknown_variables

KEY = "sk-secret-0123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def load(folder: Path, flags: Any = None, **environment: Any) -> Settings:
    return Settings.load(flags, folder, environment)


def refused(folder: Path, flags: Any = None, **environment: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, flags, **environment)
    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)
    return str(caught.value)


def user_file(home: Path, text: str) -> None:
    file = home / "config" / "quintet" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


def secret(settings: Settings) -> str:
    assert settings.api_key is not None
    return settings.api_key.get_secret_value()


class TestPrecedence:
    def test_each_source_over_the_next(self, folder: Path, clean_environment: Path) -> None:
        def model(flags: dict[str, Any] | None = None, **environment: Any) -> str | None:
            return load(folder, flags, **environment).model

        assert model() is None
        user_file(clean_environment, 'model = "user"')
        assert model() == "user"
        (folder / "quintet.toml").write_text('model = "folder"', encoding="utf-8")
        assert model() == "folder"
        (folder / ".env").write_text("OPENAI_MODEL=dotopenai\nOTHER=1\n", encoding="utf-8")
        assert model() == "dotopenai"
        (folder / ".env").write_text("OPENAI_MODEL=dotopenai\nexport QUINTET_MODEL='dot'\n", encoding="utf-8")
        assert model() == "dot"
        assert model(OPENAI_MODEL="openai") == "openai"
        assert model(OPENAI_MODEL="openai", QUINTET_MODEL="env") == "env"
        assert model({"model": "flag"}, OPENAI_MODEL="openai", QUINTET_MODEL="env") == "flag"
        assert model({"model": None}, QUINTET_MODEL="env") == "env"

    def test_sources_complete_each_other(self, folder: Path, clean_environment: Path) -> None:
        user_file(clean_environment, '[prices."a-*"]\ninput = 1\noutput = 2\n[models]\ncoder = "c"')
        (folder / "quintet.toml").write_text('[prices."b-*"]\ninput = 3\noutput = 4', encoding="utf-8")
        settings = load(folder, QUINTET_MODELS__CRITIC="d")
        assert set(settings.prices) == {"a-*", "b-*"}
        assert {role: own.model for role, own in settings.models.items()} == {"coder": "c", "critic": "d"}

    def test_an_empty_variable_says_nothing(self, folder: Path) -> None:
        assert load(folder, QUINTET_MODEL="", OPENAI_MODEL="m").model == "m"

    def test_the_process_and_the_working_folder(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        monkeypatch.setenv("OPENAI_MODEL", "m")
        (folder / "quintet.toml").write_text("timeout = 3", encoding="utf-8")
        assert (Settings.load().model, Settings.load().timeout) == ("m", 3.0)

    def test_given_settings_look_nowhere(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QUINTET_MODEL", "m")
        assert Settings().model is None


class TestConfigured:
    @pytest.mark.parametrize("name", ["OPENAI_MODEL", "QUINTET_MODEL"])
    def test_by_a_model_name(self, folder: Path, name: str) -> None:
        settings = load(folder, **{name: "m"})
        assert settings.model_configured
        assert settings.missing() == ""

    def test_not_by_a_key_alone(self, folder: Path) -> None:
        settings = load(folder, OPENAI_API_KEY=KEY)
        assert not settings.model_configured
        assert "no model name is set" in settings.missing()
        with pytest.raises(SettingsError, match="no model name is set"):
            settings.model_of("coder")

    def test_not_by_an_address_alone(self, folder: Path) -> None:
        assert not load(folder, OPENAI_BASE_URL="http://127.0.0.1:8000/v1").model_configured

    def test_by_nothing(self, folder: Path) -> None:
        assert "QUINTET_MODEL" in load(folder).missing()


class TestRoles:
    def test_a_name_alone(self, folder: Path) -> None:
        settings = load(folder, QUINTET_MODEL="m", QUINTET_MODELS__CODER="c", OPENAI_API_KEY=KEY)
        assert settings.model_of("coder").model == "c"
        assert settings.model_of("critic").model == "m"
        assert settings.model_of("coder").api_key == settings.api_key

    def test_more_than_a_name(self, folder: Path) -> None:
        (folder / "quintet.toml").write_text(
            'model = "m"\ntemperature = 0.7\n[models.second_reader]\nmodel = "c"\ntemperature = 0.0\n'
            'base_url = "http://127.0.0.1:1/v1"\n',
            encoding="utf-8",
        )
        settings = load(folder)
        reader = settings.model_of("second_reader")
        assert (reader.model, reader.temperature, reader.base_url) == ("c", 0.0, "http://127.0.0.1:1/v1")
        assert settings.model_of().temperature == 0.7

    def test_in_the_environment(self, folder: Path) -> None:
        settings = load(
            folder,
            QUINTET_MODEL="m",
            QUINTET_MODELS__CODER__MODEL="c",
            QUINTET_MODELS__CODER__TEMPERATURE="0.25",
        )
        assert settings.model_of("coder") == RoleModel(model="c", temperature=0.25)

    def test_an_address_of_its_own_gets_no_common_key(self, folder: Path) -> None:
        own = "http://elsewhere.example/v1"
        settings = load(folder, OPENAI_API_KEY=KEY, QUINTET_MODEL="m", QUINTET_MODELS__CODER__BASE_URL=own)
        assert settings.model_of("coder").api_key is None
        assert settings.model_of("critic").api_key is not None

    def test_a_role_that_does_not_exist(self, folder: Path) -> None:
        settings = load(folder, QUINTET_MODELS__CODR="c")
        with pytest.raises(
            SettingsError, match="QUINTET_MODELS__CODR: there is no role 'codr'; the roles are coder"
        ):
            settings.refuse_unknown_roles(["coder"])
        settings.refuse_unknown_roles(["codr"])


class TestKeys:
    def test_quintets_name_wins(self, folder: Path) -> None:
        assert secret(load(folder, OPENAI_API_KEY="a" * 9, QUINTET_API_KEY="b" * 9)) == "b" * 9

    def test_blanks_around_it_go(self, folder: Path) -> None:
        assert secret(load(folder, OPENAI_API_KEY=f" {KEY}\n")) == KEY

    def test_it_is_not_shown(self, folder: Path) -> None:
        settings = load(folder, OPENAI_API_KEY=KEY, QUINTET_MODELS__CODER__API_KEY=KEY)
        assert KEY not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()

    @pytest.mark.parametrize("bad", [f"{KEY} x", f"{KEY}é", f"{KEY}\x00\n{KEY}"])
    def test_what_is_no_key(self, folder: Path, bad: str) -> None:
        assert refused(folder, OPENAI_API_KEY=bad).startswith("OPENAI_API_KEY: a key holds no blanks")

    def test_faults_beside_it_don_t_show_it(self, folder: Path) -> None:
        refused(folder, QUINTET_MODELS__CODER=f'{{"api_key": "{KEY}", "modl": "c"}}')
        refused(folder, QUINTET_MODELS=f'{{"coder": ["{KEY}"]}}')
        refused(folder, QUINTET_MODELS=f'{{"coder": "{KEY}"')
        refused(folder, QUINTET_BASE_URL=f"https://user:{KEY}@host/v1")
        (folder / "quintet.toml").write_text(f'api_key = "{KEY}', encoding="utf-8")
        refused(folder)


class TestForeignFolders:
    """A folder that somebody else made can't have our key sent to an address of its own."""

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            (".env", "OPENAI_BASE_URL=https://thief.example/v1"),
            (".env", "QUINTET_BASE_URL=https://thief.example/v1"),
            ("quintet.toml", 'base_url = "https://thief.example/v1"'),
        ],
    )
    def test_its_address_with_our_key(self, folder: Path, file: str, text: str) -> None:
        (folder / file).write_text(text, encoding="utf-8")
        settings = load(folder, OPENAI_API_KEY=KEY, OPENAI_MODEL="m")
        with pytest.raises(SettingsError, match="can't have that key sent to it; set QUINTET_BASE_URL"):
            settings.model_of("coder")

    def test_its_address_for_a_role(self, folder: Path) -> None:
        (folder / "quintet.toml").write_text(
            '[models.coder]\nbase_url = "https://thief.example/v1"', encoding="utf-8"
        )
        settings = load(folder, OPENAI_API_KEY=KEY, OPENAI_MODEL="m")
        assert settings.model_of("coder").api_key is None
        settings = load(folder, QUINTET_MODELS__CODER__API_KEY=KEY, OPENAI_MODEL="m")
        with pytest.raises(
            SettingsError, match=r"quintet.toml: models.coder.base_url, the key from QUINTET_MODELS"
        ):
            settings.model_of("coder")

    def test_its_variables_can_not_take_ours_up(self, folder: Path) -> None:
        (folder / ".env").write_text(
            "QUINTET_BASE_URL=https://thief.example/${OPENAI_API_KEY}", encoding="utf-8"
        )
        assert load(folder, OPENAI_API_KEY=KEY).base_url == "https://thief.example/${OPENAI_API_KEY}"

    def test_its_address_with_its_key_is_its_own_affair(self, folder: Path) -> None:
        (folder / ".env").write_text(
            "OPENAI_BASE_URL=https://ours.example/v1\nOPENAI_API_KEY=0123456789", encoding="utf-8"
        )
        assert load(folder, OPENAI_MODEL="m").model_of().base_url == "https://ours.example/v1"

    def test_our_address_with_our_key(self, folder: Path) -> None:
        settings = load(
            folder, OPENAI_API_KEY=KEY, OPENAI_MODEL="m", OPENAI_BASE_URL="https://ours.example/v1/"
        )
        assert settings.model_of().base_url == "https://ours.example/v1"


class TestFaults:
    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            (
                "QUINTET_TIMEOUT",
                "soon",
                "QUINTET_TIMEOUT: 'soon' can't be used: input should be a valid number",
            ),
            ("QUINTET_TIMEOUT", "-1", "QUINTET_TIMEOUT: '-1' can't be used: input should be greater than 0"),
            (
                "QUINTET_TIMEOUT",
                "inf",
                "QUINTET_TIMEOUT: 'inf' can't be used: input should be a finite number",
            ),
            ("QUINTET_RETRIES", "2.5", "QUINTET_RETRIES: '2.5' can't be used"),
            (
                "QUINTET_STRATEGY",
                "best",
                "it is one of direct, code, five-element, optimai, compile, quintet",
            ),
            ("QUINTET_STREAM", "perhaps", "QUINTET_STREAM: 'perhaps' can't be used"),
            (
                "OPENAI_BASE_URL",
                "127.0.0.1:8000",
                "OPENAI_BASE_URL: an address starts with http:// or https://",
            ),
            ("OPENAI_BASE_URL", "http://[bad", "OPENAI_BASE_URL: an address starts"),
            ("OPENAI_BASE_URL", "http://host:99999/v1", "OPENAI_BASE_URL: an address starts"),
            ("OPENAI_BASE_URL", "http://ho st/v1", "OPENAI_BASE_URL: an address starts"),
            ("QUINTET_PRICES", '{"m": {"input": 1}}', "QUINTET_PRICES__M__OUTPUT: "),
            ("QUINTET_PRICES", "cheap", "prices"),
            (
                "QUINTET_MODELS__CODER__TEMPRATURE",
                "1",
                "QUINTET_MODELS__CODER__TEMPRATURE: there is no such setting",
            ),
        ],
    )
    def test_the_variable_is_named(self, folder: Path, name: str, value: str, message: str) -> None:
        assert message in refused(folder, **{name: value})

    def test_the_flag_is_named(self, folder: Path) -> None:
        assert refused(folder, {"budget_usd": -1.0}).startswith("--budget-usd: '-1.0'")

    def test_the_file_is_named(self, folder: Path, clean_environment: Path) -> None:
        (folder / "quintet.toml").write_text("retries = 'many'", encoding="utf-8")
        assert refused(folder).startswith("quintet.toml: retries: 'many' can't be used")
        (folder / "quintet.toml").write_text("modle = 'm'", encoding="utf-8")
        assert refused(folder) == "quintet.toml: modle: there is no such setting; did you mean model?"
        (folder / "quintet.toml").write_text("model = ", encoding="utf-8")
        assert "quintet.toml: can't be read: " in refused(folder)
        (folder / "quintet.toml").write_bytes(b"\xff\xfe")
        assert "can't be read" in refused(folder)
        (folder / "quintet.toml").unlink()
        (folder / ".env").write_text("QUINTET_RETRIES=x", encoding="utf-8")
        assert refused(folder).startswith(".env: QUINTET_RETRIES: 'x' can't be used")
        (folder / ".env").write_bytes(b"\xff\xfe\x00")
        assert ".env: can't be read" in refused(folder)
        (folder / ".env").unlink()
        user_file(clean_environment, "retries = -1")
        assert "config.toml: retries: '-1' can't be used" in refused(folder)

    def test_the_guilty_source_is_named_not_the_stronger_one(self, folder: Path) -> None:
        (folder / "quintet.toml").write_text("[prices.m]\ninput = -1\noutput = 1", encoding="utf-8")
        text = refused(folder, QUINTET_PRICES='{"n": {"input": 1, "output": 1}}')
        assert text.startswith("quintet.toml: prices.m.input: ")

    def test_variables_of_no_setting(self) -> None:
        environment = {
            "QUINTET_TIMOUT": "3",
            "QUINTET_TIMEOUT": "3",
            "QUINTET_MODELS__CODER": "c",
            "QUINTET_BENCHMARKS": "x",
        }
        assert unknown_variables(environment, Settings) == {"QUINTET_TIMOUT": "did you mean timeout?"}


class TestPlaces:
    def test_runs(self, folder: Path, clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert Settings().runs == default_runs() == clean_environment / "state" / "quintet" / "runs"
        monkeypatch.delenv("XDG_STATE_HOME")
        assert Settings().runs == clean_environment / ".local" / "state" / "quintet" / "runs"
        monkeypatch.setenv("XDG_STATE_HOME", "relative/is/ignored")
        assert Settings().runs == clean_environment / ".local" / "state" / "quintet" / "runs"
        assert load(folder, QUINTET_RUNS="~/here").runs == clean_environment / "here"

    @pytest.mark.parametrize(
        ("value", "ending"), [("on", "cache/quintet/replies.sqlite"), ("~/c.sqlite", "c.sqlite")]
    )
    def test_the_cache_is_a_choice(
        self, folder: Path, clean_environment: Path, value: str, ending: str
    ) -> None:
        assert load(folder).cache is None
        assert load(folder, QUINTET_CACHE="off").cache is None
        assert load(folder, QUINTET_CACHE=value).cache == clean_environment / ending


def test_the_help_needs_no_settings() -> None:
    heavy = ("pydantic", "quintet.settings", "openai")
    code = f"import sys, quintet.cli; print(*[n for n in sys.modules if n.startswith({heavy})])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
