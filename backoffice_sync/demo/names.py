"""French names as a donor file has them: accents, hyphens, particles, apostrophes, and from everywhere."""


def listed(text: str) -> tuple[str, ...]:
    """Read a listing: one-word names end at a space, longer ones have a line to themselves, after a dash."""
    several = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("- ")]
    single = [word for line in text.splitlines() if not line.strip().startswith("- ") for word in line.split()]
    return (*single, *several)


WOMEN = listed("""
    Marie Jeanne Françoise Monique Catherine Nathalie Isabelle Jacqueline Anne Sylvie Martine Madeleine
    Nicole Suzanne Hélène Christine Marguerite Denise Louise Christiane Valérie Simone Sophie Stéphanie
    Andrée Yvonne Céline Germaine Sandrine Chantal Annie Geneviève Véronique Brigitte Thérèse Camille
    Élodie Aurélie Émilie Claire Anaïs Léa Chloé Manon Inès Fatima Aïcha Yasmine Noëlle Maïté Gaëlle
    Maëlys Solène Bénédicte Odile Ghislaine Josiane Marie-Claude Anne-Sophie Marie-Thérèse Marie-France
    Marie-Christine Marie-Ange Anne-Laure
""")

MEN = listed("""
    Jean Pierre Michel André Philippe Alain Jacques Bernard Louis Daniel Christian Claude Gérard René
    Christophe Frédéric Laurent Nicolas Olivier Thierry Patrick François Stéphane Sébastien Julien Marcel
    Roger Éric Pascal Dominique Hervé Benoît Jérôme Cédric Rémi Loïc Gaël Yannick Maël Hugo Théo Antoine
    Thomas Mathieu Mohamed Karim Ibrahim Mamadou Aurélien Anaël Raphaël Joël Noël Régis Étienne
    Jean-Pierre Jean-Claude Jean-François Jean-Baptiste Pierre-Yves Paul-Henri Marc-Antoine
""")

SURNAMES = listed("""
    Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy
    Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller
    Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia
    Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Masson Marchand Duval Denis Dumont Lemaire
    Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud
    Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Fabre Aubert Lemoine Renaud
    Dumas Lacroix Bourgeois Benoît Rey Leclerc Payet Rolland Leclercq Lecomte Dupuy Guillot Hubert Berger
    Carpentier Nguyen Traoré Diallo Benali N'Diaye Kowalski Ferreira Œuvrard Cœurdassier L'Hermitte
    L'Hostis O'Brien Ibañez Häberlé Grœnendal Hoareau Grondin Casanova Mattei Etcheverry Irigoyen
    Kervella Quéméneur Aït-Ahmed Saint-Martin Martin-Duval Roche-Bayard d'Alençon d'Hérouville
    Lefèvre-Desnoëttes Bonnefoy-Lamarche
    - Le Goff
    - Le Gall
    - Ben Salah
    - Da Silva
    - Van den Broeck
    - El Amrani
    - de Kermadec
    - du Chastel
    - de La Tour
    - de La Motte-Rouge
    - de Saint-Aubin
    - de Montferrand-Bellegarde
""")

TRADES = listed("""
    Boulangerie Pharmacie Garage Librairie Menuiserie Transports Imprimerie Cabinet Vignobles Fromagerie
    Ateliers Laboratoires Jardinerie Optique
""")

LEGAL_FORMS = {"SARL": 0.42, "SAS": 0.3, "EURL": 0.12, "SA": 0.07, "SCI": 0.05, "SELARL": 0.04}
