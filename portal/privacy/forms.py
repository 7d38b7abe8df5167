"""What staff type on the desk of data requests."""

from collections.abc import Collection
from datetime import date

from portal import clock
from portal.i18n import N_
from portal.privacy.rules import answers
from portal.privacy.rules.answers import Decision, Delivery, Received
from portal.privacy.rules.legal_clock import tells_apart
from portal.web.errors import BadForm
from portal.web.forms import Form, read_day

LONGEST = 2_000
NEEDED = N_("Say it in a few words.")


def parse_received(
    form: Form, marks: Collection[str], others: Collection[str], *, has_namesakes: bool
) -> Received | None:
    """None, with `form.errors`, when something is wrong; `others` are the marks of those who bear the same name."""
    right = chosen(form, "right", answers.RIGHTS, N_("Choose what is asked for."))
    channel = chosen(form, "channel", answers.ENTERED, N_("Choose how the request came."))
    received_on = past_day(form, "received_on")
    words(form, "wish")
    if has_namesakes and not tells_apart(form["mark"], marks, others):
        form.refuse(
            "mark",
            N_("This does not tell this member from the others of the same name. Ask the person, and enter it then."),
        )
    return Received(right, channel, received_on, form["wish"]) if form.ok and received_on else None


def parse_decision(form: Form, right: str) -> Decision:
    outcome = chosen(form, "outcome", ("granted", "refused"), N_("Grant or refuse."))
    refusal = ""
    if outcome == "refused":
        refusal = chosen(form, "refusal", answers.refusals(right), N_("Choose the ground."))
    words(form, "text", N_("Say it in words that the member understands."))
    return Decision(outcome, refusal, form["text"].replace("\r\n", "\n"))


def parse_delivery(form: Form, received_on: date) -> Delivery | None:
    by = chosen(form, "delivered_by", answers.DELIVERIES, N_("Choose how the answer reached the member."))
    delivered_on = past_day(form, "delivered_on")
    if delivered_on and delivered_on < received_on:
        form.refuse("delivered_on", N_("The request came later than this."))
    words(form, "proof", N_("Say how we know that it arrived: without a proof the request stays open."))
    return Delivery(delivered_on, by, form["proof"]) if form.ok and delivered_on else None


def words(form: Form, name: str, message: str = NEEDED) -> str:
    """What was typed; needed, and not endless."""
    if not form[name]:
        form.refuse(name, message)
    elif len(form[name]) > LONGEST:
        form.refuse(name, N_("At most %(most)s characters fit here."), most=LONGEST)
    return form[name]


def chosen(form: Form, name: str, choices: Collection[str], message: str) -> str:
    """One of these.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    if not form[name]:
        form.refuse(name, message)
    elif form[name] not in choices:
        raise BadForm
    return form[name]


def past_day(form: Form, name: str) -> date | None:
    """A day until today."""
    day = read_day(form[name])
    if day is None:
        form.refuse(name, N_("Write the day like this: 31/12/2026."))
    elif day > clock.today():
        form.refuse(name, N_("This day is still to come."))
    return day
