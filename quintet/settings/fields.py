"""The settings by name, with their types and defaults."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from quintet.errors import SettingsError
from quintet.settings.sources import PREFIX, Origin, explained, layers_of, merged, origins

OPENAI_URL = "https://api.openai.com/v1"

Strategy: TypeAlias = Literal["direct", "code", "five-element", "optimai", "compile", "quintet"]


def _address(text: str) -> str:
    try:
        parts, port = urlsplit(text), urlsplit(text).port
    except ValueError:
        parts, port = urlsplit(""), None
    blank = any(character.isspace() or not character.isprintable() for character in text)
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or blank:
        raise ValueError("an address starts with http:// or https:// and names a host")
    if parts.username or parts.password:
        raise ValueError("an address holds no user and no password; the key has a setting of its own")
    return text.rstrip("/")


def _clean_key(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if not text.isascii() or any(character.isspace() for character in text):
        raise ValueError("a key holds no blanks and no letters outside ASCII")
    return SecretStr(text)


def _xdg(variable: str, fallback: str) -> Path:
    named = Path(os.environ.get(variable) or "")
    return named if named.is_absolute() else Path.home() / fallback


def default_runs() -> Path:
    """Where runs are kept: `$XDG_STATE_HOME/quintet/runs`, else `~/.local/state/quintet/runs`."""
    return _xdg("XDG_STATE_HOME", ".local/state") / "quintet" / "runs"


def default_cache() -> Path:
    """Where the user-wide reply cache would be: `$XDG_CACHE_HOME/quintet/replies.sqlite`."""
    return _xdg("XDG_CACHE_HOME", ".cache") / "quintet" / "replies.sqlite"


def user_file() -> Path:
    """The user's own settings file: `$XDG_CONFIG_HOME/quintet/config.toml`."""
    return _xdg("XDG_CONFIG_HOME", ".config") / "quintet" / "config.toml"


def _cache(value: object) -> object:
    word = str(value).lower()
    if word in ("on", "true", "1", "yes"):
        return default_cache()
    return None if word in ("off", "false", "0", "no", "none") else value


Address: TypeAlias = Annotated[str, AfterValidator(_address)]
Key: TypeAlias = Annotated[SecretStr, AfterValidator(_clean_key)]
Folder: TypeAlias = Annotated[Path, AfterValidator(Path.expanduser)]
Seconds: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count: TypeAlias = Annotated[int, Field(ge=1)]
Temperature: TypeAlias = Annotated[float, Field(ge=0, le=2)]
Dollars: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RoleModel(BaseModel):
    """The model of one role; what is None is taken from the settings for all roles."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = Field(default=None, min_length=1)
    base_url: Address | None = None
    api_key: Key | None = None
    temperature: Temperature | None = None
    max_tokens: Count | None = None
    reasoning_effort: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: object) -> object:
        return {"model": value} if isinstance(value, str) else value


class Price(BaseModel):
    """Dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Dollars
    output: Dollars


class Settings(BaseSettings):
    """All settings.

    `Settings(…)` takes what it is given and nothing else; `Settings.load` reads the surroundings.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True
    )

    model: str | None = Field(default=None, min_length=1, description="the model's name at the endpoint")
    base_url: Address | None = Field(default=None, description="the endpoint's address, mostly ending in /v1")
    api_key: Key | None = Field(default=None, description="the endpoint's key")
    temperature: Temperature | None = Field(default=None, description="sampling temperature, 0 to 2")
    max_tokens: Count | None = Field(default=None, description="upper limit on one reply")
    reasoning_effort: str | None = Field(
        default=None, description="such as low, medium or high, where the model has it"
    )
    models: dict[str, RoleModel] = Field(
        default={},
        description="role to model, as QUINTET_MODELS__CODER=name or [models.coder] with model and base_url",
    )
    strategy: Strategy = Field(default="quintet", description=f"one of {', '.join(get_args(Strategy))}")

    timeout: Seconds = Field(
        default=300.0, description="seconds of silence after which a reply counts as hung"
    )
    connect_timeout: Seconds = Field(default=10.0, description="seconds for reaching the endpoint")
    call_timeout: Seconds = Field(default=1200.0, description="seconds for one attempt, all in all")
    retries: int = Field(default=5, ge=0, description="how often a failed call is sent again")
    retry_seconds: Seconds = Field(
        default=600.0, description="seconds after which a failed call is not sent again"
    )
    retry_after: Seconds = Field(
        default=60.0, description="longest wait in seconds that an endpoint may ask for"
    )
    concurrency: Count = Field(default=8, description="calls in flight at one endpoint")
    stream: bool = Field(default=True, description="whether replies are read as they are written")

    prices: dict[str, Price] = Field(
        default={},
        description='model names, * allowed, to dollars a million tokens: {"m-*": {"input": 1, "output": 4}}',
    )
    budget_calls: Count | None = Field(default=None, description="calls that one run may make")
    budget_tokens: Count | None = Field(default=None, description="tokens, in and out, that one run may use")
    budget_usd: Dollars | None = Field(
        default=None, description="dollars that one run may cost; needs prices"
    )
    budget_seconds: Seconds | None = Field(default=None, description="wall time that one run may take")

    runs: Folder = Field(default_factory=default_runs, description="the folder of run directories")
    cache: Annotated[Folder | None, BeforeValidator(_cache)] = Field(
        default=None, description="a file that keeps replies for all runs: `on`, `off` or a path"
    )

    _origins: dict[str, Origin] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in: `load` lays the sources over each other, and can so name the guilty one."""
        return (init_settings,)

    @classmethod
    def load(
        cls,
        flags: Mapping[str, object] | None = None,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """The settings that hold here and now.

        Args:
            flags: What the command line said, by setting; None values were not given.
            folder: Where `.env` and `quintet.toml` are looked up; the working folder if None.
            environment: The variables; the process's own if None.

        Raises:
            SettingsError: A value that can't be used; the message names the variable, flag or file.
        """
        layers = layers_of(
            cls,
            flags or {},
            folder or Path.cwd(),
            user_file(),
            os.environ if environment is None else environment,
        )
        try:
            settings = cls(**merged(layers))
        except ValidationError as error:
            raise explained(error, layers, cls) from None
        settings._origins.update(origins(layers))
        return settings

    @property
    def model_configured(self) -> bool:
        """Whether a model may be asked at all: a model name is set for every role."""
        return self.model is not None

    def missing(self) -> str:
        """What to set so that a model is used, as one sentence; "" if one is configured."""
        if self.model_configured:
            return ""
        if self.base_url or self.api_key:
            return "no model name is set: name one with --model, QUINTET_MODEL or OPENAI_MODEL"
        return (
            "no language model is set: name one with --model or QUINTET_MODEL, "
            "and set OPENAI_API_KEY or QUINTET_BASE_URL"
        )

    def refuse_unknown_roles(self, known: Collection[str]) -> None:
        """Refuse a model that was set for a role that does not exist.

        Raises:
            SettingsError: The role is none of `known`.
        """
        for role in self.models:
            if role not in known:
                raise SettingsError(
                    f"there is no role {role!r}",
                    place=f"{PREFIX}MODELS__{role.upper()}",
                    remedy=f"the roles are {', '.join(sorted(known))}",
                )

    def model_of(self, role: str | None = None) -> RoleModel:
        """The model that a role asks, with what it does not say filled in from the settings for all.

        A role with an address of its own brings its own key: the common one belongs to the common address.

        Raises:
            SettingsError: No model name is set for it, or its key was not meant for its address.
        """
        own = self.models.get(role or "") or RoleModel()
        elsewhere = own.base_url is not None and own.base_url != self.base_url
        shared = {"model", "temperature", "max_tokens", "reasoning_effort"} | (
            set() if elsewhere else {"base_url", "api_key"}
        )
        values: Any = {name: getattr(self, name) for name in shared}
        values |= {
            name: value for name in RoleModel.model_fields if (value := getattr(own, name)) is not None
        }
        if values["model"] is None:
            raise SettingsError(self.missing() if not own.base_url else f"the role {role!r} has no model")
        if values.get("api_key") is not None:
            self._refuse_foreign_key(role if own.base_url else None, role if own.api_key else None)
        return RoleModel(**values)

    def _refuse_foreign_key(self, address_of: str | None, key_of: str | None) -> None:
        address, key = (
            self._origins.get(f"models.{role}.{name}" if role else name)
            for role, name in ((address_of, "base_url"), (key_of, "api_key"))
        )
        if address and key and address.local and not key.local:
            raise SettingsError(
                f"the address comes from {address.name}, the key from {key.name}; a folder's own file can't "
                "have that key sent to it",
                remedy=f"set {PREFIX}BASE_URL in the environment, or the key beside the address",
            )
