"""From settings to models."""

from __future__ import annotations

from collections.abc import Iterable

from quintet.errors import SettingsError
from quintet.llm.cache import CachedModel, ReplyCache
from quintet.llm.chat import ChatModel
from quintet.llm.client import OpenAIModel, Target
from quintet.llm.retry import Patience
from quintet.llm.usage import Budget, Meter, Prices
from quintet.settings import OPENAI_URL, Settings


def connect(settings: Settings, role: str | None = None) -> ChatModel:
    """The model that a role asks, with the user-wide reply cache if the settings name one.

    Raises:
        SettingsError: No model is configured, or it has no key.
        MissingDependency: The client library is not installed.
    """
    return connect_roles(settings, [role or ""])[role or ""]


def connect_roles(settings: Settings, roles: Iterable[str]) -> dict[str, ChatModel]:
    """The models of several roles; roles with the same model share it, and its limit of calls in flight.

    Raises:
        SettingsError, MissingDependency: As for `connect`.
    """
    targets = {role: target(settings, role) for role in roles}
    models = {wanted: _model(settings, wanted) for wanted in dict.fromkeys(targets.values())}
    if settings.cache is not None:
        cache = ReplyCache(settings.cache)
        models = {wanted: CachedModel(model, cache) for wanted, model in models.items()}
    return {role: models[wanted] for role, wanted in targets.items()}


def _model(settings: Settings, wanted: Target) -> ChatModel:
    return OpenAIModel(wanted, patience(settings), concurrency=settings.concurrency, stream=settings.stream)


def target(settings: Settings, role: str = "") -> Target:
    """Which model at which address a role asks.

    Raises:
        SettingsError: No model is configured, or OpenAI's own endpoint is to be asked without a key.
    """
    chosen = settings.model_of(role)
    if chosen.base_url in (None, OPENAI_URL) and chosen.api_key is None:
        raise SettingsError(
            f"{chosen.model} at {OPENAI_URL} needs a key",
            remedy="set OPENAI_API_KEY, or QUINTET_BASE_URL if the model is served elsewhere",
        )
    return Target(
        model=chosen.model or "",
        base_url=chosen.base_url or OPENAI_URL,
        api_key=chosen.api_key.get_secret_value() if chosen.api_key else "",
        temperature=chosen.temperature,
        max_tokens=chosen.max_tokens,
        reasoning_effort=chosen.reasoning_effort,
    )


def patience(settings: Settings) -> Patience:
    """How long the settings let us wait."""
    return Patience(
        silence=settings.timeout,
        connect=settings.connect_timeout,
        call=settings.call_timeout,
        retries=settings.retries,
        total=settings.retry_seconds,
        retry_after=settings.retry_after,
    )


def meter(settings: Settings) -> Meter:
    """Accounts with the prices and budgets of the settings."""
    budget = Budget(
        settings.budget_calls, settings.budget_tokens, settings.budget_usd, settings.budget_seconds
    )
    return Meter(Prices(settings.prices), budget)
