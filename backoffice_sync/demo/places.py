"""Where members live: true postcodes with their towns, and streets that fit the line of 38 characters."""

from typing import NamedTuple

STREETS = (
    "rue de la République",
    "rue Victor Hugo",
    "rue des Écoles",
    "rue de l'Église",
    "rue du Moulin",
    "rue Pasteur",
    "rue Jean Jaurès",
    "rue du Général Leclerc",
    "rue des Sœurs Hospitalières",
    "rue de l'Abbé Grégoire",
    "rue du Onze Novembre 1918",
    "avenue Charles de Gaulle",
    "avenue du Maréchal Foch",
    "avenue de la Gare",
    "avenue du Président Wilson",
    "boulevard Voltaire",
    "boulevard de la Liberté",
    "place du Marché",
    "place de l'Hôtel de Ville",
    "allée des Tilleuls",
    "allée des Acacias",
    "impasse des Lilas",
    "chemin de la Fontaine",
    "chemin du Vieux Lavoir",
    "route de Châteauneuf",
    "quai des Bateliers",
    "cours Gambetta",
    "sente des Vignerons",
    "square Louise Michel",
    "montée Saint-Barthélemy",
    "passage du Grand Cerf",
)

HAMLETS = (
    "Le Bourg",
    "Kerhuel",
    "Les Quatre Vents",
    "La Croix Blanche",
    "Mas des Oliviers",
    "Lieu-dit l'Étang",
)
UNITS = ("Appartement 12", "Appartement 304", "Étage 3 porte gauche", "Escalier B porte 7", "Chez Mme Aubry")
BUILDINGS = (
    "Résidence les Tilleuls",
    "Bâtiment C",
    "Résidence du Parc entrée 2",
    "EHPAD Les Jardins d'Automne",
)
BOXES = ("BP 20417", "CS 30012", "BP 114", "CS 90201")

METROPOLE = """
    01000 Bourg-en-Bresse / 01100 Oyonnax / 02100 Saint-Quentin / 03200 Vichy / 04000 Digne-les-Bains
    05000 Gap / 06000 Nice / 07000 Privas / 08000 Charleville-Mézières / 09000 Foix / 10000 Troyes
    11000 Carcassonne / 12000 Rodez / 13008 Marseille / 13100 Aix-en-Provence / 14000 Caen
    15000 Aurillac / 16000 Angoulême / 17000 La Rochelle / 18000 Bourges / 19100 Brive-la-Gaillarde
    20000 Ajaccio / 20200 Bastia / 20250 Corte / 20137 Porto-Vecchio / 21000 Dijon / 23000 Guéret
    24000 Périgueux / 25000 Besançon / 27000 Évreux / 28000 Chartres / 29000 Quimper / 29100 Douarnenez
    29200 Brest / 30000 Nîmes / 31000 Toulouse / 33000 Bordeaux / 34000 Montpellier / 34200 Sète
    35000 Rennes / 35400 Saint-Malo / 37000 Tours / 38000 Grenoble / 39100 Dole / 40000 Mont-de-Marsan
    41000 Blois / 42000 Saint-Étienne / 43000 Le Puy-en-Velay / 44000 Nantes / 45000 Orléans
    46000 Cahors / 47000 Agen / 49000 Angers / 49300 Cholet / 51100 Reims / 51000 Châlons-en-Champagne
    53000 Laval / 54000 Nancy / 56000 Vannes / 56100 Lorient / 57000 Metz / 58000 Nevers / 59000 Lille
    59100 Roubaix / 59140 Dunkerque / 60000 Beauvais / 61000 Alençon / 62000 Arras
    63000 Clermont-Ferrand / 64000 Pau / 64100 Bayonne / 66000 Perpignan / 67000 Strasbourg
    67600 Sélestat / 68000 Colmar / 68100 Mulhouse / 69003 Lyon / 69100 Villeurbanne / 71000 Mâcon
    72000 Le Mans / 73000 Chambéry / 74000 Annecy / 74500 Évian-les-Bains / 75005 Paris / 75011 Paris
    75015 Paris / 75018 Paris / 75020 Paris / 76000 Rouen / 76600 Le Havre / 78000 Versailles
    78100 Saint-Germain-en-Laye / 78700 Conflans-Sainte-Honorine / 79000 Niort / 80000 Amiens
    81000 Albi / 83000 Toulon / 84000 Avignon / 86000 Poitiers / 87000 Limoges / 88000 Épinal
    89000 Auxerre / 92100 Boulogne-Billancourt / 93200 Saint-Denis / 94000 Créteil
    94190 Villeneuve-Saint-Georges / 94240 L'Haÿ-les-Roses
"""

OVERSEAS = """
    97100 Basse-Terre / 97110 Pointe-à-Pitre / 97200 Fort-de-France / 97232 Le Lamentin / 97300 Cayenne
    97320 Saint-Laurent-du-Maroni / 97400 Saint-Denis / 97410 Saint-Pierre / 97430 Le Tampon
    97460 Saint-Paul / 97500 Saint-Pierre / 97600 Mamoudzou
"""

CEDEX = """
    07509 Guilherand-Granges CEDEX / 15004 Aurillac CEDEX / 17029 La Rochelle CEDEX 1
    21083 Dijon CEDEX 9 / 30904 Nîmes CEDEX 9 / 35704 Rennes CEDEX 7 / 44019 Nantes CEDEX 1
    45933 Orléans CEDEX 9 / 57119 Thionville CEDEX
"""


class Town(NamedTuple):
    postcode: str
    name: str


class Abroad(NamedTuple):
    country: str
    house_number: str
    street: str
    postcode: str
    town: str
    region: str = ""


def towns(listing: str) -> tuple[Town, ...]:
    """Read a listing: entries end at a slash or at the end of the line."""
    entries = listing.strip().replace("\n", "/").split("/")
    return tuple(Town(*entry.strip().split(" ", 1)) for entry in entries)


ABROAD = (
    Abroad("BE", "48", "Chaussée de Waterloo", "1060", "Saint-Gilles"),
    Abroad("BE", "7 bte 3", "Rue des Guillemins", "4000", "Liège"),
    Abroad("BE", "112", "Avenue Louise", "1050", "Ixelles"),
    Abroad("CH", "24", "Rue du Rhône", "1204", "Genève"),
    Abroad("CH", "10", "Avenue de la Gare", "1003", "Lausanne"),
    Abroad("DE", "12", "Schloßstraße", "70174", "Stuttgart"),
    Abroad("DE", "3a", "Rheinstraße", "65185", "Wiesbaden"),
    Abroad("LU", "14", "rue de Strasbourg", "2561", "Luxembourg"),
    Abroad("GB", "27", "Baker Street", "W1U 8EQ", "London"),
    Abroad("GB", "5", "Rose Street", "EH2 2PR", "Edinburgh"),
    Abroad("US", "350", "Fifth Avenue", "10118", "New York", "NY"),
    Abroad("US", "12", "Beacon Street", "02108", "Boston", "MA"),
    Abroad("CA", "1200", "rue Sherbrooke Ouest", "H3A 1H6", "Montréal", "QC"),
    Abroad("CA", "45", "rue Saint-Jean", "G1R 1N8", "Québec", "QC"),
)
