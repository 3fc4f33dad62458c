"""The profile: the address to which mails may go, proved by a code, and how the owner wants to be told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from application.profile import Preferences, Profiles, ProfileView
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import InvalidInput
from domain.events.mailbox import Frequency, QuietHours
from web.languages import LANGUAGE_NAMES
from web.pages import Pages, language_of
from web.portal import portal_of
from web.security import Visitor, go_to, signed_in
from web.troubles import page_route

PROFILE_PATH: Final = "/profile"
TIME_ZONES: Final = (
    "Europe/Brussels",
    "Europe/London",
    "Europe/Athens",
    "Europe/Istanbul",
    "Africa/Casablanca",
    "Africa/Kinshasa",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Dubai",
    "Asia/Shanghai",
    "Australia/Sydney",
)
"""Where most owners who live abroad are; another one that was chosen elsewhere stays on offer."""

_NIGHT: Final = QuietHours("22:00", "07:00", "Europe/Brussels")
_DONE: Final = frozenset({"address", "confirmed", "code", "preferences"})

OwnersVisit = Annotated[Visitor, signed_in(Operation.PROFILE)]

Step = Callable[[Profiles, Actor, Mapping[str, str], str], Awaitable[ProfileView]]
"""Does what a form asks, which came from a page in that language."""


def profile_router(pages: Pages, clock: Clock) -> APIRouter:
    """`/profile`: what is on record by GET; each of its forms, told apart by `step`, by POST."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    async def shown(
        request: Request, visitor: Visitor, problems: Mapping[str, str], done: str, status: int
    ) -> Response:
        profile = await portal_of(request).profiles.profile(visitor.actor)
        return pages.show(
            request,
            "profile.html",
            status=status,
            profile=profile,
            problems=problems,
            done=done,
            form=visitor.form,
            night=profile.quiet_hours or _NIGHT,
            time_zones=_time_zones(profile),
            now=clock.now(),
        )

    @router.get(PROFILE_PATH)
    async def profile(request: Request, visitor: OwnersVisit, done: str = "") -> Response:
        return await shown(request, visitor, {}, done if done in _DONE else "", 200)

    @router.post(PROFILE_PATH)
    async def change(request: Request, visitor: OwnersVisit) -> Response:
        chosen = _STEPS.get(visitor.form.get("step", ""))
        if chosen is None:
            return go_to(pages, PROFILE_PATH)
        step, done = chosen
        try:
            view = await step(portal_of(request).profiles, visitor.actor, visitor.form, language_of(request))
        except InvalidInput as wrong:
            # One problem for each field: the first is the one to mend first.
            problems = {issue.field: issue.code for issue in reversed(wrong.issues)}
            return await shown(request, visitor, problems, "", 400)
        answer = go_to(pages, f"{PROFILE_PATH}?done={done}", view.position)
        if done == "preferences" and view.language is not None:
            pages.remember_language(answer, view.language)
        return answer

    return router


async def preferred_language(profiles: Profiles, actor: Actor) -> str | None:
    """The language that the owner chose, if they chose one of ours."""
    language = (await profiles.profile(actor)).language
    return language if language in LANGUAGE_NAMES else None


async def _enter(profiles: Profiles, actor: Actor, form: Mapping[str, str], language: str) -> ProfileView:
    if (await profiles.profile(actor)).language is None:
        # The code is mailed in the owner's language: until they choose one, that in which they read this.
        await profiles.change_preferences(actor, {"language": language})
    return await profiles.enter_address(actor, form.get("address", "").strip())


async def _verify(profiles: Profiles, actor: Actor, form: Mapping[str, str], language: str) -> ProfileView:
    return await profiles.verify_address(actor, form.get("code", ""))


async def _send(profiles: Profiles, actor: Actor, form: Mapping[str, str], language: str) -> ProfileView:
    return await profiles.send_new_code(actor)


async def _prefer(profiles: Profiles, actor: Actor, form: Mapping[str, str], language: str) -> ProfileView:
    quiet = None
    if "quiet" in form:
        quiet = QuietHours(form.get("from", ""), form.get("until", ""), form.get("time_zone", ""))
    is_daily = form.get("frequency") == Frequency.DAILY.value
    return await profiles.prefer(
        actor,
        Preferences(
            language=form.get("language"),
            frequency=Frequency.DAILY if is_daily else Frequency.IMMEDIATE,
            quiet_hours=quiet,
            reminders="reminders" in form,
            exclusively_ebox="exclusively_ebox" in form,
            show_title="show_title" in form,
        ),
    )


_STEPS: Final[Mapping[str, tuple[Step, str]]] = {
    "address": (_enter, "address"),
    "code": (_verify, "confirmed"),
    "new-code": (_send, "code"),
    "preferences": (_prefer, "preferences"),
}
"""What each form does, and what the page says afterwards."""


def _time_zones(profile: ProfileView) -> list[str]:
    chosen = profile.quiet_hours.time_zone if profile.quiet_hours else TIME_ZONES[0]
    return [*TIME_ZONES, *([] if chosen in TIME_ZONES else [chosen])]
