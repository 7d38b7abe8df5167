"""Who may import whom, and the house rules, read from the code itself."""

import ast
from pathlib import Path

import pytest

from portal import ROOT

FILES = sorted([*(ROOT / "portal").rglob("*.py"), *(ROOT / "backoffice_sync").rglob("*.py")])
FEATURES = {path.parent.name for path in (ROOT / "portal").glob("*/__init__.py")} - {"web", "migrations", "demo"}
OUTERMOST = {
    "app",
    "cli",
    "cli_receipts",
    "cli_mailing",
    "cli_bounces",
    "cli_erasure",
    "work",
    "jobs",
    "health",
    "housekeeping",
}


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def calls(path: Path) -> set[str]:
    return {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }


def feature(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "portal" and len(parts) > 1 and parts[1] in FEATURES else None


def room(name: str) -> str:
    return name.split(".")[2] if feature(name) and name.count(".") > 1 else ""


def test_the_rules_see_the_whole_house() -> None:
    assert {"signin", "home", "gifts", "mandates", "receipts", "profile", "memos", "staff", "members"} <= FEATURES
    assert len(FILES) > 80


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_flow_one_way(path: Path) -> None:
    name, own = module(path), feature(module(path))
    for other in imports(path):
        if name.startswith("portal"):
            assert not other.startswith("backoffice_sync"), f"{name} imports {other}: the portal knows no sync"
        target = feature(other)
        if target is None or target == own:
            continue
        if own is None and name.startswith("portal"):
            kernel = name.split(".")[1] not in OUTERMOST | {"demo", "cli"}
            assert not kernel, f"{name} imports {other}: the kernel knows no feature"
        elif own is not None:
            assert room(other) in PUBLIC_ROOMS, f"{name} imports {other}: that is {target}'s own"


PUBLIC_ROOMS = {"queries", "models", "rules", "store", "paper", "press", ""}
"""What other features may use; `paper` and `press` are where receipts are written, for all who make some, and `store`
is where a field group comes to hold a value, whoever changes it."""

ALLOWED_INSIDE = {
    "paper": {"models", "rules", "paper"},
    "press": {"models", "rules", "paper"},
    "letters": {"rules", "queries"},
    "render": {"models", "rules", "queries", "paper", "press"},
    "handover": {"models", "rules", "queries", "letters"},
    "outcome": {"rules", "queries"},
    "run": {"models", "rules", "queries", "actions", "render", "handover", "outcome"},
    "models": {"models"},
    "messages": {"rules"},
    "advice": {"rules"},
    "store": {"models", "rules", "queries", "store"},
    "rates": set(),
    "rules": {"rules", "rates"},
    "provider": {"rules"},
    "queries": {"models", "rules", "queries"},
    "forms": {"rules", "forms"},
    "actions": {"models", "rules", "queries", "store", "actions", "provider", "paper"},
    "tasks": {"models", "rules", "queries", "store", "actions", "tasks", "provider", "paper", "press"},
    "pages": {"models", "rules", "rates", "advice", "queries", "forms", "actions", "pages", "provider", "paper"},
}


@pytest.mark.parametrize("path", [path for path in FILES if room(module(path))], ids=module)
def test_inside_a_feature_each_room_has_its_neighbours(path: Path) -> None:
    name = module(path)
    for other in imports(path):
        if feature(other) and room(other):
            assert room(other) in ALLOWED_INSIDE[room(name)], f"{name} imports {other}"


def uses(path: Path, library: str) -> bool:
    return any(other == library or other.startswith(f"{library}.") for other in imports(path))


@pytest.mark.parametrize("path", FILES, ids=module)
def test_each_library_has_its_room(path: Path) -> None:
    name = module(path)
    if uses(path, "litestar"):
        assert name in {"portal.app", "portal.database", "portal.health", "portal.demo.mailbox"} or (
            name.startswith("portal.web.") or room(name) == "pages"
        ), f"{name} imports litestar"
    if uses(path, "authlib") or uses(path, "httpx2"):
        assert name == "portal.oidc.provider" or name.startswith("backoffice_sync.connectors"), f"{name} calls out"
    if uses(path, "webauthn"):
        assert name == "portal.passkeys.rules"
    if uses(path, "weasyprint"):
        assert name == "portal.pdf"
    if "select" in calls(path) and uses(path, "sqlalchemy") and feature(name):
        assert room(name) in {"queries", "store", "actions", "tasks"}, f"{name} selects"
    if "commit" in calls(path) and name.startswith("portal."):
        assert name in {"portal.database", "portal.demo.supervisor"}, f"{name} commits"
    if {"set_cookie", "delete_cookie"} & calls(path) or '["cookies"].append' in path.read_text():
        assert name == "portal.web.cookies", f"{name} sets a cookie"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_the_time_is_asked_in_one_place(path: Path) -> None:
    if module(path) != "portal.clock":
        source = path.read_text()
        assert "datetime.now(" not in source
        assert "date.today(" not in source


@pytest.mark.parametrize("path", FILES, ids=module)
def test_nothing_dangerous_is_called(path: Path) -> None:
    source = path.read_text()
    for word in ("pickle", "eval(", "Markup(", "shell=True", "yaml.load", "request.base_url"):
        cleaned = word == "Markup(" and module(path) == "portal.markup"
        assert word not in source or cleaned, f"{module(path)}: {word}"
