"""Texts of staff in a small Markdown, made into safe HTML.

Paragraphs, line breaks, **bold**, *italic*, lists, and links to https, mailto
and tel. Whatever else is typed is shown as it is typed: HTML, headings, images,
code, underscores. Two walls stand behind each other: the parser writes no HTML that it was
given, and an allow-list takes out what it should not have written.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis
from markupsafe import Markup, escape

LINKS = ("https://", "mailto:", "tel:")
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a"}
ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "*": set()}
SCHEMES = {"https", "mailto", "tel"}
FIELD = re.compile(r"\{(\w+)\}")
"""A place for a value, such as {last_name}. Nothing else is one: {{7*7}}, {%…%} and {0.__class__} are words."""


def stars(state: StateInline, silent: bool) -> bool:
    """Emphasis by stars alone: underscores are parts of names and addresses."""
    return state.src[state.pos] == "*" and emphasis.tokenize(state, silent)


parser = MarkdownIt("zero", {"breaks": True, "html": False})
parser.enable(["newline", "escape", "emphasis", "link", "autolink", "list"])
parser.validateLink = lambda url: url.lower().startswith(LINKS)  # type: ignore[method-assign]
parser.inline.ruler.at("emphasis", stars)


@lru_cache(maxsize=2_000)
def html(text: str) -> Markup:
    """The text as HTML; places for values are left as they are."""
    written = parser.render(text)
    safe = nh3.clean(written, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    return Markup(safe)  # noqa: S704 - the one place where this is done: what stands in it has just been cleaned


def filled(safe: Markup, values: Mapping[str, str]) -> Markup:
    """With values put into their places, after Markdown and escaped: no value can become markup."""
    return Markup(FIELD.sub(lambda found: escape(values.get(found[1], found[0])), safe))  # noqa: S704 - as above


def filled_text(text: str, values: Mapping[str, str]) -> str:
    """The same for the text before Markdown, to keep what somebody read."""
    return FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def fields(text: str) -> list[str]:
    """The names of the values for which the text has places."""
    return list(dict.fromkeys(FIELD.findall(text)))
