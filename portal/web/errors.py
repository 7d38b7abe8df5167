"""Refusals with their HTTP status and plain words, and the calm page for our own faults."""

import logging
import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from portal import i18n
from portal.i18n import N_
from portal.web import cookies
from portal.web.templating import render_bare

log = logging.getLogger("portal")


class Refusal(HTTPException):
    """A request that we answer with a page of plain words."""

    title = N_("This is not possible")
    words = N_("Go back to the previous page, or start again from the home page.")


class NotFound(Refusal):
    status_code = HTTPStatus.NOT_FOUND
    title = N_("This page does not exist")
    words = N_("The address may be mistyped, or the page may not be yours to see.")


class ForeignRequest(Refusal):
    status_code = HTTPStatus.FORBIDDEN
    title = N_("This page was open for too long")
    words = N_("For your safety we did not carry out what it asked. Please go back, reload the page and try again.")


class ReadOnly(Refusal):
    status_code = HTTPStatus.FORBIDDEN
    title = N_("You are viewing only")
    words = N_("You see the portal as this member sees it. Nothing can be changed in their name.")


class BadForm(Refusal):
    status_code = HTTPStatus.BAD_REQUEST
    title = N_("This form was not understood")
    words = N_("Nothing was changed. Please reload the page and fill it in again.")


class VisitEnded(Refusal):
    status_code = HTTPStatus.GONE
    title = N_("Your visit has ended")


class TooLarge(Refusal):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = N_("This is too large")
    words = N_("Nothing was saved. Go back: what you typed is still there. A document may have at most 2 MB.")


class Elsewhere(HTTPException):
    """Not here: the visitor is sent to the page that comes first."""

    status_code = HTTPStatus.UNAUTHORIZED
    path = "/"

    def __init__(self, then: str = "/") -> None:
        """Send the visitor on; `then` is the page to which they come back, one of our own."""
        super().__init__()
        self.then = then

    @property
    def address(self) -> str:
        return self.path if self.then == "/" else f"{self.path}?{urlencode({'next': self.then}, safe='/')}"


class PleaseSignIn(Elsewhere):
    path = "/sign-in"


class PleaseFinish(Elsewhere):
    """Staff who still owe the second factor."""

    path = "/sign-in/second-factor"


class PleaseProve(Elsewhere):
    """For what is sensitive: who they are was proved too long ago."""

    path = "/security/confirmation"


class PleaseChoose(Elsewhere):
    path = "/sign-in/choice"


class PleaseStopViewing(Elsewhere):
    """Staff who look at a member's pages see no more than that member, until they stop."""


class PleaseGoToTheDesk(Elsewhere):
    path = "/staff"


class AlreadyDone(Elsewhere):
    """The same form was sent twice: the second time it leads where the first one did."""

    @property
    def address(self) -> str:
        return self.then


WORDS: dict[int, tuple[str, str]] = {
    HTTPStatus.NOT_FOUND: (NotFound.title, NotFound.words),
    HTTPStatus.METHOD_NOT_ALLOWED: (NotFound.title, NotFound.words),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (TooLarge.title, TooLarge.words),
}


def show_refusal(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if isinstance(error, Elsewhere):
        return Redirect(error.address, status_code=303)
    if isinstance(error, Refusal):
        title, words = error.title, error.words
    else:
        title, words = WORDS.get(error.status_code, (Refusal.title, Refusal.words))
    return error_page(request, error.status_code, title, words)


def show_missing_file(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:  # noqa: ARG001 - the name is odd, that is all
    return show_refusal(request, NotFound())


def show_pause(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The database is restarting or out of reach: nothing was done, and a moment later it will be."""
    log.warning("database not reached at %s: %s", request.scope.get("path_template", "?"), type(error).__name__)
    page = error_page(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        N_("One moment, please"),
        N_("We are not reachable for a few seconds. Nothing was changed; go back, and what you typed is still there."),
    )
    page.headers["Retry-After"] = "5"
    return page


def show_fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Our own fault: a number to quote, and nothing of the request in the log but its route."""
    number = secrets.token_hex(4)
    log.error("fault %s at %s", number, request.scope.get("path_template", "?"), exc_info=error)
    return error_page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        N_("Something went wrong on our side"),
        N_("Nothing of what you typed was saved. Please try again in a moment, or call us and quote this number:"),
        number,
    )


def error_page(request: Request[Any, Any, Any], status: int, title: str, words: str, number: str = "") -> Response[str]:
    request.scope["state"].get("cookies", []).clear()  # what was to be kept was rolled back
    with i18n.speaking(cookies.language(request.scope)):
        body = render_bare(request, "errors/error.html", title=title, words=words, number=number)
    return Response(body, status_code=status, media_type=MediaType.HTML)
