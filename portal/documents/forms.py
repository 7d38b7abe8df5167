"""The form by which staff add a document."""

from portal import clock
from portal.documents import rules
from portal.documents.rules import Added
from portal.i18n import N_
from portal.web.errors import BadForm
from portal.web.forms import Form, read_day

FILE = "file"
FIELDS = {"title", "direction", "dated_on", "note", "for_member"}


def parse(form: Form, content: bytes) -> Added:
    """The value, and in `form.errors` what is wrong with it; a browser forgets the file when others must be mended.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    if form["direction"] not in rules.DIRECTIONS or form["for_member"] not in {"yes", "no"}:
        raise BadForm
    if not form["title"]:
        form.refuse("title", N_("Say what it is: Letter of 3 March, for example."))
    for name, most in (("title", rules.LONGEST_TITLE), ("note", rules.LONGEST_NOTE)):
        if len(form[name]) > most:
            form.refuse(name, N_("At most %(most)s characters fit here."), most=most)
    dated_on = read_day(form["dated_on"])
    if dated_on is None or dated_on > clock.today():
        form.refuse("dated_on", N_("Enter a day that is not in the future, such as 31/12/2025."))
    _check_file(form, content)
    note = form["note"].replace("\r\n", "\n")
    return Added(form["title"], form["direction"], dated_on or clock.today(), note, form["for_member"] == "yes")


def _check_file(form: Form, content: bytes) -> None:
    if not content:
        form.refuse(FILE, N_("Choose the file."))
    elif len(content) > rules.LARGEST_ADDED:
        form.refuse(FILE, N_("This file is too large: at most 2 MB."))
    elif rules.kind_of(content) is None:
        form.refuse(FILE, N_("We can open PDF files and pictures (JPEG, PNG) only."))
    elif not form.ok:
        form.refuse(FILE, N_("Please choose the document once more."))
