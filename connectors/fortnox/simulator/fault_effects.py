"""What each kind of fault does to a call: before the effect, after it, instead of it, or much later."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from connectors.fortnox.simulator.authorization import invalid_refresh_token
from connectors.fortnox.simulator.faults import Fault
from connectors.fortnox.simulator.wire import JSON_TYPE, Answer, json_answer

Effect = Callable[[], Answer]

_PAGE = b"<!DOCTYPE html><html><head><title>Fortnox</title></head><body><h1>Tillf\xc3\xa4lligt fel</h1></body></html>"


class Sending(Enum):
    """How the answer leaves: whole, cut in half, or not at all with the connection reset."""

    WHOLE = auto()
    HALF = auto()
    RESET = auto()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be sent and how."""

    answer: Answer
    sending: Sending = Sending.WHOLE


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What faults need from the simulator: a pause that ends early at shutdown (False then), later execution, the
    end of a company's access tokens, the death of the call's refresh token, and the usual 401 and 429."""

    pause: Callable[[float], Awaitable[bool]]
    later: Callable[[float, Effect], None]
    expire_tokens: Callable[[], None]
    use_up_refresh_token: Callable[[], None]


Handler = Callable[[Fault, Effect, Surroundings], Awaitable[Delivery]]

_NOTHING = Delivery(Answer(0), Sending.RESET)


def unauthorized() -> Answer:
    """Give the API's 401, which has no error envelope (Fortnox facts, 2.6)."""
    return json_answer(401, {"message": "unauthorized"})


def throttled(retry_after: float | None) -> Answer:
    """Give a 429; its body is a *simulator choice*, `Retry-After` in seconds is sent if given."""
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return json_answer(429, {"message": "Too many requests"}, headers)


def _body(value: Any) -> bytes:
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


async def _status(fault: Fault, effect: Effect, _around: Surroundings) -> Delivery:
    wanted = fault.parameters
    if wanted.get("effect") == "after":
        effect()
    content_type = wanted.get("content_type", JSON_TYPE)
    return Delivery(Answer(wanted["status"], _body(wanted.get("body")), content_type, dict(wanted.get("headers", {}))))


async def _html(fault: Fault, effect: Effect, _around: Surroundings) -> Delivery:
    if fault.parameters.get("effect") == "after":
        effect()
    return Delivery(Answer(fault.parameters["status"], _PAGE, "text/html; charset=utf-8"))


async def _delay(fault: Fault, effect: Effect, around: Surroundings) -> Delivery:
    done = effect() if fault.parameters.get("effect") == "after" else None
    if not await around.pause(fault.parameters["seconds"]):
        return _NOTHING
    return Delivery(effect() if done is None else done)


async def _reset_before(_fault: Fault, _effect: Effect, _around: Surroundings) -> Delivery:
    return _NOTHING


async def _reset_after(_fault: Fault, effect: Effect, _around: Surroundings) -> Delivery:
    effect()
    return _NOTHING


async def _hang_after(fault: Fault, effect: Effect, around: Surroundings) -> Delivery:
    effect()
    await around.pause(fault.parameters["seconds"])
    return _NOTHING


async def _late_effect(fault: Fault, effect: Effect, around: Surroundings) -> Delivery:
    around.later(fault.parameters["seconds"], effect)
    return _NOTHING


async def _truncated(_fault: Fault, effect: Effect, _around: Surroundings) -> Delivery:
    return Delivery(effect(), Sending.HALF)


async def _expire_token(_fault: Fault, _effect: Effect, around: Surroundings) -> Delivery:
    around.expire_tokens()
    return Delivery(unauthorized())


async def _refresh_used(_fault: Fault, _effect: Effect, around: Surroundings) -> Delivery:
    around.use_up_refresh_token()
    return Delivery(invalid_refresh_token())


async def _throttle(fault: Fault, _effect: Effect, _around: Surroundings) -> Delivery:
    return Delivery(throttled(fault.parameters.get("retry_after")))


_HANDLERS: dict[str, Handler] = {
    "answer_lost": _reset_after,
    "delay": _delay,
    "expire_token": _expire_token,
    "hang_after": _hang_after,
    "html": _html,
    "late_effect": _late_effect,
    "refresh_used": _refresh_used,
    "reset_after": _reset_after,
    "reset_before": _reset_before,
    "status": _status,
    "throttle": _throttle,
    "truncated": _truncated,
}


async def carry_out(fault: Fault | None, effect: Effect, around: Surroundings) -> Delivery:
    """Carry out a call under the fault it met, if any."""
    if fault is None:
        return Delivery(effect())
    return await _HANDLERS[fault.kind](fault, effect, around)
