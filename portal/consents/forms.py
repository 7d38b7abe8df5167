"""The form of what we may send: its boxes, the very texts beside them, and what was chosen."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.consents import rules
from portal.consents.rules import COMMERCIAL, EXCHANGE, OBJECTIONS, RHYTHMS, Choice, boxes, codes_for
from portal.i18n import N_, gettext
from portal.web.errors import BadForm
from portal.web.forms import SEEN, Form, fingerprint, read_day

SENDING = tuple(code for code in OBJECTIONS if code != EXCHANGE)
"""The boxes of what the association itself sends: a tick stands for no objection."""
BOXES = (*SENDING, EXCHANGE, COMMERCIAL)
FIELDS = {*BOXES, "post_rhythm", "paused_until", SEEN}
TICKED = "yes"
LONGEST_PAUSE = timedelta(days=731)
"""Two years, one of them with a 29 February."""


@dataclass(frozen=True)
class Text:
    """What stands beside a box or a button; who chooses has read all of it."""

    title: str
    words: str
    label: str = ""


TEXTS = {
    "sending": Text(
        N_("What we may send you"),
        N_(
            "A tick means that we may. Take the tick away, and we no longer do. "
            "Tax receipts and what concerns your gifts reach you in any case."
        ),
    ),
    "exchange": Text(
        rules.NAMES["exchange"],
        N_(
            "Now and then we exchange addresses of donors with other associations, which then write to you. "
            "We may do so as long as you do not object."
        ),
        N_("I object: do not give my address to other associations"),
    ),
    "commercial": Text(
        rules.NAMES["commercial"],
        N_(
            "Companies that would like to offer you something get your address from us only if you agree beforehand. "
            "Without the tick we give it to none, and you can take the tick away again at any time."
        ),
        N_("I agree: you may pass my address on to companies"),
    ),
    "nothing": Text(
        N_("In one press"),
        N_("We send you nothing else, and give your address to nobody else."),
        N_("Nothing but receipts and what concerns my gifts"),
    ),
    "everything": Text(
        N_("In one press"),
        N_("We may send you all that is listed here, in every way. Who else may have your address stays as it is."),
        N_("Everything, in every way"),
    ),
}
PRESSES = ("nothing", "everything")
"""Buttons that save at once."""


def filled(choice: Choice, today: date) -> Form:
    """The form that shows this choice."""
    refused, agreed = boxes(choice.objections), boxes(choice.consents)
    ticked = [code for code in SENDING if code not in refused] + [*refused & {EXCHANGE}, *agreed]
    pause = choice.pause(today)
    typed = dict.fromkeys(ticked, TICKED) | {"post_rhythm": choice.post_rhythm}
    return Form(typed | {"paused_until": pause.isoformat() if pause else "", SEEN: fingerprint(choice.value)})


def parse(form: Form, former: Choice, today: date) -> Choice:
    """What is chosen, or in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    if {form[code] for code in BOXES} - {"", TICKED} or form["post_rhythm"] not in RHYTHMS:
        raise BadForm
    refused = {code for code in SENDING if not form[code]} | ({EXCHANGE} if form[EXCHANGE] else set())
    agreed = {COMMERCIAL} if form[COMMERCIAL] else set()
    return Choice(
        codes_for(refused, former.objections),
        codes_for(agreed, former.consents),
        form["post_rhythm"],
        _last_day(form, former, today),
    )


def _last_day(form: Form, former: Choice, today: date) -> date | None:
    """Of the pause; one that is over, or that stays as it was, is left alone."""
    typed = form["paused_until"]
    if not typed:
        return None if former.pause(today) else former.paused_until
    last_day = read_day(typed)
    if last_day is None:
        form.refuse("paused_until", N_("Type the day as day/month/year, such as 31/12/2026."))
    elif last_day != former.paused_until and not today < last_day <= today + LONGEST_PAUSE:
        form.refuse("paused_until", N_("Choose a day to come, within the next two years."))
    else:
        form.typed = {**form.typed, "paused_until": last_day.isoformat()}
    return last_day


def texts() -> dict[str, str]:
    """By code, the very text beside its box, in the current language."""
    found = {code: _read("sending", rules.label(*code.split("/"))) for code in SENDING}
    return found | {EXCHANGE: _read("exchange"), COMMERCIAL: _read("commercial")}


def press_texts(press: str) -> dict[str, str]:
    """The text beside a button that saves at once, for every code."""
    return dict.fromkeys(BOXES, _read(press))


def _read(name: str, box: str = "") -> str:
    text = TEXTS[name]
    return "\n".join([gettext(text.title), gettext(text.words), box or gettext(text.label)])
