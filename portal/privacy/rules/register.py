"""The register of requests, column by column."""

from portal.i18n import N_

HEAD = (
    N_("Request"),
    N_("Member number"),
    N_("Member"),
    N_("Right"),
    N_("How it came"),
    N_("Received on"),
    N_("Due on"),
    N_("Extended on"),
    N_("Clock stopped on"),
    N_("Clock runs again from"),
    N_("Answered on"),
    N_("Arrived on"),
    N_("Closed on"),
    N_("Identity"),
    N_("Proof of identity"),
    N_("Outcome"),
    N_("Ground of the refusal"),
    N_("Why it took longer"),
    N_("Proof of delivery"),
)
