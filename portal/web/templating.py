"""Jinja pages: strict, escaped, translated; static files addressed by their content."""

import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Request
from litestar.response import Redirect, Template

from portal import ROOT, clock, crypto, i18n
from portal.settings import Settings

STATIC = ROOT / "static"


@cache
def asset(name: str) -> str:
    """Address of a static file with its checksum, so that browsers may keep it for ever."""
    checksum = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={checksum}"


def environment(settings: Settings) -> Environment:
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else every page looks on the disk whether its templates are still the same
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["_"] = env.globals["gettext"]  # Jinja's own alias looks gettext up again at each text
    env.filters["translated"] = i18n.gettext  # plain texts that may hold a % of their own
    env.globals.update(
        asset=asset,
        current_language=i18n.language.get,
        day=i18n.day,
        moment=i18n.moment,
        money=i18n.money,
        new_form_key=crypto.new_token,
        settings=settings,
        today=clock.today,
    )
    return env


def page(name: str, status: int = 200, **context: Any) -> Template:
    """Answer with a page; the layout finds the visitor in `request`."""
    return Template(f"{name}.html", context=context, status_code=status)


def see(path: str) -> Redirect:
    """After a form: look at this page (303)."""
    return Redirect(path, status_code=303)


def render_bare(request: Request[Any, Any, Any], name: str, **context: Any) -> str:
    """Render without session or database: what error pages need, which no middleware has seen."""
    engine = request.app.template_engine
    assert engine is not None  # noqa: S101 - for the type checker: our application always has one
    rendered: str = engine.get_template(name).render(request=request, **context)
    return rendered
