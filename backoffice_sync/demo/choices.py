"""What members do not want to be sent."""

from datetime import date

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Member, Objection
from backoffice_sync.demo.chance import Chance

SHARES = {
    ("appeals", "phone"): 0.05,
    ("appeals", "sms"): 0.04,
    ("appeals", "email"): 0.03,
    ("petitions", "email"): 0.02,
    ("legacy", "post"): 0.02,
    ("exchange", "any"): 0.06,
}
"""How many members object to what."""
ORIGINS = ("Coupon papier", "Téléphone", "Courrier")


def add_choices(file: CentralFile, member: Member, today: date) -> None:
    chance = Chance(f"choices of {member.number}")
    for (purpose, channel), share in SHARES.items():
        if chance.happens(share):
            recorded_on = chance.day_between(member.joined_on or today, today)
            origin = chance.choice(ORIGINS)
            file.add(
                Objection(member_id=member.id, purpose=purpose, channel=channel, recorded_on=recorded_on, origin=origin)
            )
