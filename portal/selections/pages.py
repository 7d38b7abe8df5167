"""Selections of members: count first, then keep under a name."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.selections import actions, queries
from portal.selections.forms import CHOICES, FIELDS, parse
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

EDIT = {"for_staff": True, "roles": EDITORS}


@get("/staff/selections", opt=EDIT)
async def show_selections(db: NamedDependency[AsyncSession]) -> Template:
    return await _page(db, forms.Form({}))


@get("/staff/selections/{selection_id:uuid}", opt=EDIT)
async def edit_selection(db: NamedDependency[AsyncSession], selection_id: FromPath[UUID]) -> Template:
    found = await queries.one(db, selection_id)
    if found is None:
        raise NotFound
    return await _page(db, forms.Form({"name": found.name, **found.criteria}))


@post("/staff/selections/count", opt=EDIT, status_code=200)
async def count_selection(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Template:
    form = await forms.read(request, FIELDS)
    wanted = parse(form, await queries.campaigns(db), named=False)
    if not form.ok:
        return await _page(db, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return await _page(db, form, count=await queries.count(db, wanted))


@post("/staff/selections", opt=EDIT)
async def save_selection(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    form = await forms.read(request, FIELDS)
    wanted = parse(form, await queries.campaigns(db), named=True)
    if not form.ok:
        return await _page(db, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    await actions.save_selection(db, form["name"], wanted, actor=request.user.actor)
    await session.flash(db, request.user, "selection-saved")
    return see("/staff/selections")


@post("/staff/selections/{selection_id:uuid}/removal", opt=EDIT)
async def remove_selection(
    request: HTTPRequest, db: NamedDependency[AsyncSession], selection_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    if not await actions.remove_selection(db, selection_id, actor=request.user.actor):
        raise NotFound
    await session.flash(db, request.user, "selection-removed")
    return see("/staff/selections")


async def _page(db: AsyncSession, form: forms.Form, status: int = 200, *, count: int | None = None) -> Template:
    saved, campaigns = await queries.saved(db), await queries.campaigns(db)
    choices = {name: [(key, i18n.gettext(word)) for key, word in words.items()] for name, words in CHOICES.items()}
    return page("selections/all", status, form=form, saved=saved, campaigns=campaigns, choices=choices, count=count)


HANDLERS = [show_selections, edit_selection, count_selection, save_selection, remove_selection]
