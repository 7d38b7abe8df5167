"""An association's own base, in the tables that example.toml describes; for PostgreSQL and for SQLite."""

TABLES = {
    "campagne": "libelle varchar(80) NOT NULL",
    "adherent": """
        numero varchar(20) NOT NULL UNIQUE, type char(1) NOT NULL DEFAULT 'P', civilite varchar(10),
        prenom varchar(40), nom varchar(60), raison_sociale varchar(80), forme_juridique varchar(20), siren char(9),
        langue char(2) NOT NULL DEFAULT 'fr', decede_le date, motif_suspension varchar(20),
        stop_promo smallint NOT NULL DEFAULT 0, actif smallint NOT NULL DEFAULT 1,
        fusionne_avec integer REFERENCES adherent,
        courrier char(1) NOT NULL DEFAULT 'T', pause_jusquau date, verifie_le date,
        refus_appel_courriel boolean NOT NULL DEFAULT false, refus_appel_courrier boolean NOT NULL DEFAULT false,
        refus_echange boolean, accord_commercial smallint, accord_commercial_courrier smallint,
        recu char(1) NOT NULL DEFAULT 'A', recu_par char(1) NOT NULL DEFAULT 'P'""",
    "adresse": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, principale smallint NOT NULL DEFAULT 1,
        appartement varchar(38), batiment varchar(38), numero varchar(10), voie varchar(70), lieu_dit varchar(38),
        code_postal varchar(16), ville varchar(60) NOT NULL DEFAULT '', region varchar(60),
        pays char(2) NOT NULL DEFAULT 'FR', usage char(1) NOT NULL DEFAULT 'D', saison_du char(5), saison_au char(5),
        npai_le date, npai_motif varchar(20), supprime smallint,
        CHECK (length(voie) <= 70), CHECK (length(pays) = 2)""",
    "coordonnee": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, type char(1) NOT NULL,
        valeur varchar(120) NOT NULL, principale smallint NOT NULL DEFAULT 0, origine varchar(40),
        saisi_le date DEFAULT CURRENT_DATE, confirme_le date, rejet_le date, rejet_temporaire_le date,
        plainte_le date""",
    "mandat": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, rum varchar(35) NOT NULL UNIQUE,
        iban varchar(40) NOT NULL, montant numeric(12,2) NOT NULL, periodicite smallint NOT NULL DEFAULT 1,
        etat char(1) NOT NULL DEFAULT 'A', signe_le date NOT NULL, prochain_le date, fini_le date""",
    "don": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, date_don date NOT NULL,
        montant numeric(12,2) NOT NULL, mode varchar(2), etat char(1) NOT NULL DEFAULT 'E', motif varchar(40),
        sans_recu boolean NOT NULL DEFAULT false, campagne_id integer REFERENCES campagne,
        mandat_id integer REFERENCES mandat""",
    "recu_fiscal": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, numero varchar(20) NOT NULL,
        annee integer NOT NULL, annuel boolean NOT NULL DEFAULT false, article smallint NOT NULL DEFAULT 200,
        emis_le date NOT NULL, montant numeric(12,2) NOT NULL, annule boolean NOT NULL DEFAULT false,
        nom_donateur varchar(120) NOT NULL, adresse_donateur varchar(400) NOT NULL""",
    "demande": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, cle_extranet varchar(60) UNIQUE,
        genre varchar(20), objet varchar(60), texte text, suivi char(1) NOT NULL DEFAULT 'R', reponse text,
        demande_le date NOT NULL, vue_le date, decidee_le date""",
    "note": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, genre varchar(20) NOT NULL, texte text,
        du date, au date""",
    "piece": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, titre varchar(120) NOT NULL,
        genre varchar(20), sens char(1) NOT NULL, date_piece date NOT NULL, auteur varchar(60),
        visible smallint NOT NULL DEFAULT 0, type_mime varchar(60), fichier {blob}, taille integer,
        empreinte char(64)""",
    "lien": """
        adherent_id integer NOT NULL REFERENCES adherent ON DELETE CASCADE, genre char(2) NOT NULL,
        libelle varchar(120) NOT NULL, precision text, du date, au date, montant numeric(12,2), etat char(1)""",
}
LOG = "CREATE TABLE journal_modif (id {number}, nom_table varchar(30), id_ligne integer, quand timestamp DEFAULT {now})"

POSTGRESQL = """
CREATE FUNCTION horodate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.modifie_le := now();
    RETURN NEW;
END $$;
CREATE FUNCTION journalise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_modif (nom_table, id_ligne) VALUES (TG_TABLE_NAME, coalesce(NEW.id, OLD.id));
    RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER horodate BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION horodate();
CREATE TRIGGER journalise AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION journalise();
"""
SQLITE_NOW = "(strftime('%Y-%m-%d %H:%M:%f', 'now'))"
SQLITE_TRIGGER = """
CREATE TRIGGER horodate_{table} AFTER UPDATE ON {table}
BEGIN UPDATE {table} SET modifie_le = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id = NEW.id; END;
"""


def postgresql() -> str:
    number = "integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
    made = _tables(number, "now()").replace("{blob}", "bytea")
    return made + POSTGRESQL + "".join(TRIGGERS.format(table=table) for table in TABLES)


def sqlite() -> str:
    """Stamps are kept by triggers too; a log has only who writes into it."""
    made = _tables("integer PRIMARY KEY AUTOINCREMENT", SQLITE_NOW).replace("{blob}", "blob")
    return made + "".join(SQLITE_TRIGGER.format(table=table) for table in TABLES)


def _tables(number: str, now: str) -> str:
    stamped = f"modifie_le timestamp DEFAULT {now}"
    made = [f"CREATE TABLE {table} (id {number}, {stamped}, {columns});" for table, columns in TABLES.items()]
    return "\n".join([*made, LOG.format(number=number, now=now) + ";\n"])
