"""The secrets of the ways in which people are told."""

from collections.abc import Callable, Mapping

from connectors.signing import sign
from daemon.credentials import Form, Secret
from daemon.settings import ConfigFile

Resolve = Callable[..., Secret | None]
Fault = Callable[..., None]


def notice_secrets_of(
    file: ConfigFile, kinds: Mapping[str, str | None], resolve: Resolve, fault: Fault
) -> dict[str, Secret]:
    """By way of notices; absent where there is none, or where secrets are not resolved."""
    webhook, mail = file.notices.webhook, file.notices.mail
    stated: list[tuple[str, str, object, Form]] = []
    if webhook is not None:
        stated.append(("webhook", "secret", webhook.secret, "webhook"))
    if mail is not None:
        stated.append(("mail", "password", mail.password, "token"))
    made: dict[str, Secret] = {}
    for way, field, reference, form in stated:
        secret = resolve(("notices", way, field), reference, form, kinds.values())
        if secret is not None:
            made[way] = secret
    if "webhook" in made and not _signs(made["webhook"]):
        fault(("notices", "webhook", "secret"), "must be a shared secret of Standard Webhooks (whsec_ and base64)")
    return made


def _signs(secret: Secret) -> bool:
    try:
        sign(secret.reveal(), "trial", 0, b"")
    except ValueError:
        return False
    return True
