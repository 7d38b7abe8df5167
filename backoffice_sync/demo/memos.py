"""Memos: the one the member reads ("information extranet donateur"), and those among colleagues."""

from datetime import date, timedelta

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Member, Memo
from backoffice_sync.demo.chance import Chance

MESSAGES = """
merci de votre demande au sujet des legs. Hélène Caron, qui suit ces questions chez nous, vous appellera
en début de semaine prochaine ; sa ligne directe est le 01 99 00 12 34. Rien ne presse, et cette
conversation ne vous engage à rien.

vous nous écriviez que votre petite-fille aimerait passer une journée au refuge : c'est d'accord ! Le
samedi 14 lui conviendrait-il ? Répondez-nous simplement par la page Contact.

votre lettre nous a beaucoup touchés et nous l'avons lue à toute l'équipe. Merci de votre fidélité depuis
{year}.

nous avons bien reçu votre nouvelle adresse. Votre prochain journal partira là-bas ; dites-nous si celui
de ce mois s'est perdu, nous vous en enverrons un second exemplaire.

comme convenu au téléphone avec Mehdi, nous vous écrivons deux fois par an seulement, en juin et en
décembre. Vous pouvez changer d'avis quand vous voulez.

le duplicata que vous aviez demandé est prêt : vous le trouverez parmi vos reçus. Pardonnez-nous
l'attente, le courrier de l'hiver nous a débordés.

nous serons à Quimper le 3 du mois prochain pour la réunion des donateurs. Une place vous est réservée au
premier rang, comme vous l'aviez souhaité pour mieux entendre.

merci d'avoir pensé à nous pour les dons reçus à la mémoire de votre mère. La liste des personnes à
remercier vous a été envoyée par courrier. De tout cœur avec vous, toute l'équipe.
"""

INTERNAL = {
    "misc": (
        "N'appeler que le matin, entend mal.",
        "Demande les courriers en gros caractères.",
        "Ancienne bénévole de l'antenne de Rennes.",
        "Souhaite que l'on s'adresse à sa fille pour les questions d'internet.",
    ),
    "data_entry": (
        "Nom en deux mots, avec majuscule à Le.",
        "Chèques au nom du conjoint : rattacher à cette fiche.",
        "Deux dons le même jour possibles, ne pas dédoublonner.",
    ),
    "legacy": (
        "A demandé la brochure legs ; notaire Me Aubry à Quimper.",
        "Assurance-vie évoquée au téléphone, ne pas relancer avant un an.",
    ),
}


def add_memos(file: CentralFile, member: Member, chance: Chance, today: date) -> None:
    if member.kind == "person" and member.deceased_on is None and chance.happens(0.08):
        _add_message(file, member, chance, today)
    for kind, bodies in INTERNAL.items():
        if chance.happens(0.05):
            file.add(Memo(member_id=member.id, kind=kind, body=chance.choice(bodies)))


def greeting(member: Member) -> str:
    titles = {"Mme": "Chère Madame", "M.": "Cher Monsieur", "Dr": "Cher Docteur"}
    if member.civility == "M. et Mme":
        return "Chers amis"
    return f"{titles[member.civility]} {member.last_name}" if member.civility in titles else "Bonjour"


def _add_message(file: CentralFile, member: Member, chance: Chance, today: date) -> None:
    """Write to the member; most messages show today, some are over or still to come, some have no end."""
    starts_on = today + timedelta(days=chance.randint(-90, 10))
    ends_on = None if chance.happens(0.15) else starts_on + timedelta(days=chance.choice((30, 60, 90, 120)))
    message = " ".join(chance.choice(MESSAGES.split("\n\n")).split())
    body = f"{greeting(member)},\n\n{message.format(year=(member.joined_on or today).year)}"
    file.add(Memo(member_id=member.id, kind="extranet", body=body, starts_on=starts_on, ends_on=ends_on))
