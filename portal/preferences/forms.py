"""The form of the wish for tax receipts."""

from portal.i18n import N_
from portal.preferences.rules import Wish
from portal.web.errors import BadForm
from portal.web.forms import SEEN, Form

FIELDS = {"receipt_rhythm", "receipt_by", SEEN}


def parse_wish(form: Form, *, takes_mail: bool) -> Wish:
    """The value, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    wish = Wish(form["receipt_rhythm"], form["receipt_by"])
    if not wish.is_offered:
        raise BadForm
    if wish.needs_email and not takes_mail:
        form.refuse("receipt_by", N_("We cannot reach you by e-mail at present. Choose “By post”, or call us."))
    return wish
