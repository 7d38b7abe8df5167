"""Every defence with the one change that takes it away, and the tests of which one at least must fail then."""

from dataclasses import dataclass

from portal import ROOT


@dataclass(frozen=True)
class Defence:
    name: str
    file: str
    present: str
    absent: str
    tests: str

    def take_away(self, source: str) -> str:
        assert source.count(self.present) == 1, f"{self.name}: {self.file} has it {source.count(self.present)} times"
        return source.replace(self.present, self.absent)

    @property
    def source(self) -> str:
        return (ROOT / self.file).read_text()


GUARDS, SESSION, PROOF = "portal/web/guards.py", "portal/web/session.py", "portal/web/proof.py"
WALLS, WAYS_IN = "portal/migrations/versions/0002_walls.py", "portal/migrations/versions/0003_ways_in.py"
RECEIPTS = "portal/migrations/versions/0004_receipts.py"
PROVIDER, PASSKEYS = "portal/oidc/provider.py", "portal/passkeys/rules.py"
SIGN_IN = "tests/signin/test_signing_in.py"

DEFENCES = [
    # Requests
    Defence("form token", "portal/web/csrf.py", 'if not crypto.same(str(form.get(FIELD, "")), visitor.csrf_token):', "if False:", "tests/web/test_csrf.py"),
    Defence("origin", "portal/web/csrf.py", "if origin is not None and origin != settings.base_url:", "if False:", "tests/web/test_csrf.py"),
    Defence("Sec-Fetch-Site", "portal/web/csrf.py", 'if site is not None and site != "same-origin":', "if False:", "tests/web/test_csrf.py"),
    Defence("unknown fields refused", "portal/web/forms.py", "if name not in fields or name in typed", "if name in typed", "tests/web/test_refusals.py"),
    Defence("control characters refused", "portal/web/forms.py", "return len(value) > LONGEST or CONTROLS.search(value) is not None", "return len(value) > LONGEST", "tests/web/test_refusals.py tests/profile"),
    Defence("form key", "portal/web/formkey.py", "    if await db.scalar(row) is None:", "    await db.execute(row)\n    if False:", "tests/web/test_form_keys.py"),
    Defence("known hosts", "portal/web/headers.py", 'if raw.decode("latin-1").rsplit(":", 1)[0] not in self.names:', "if False:", "tests/web/test_headers.py"),
    Defence("next page is ours", "portal/web/admission.py", 'return path if PATH.fullmatch(path) else "/"', "return path", "tests/signin/test_next_page.py"),
    Defence("content security policy", "portal/web/headers.py", '"Content-Security-Policy": CONTENT_SECURITY_POLICY,', "", "tests/web/test_headers.py"),
    Defence("no-store", "portal/web/headers.py", '"Cache-Control": "no-store",', "", "tests/web/test_headers.py"),
    Defence("escaping", "portal/web/templating.py", 'autoescape=select_autoescape(["html"])', "autoescape=False", "tests/gifts"),
    Defence("slow bodies given up", "portal/web/body.py", "asyncio.timeout(patience)", "asyncio.timeout(None)", "tests/web/test_errors.py"),
    Defence("refusals journalled", "portal/web/refusals.py", '        await journal.write(db, "request.refused"', '        await db.execute\n        lambda: journal.write(db, "request.refused"', "tests/web/test_refusals.py"),
    Defence("refusals limited", "portal/web/refusals.py", "if not await throttle.allow(db, settings, limit, subject):", "if False:", "tests/web/test_refusals.py"),
    Defence("files refused where none is asked", "portal/web/csrf.py", 'if kind != PLAIN and not (kind == WITH_FILE and request.route_handler.opt.get("takes_file")):', "if kind not in {PLAIN, WITH_FILE}:", "tests/web/test_errors.py"),
    Defence("documents known by their content", "portal/corrections/forms.py", "elif document and rules.kind_of(document) is None:", "elif False:", "tests/corrections"),
    Defence("documents sealed", "portal/corrections/actions.py", "crypto.seal(settings.secret_key, SEALED_AS, ground.document)", "ground.document", "tests/corrections"),
    Defence("documents never shown in our name", "portal/corrections/pages/desk.py", "attachment; filename", "inline; filename", "tests/corrections"),
    Defence("unsubscribe links are ours", "portal/unsubscribe/rules.py", "_signer(secret_key, salt).unsign(signed, return_timestamp=True)", 'signed.rsplit(b".", 2)[0], now', "tests/unsubscribe"),
    Defence("unsubscribe links end", "portal/unsubscribe/rules.py", "if now - made_at > life:", "if False:", "tests/unsubscribe"),
    Defence("nobody takes another's objection back", "portal/unsubscribe/rules.py", "if member != member_id.hex:", "if False:", "tests/unsubscribe"),
    Defence("to and fro by a link has an end", "portal/unsubscribe/pages.py", "if not await throttle.allow(db, settings, rules.CHANGES_OF_MIND, link.member_id.hex):", "if False:", "tests/unsubscribe"),
    Defence("requests with documents limited", "portal/corrections/pages/mine.py", "if part.asks and not await allow(db, settings, REQUESTS, str(donor.id)):", "if False:", "tests/corrections"),
    Defence("a shared mailbox is no pen", "portal/migrations/versions/0005_choices.py", "CREATE POLICY changing ON member FOR UPDATE TO portal_web USING (id = portal_member() OR portal_staff());", "CREATE POLICY changing ON member FOR UPDATE TO portal_web USING (true);", "tests/web/test_shared_mailbox.py"),
    Defence("bounces are proved", "portal/bounces/forms.py", "Webhook(secret).verify(body, dict(headers), json_parse=False)", "pass", "tests/bounces"),
    Defence("no formula for the mailing tool", "portal/cli_mailing.py", "harmless(cell)", "cell", "tests/mailing"),
    # Who may do what
    Defence("default deny", GUARDS, 'if not handler.opt.get("public"):', "if False:", "tests/test_routes.py"),
    Defence("roles", GUARDS, 'if not visitor.is_staff or ("roles" in opt and visitor.role not in opt["roles"]):', "if not visitor.is_staff:", "tests/test_routes.py"),
    Defence("desk is for staff", GUARDS, 'if not visitor.is_staff or ("roles" in opt', 'if False or ("roles" in opt', "tests/test_routes.py"),
    Defence("looking changes nothing", GUARDS, "if visitor.viewing and unsafe:", "if False:", "tests/test_routes.py"),
    Defence("looking wants a reason", "portal/staff/pages/viewing.py", 'if not form["reason"]:', "if False:", "tests/staff"),
    Defence("step-up", GUARDS, "and not visitor.proved_just_now:", "and False:", "tests/test_routes.py"),
    Defence("second factor", GUARDS, 'if visitor.second_factor_due and not opt.get("finishing"):', "if False:", "tests/passkeys tests/oidc"),
    Defence("owner of a receipt", "portal/receipts/queries.py", "Receipt.id == receipt_id, Receipt.member_id == donor.id", "Receipt.id == receipt_id", "tests/test_routes.py"),
    Defence("owner of a passkey", "portal/passkeys/queries.py", "Passkey.id == passkey_id, owned_by(visitor)", "Passkey.id == passkey_id", "tests/test_routes.py"),
    Defence("owner of a visit", "portal/security/actions.py", "delete(WebSession).where(owned_by(visitor), which)", "delete(WebSession).where(which)", "tests/security"),
    Defence("row-level security", WALLS, 'op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")', "pass", "tests/test_routes.py tests/test_migrations.py"),
    Defence("row-level security of the ways in", WAYS_IN, 'op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")', "pass", "tests/test_migrations.py"),
    Defence("append-only journal", WALLS, "GRANT INSERT ON journal TO portal_web;", "GRANT ALL ON journal TO portal_web;", "tests/test_journal.py"),
    Defence("lock against silent overwriting", "portal/addresses/actions.py", "if fingerprint(old) != seen:", "if False:", "tests/addresses"),
    Defence("letters for who asked", "portal/activation/queries.py", "LetterBatch.id == batch_id, LetterBatch.staff_id == staff_id", "LetterBatch.id == batch_id", "tests/test_routes.py"),
    Defence("a change is taken back by who made it", "portal/tracking/queries.py", '    change.c.member_id == bindparam("member"),\n', "", "tests/tracking"),
    Defence("no change is taken back too late", "portal/tracking/actions.py", "if not together or not can_be_undone(together[0]):", "if not together:", "tests/tracking"),
    Defence("one decision on a request", "portal/corrections/actions.py", "if request is None or request.decided_at is not None:", "if request is None:", "tests/corrections"),
    # What members ask, and what waits for people
    Defence("owner of a request", "portal/requests/queries.py", "theirs = MemberRequest.member_id == donor.id, MemberRequest.kind.not_in(INTERNAL)", "theirs = (MemberRequest.kind.not_in(INTERNAL),)", "tests/test_routes.py"),
    Defence("owner of the corrections among the requests", "portal/requests/queries.py", ".where(correction.member_id == MEMBER, change.status", ".where(change.status", "tests/test_routes.py"),
    Defence("nobody asks in another's name", "portal/migrations/versions/0006_sync.py", "ALTER TABLE member_request ENABLE ROW LEVEL SECURITY", "SELECT 1", "tests/requests/test_walls.py"),
    Defence("what is kept is one's own", "portal/dictionary/queries.py", "select(owner).where(owner == member, *which)", "select(owner).where(*which)", "tests/dictionary"),
    Defence("rights over data for who knows the law", "portal/requests/rules.py", '"change", *INTERNAL) if kind != "data"]', '"change", *INTERNAL)]', "tests/requests/test_answering.py"),
    Defence("rights over data by address", "portal/requests/queries.py", ".where(MemberRequest.id == request_id, MemberRequest.kind.in_(kinds))", ".where(MemberRequest.id == request_id)", "tests/requests/test_answering.py"),
    Defence("requests limited", "portal/requests/pages/mine.py", "if not await allow(db, settings, REQUESTS, str(donor.id)):", "if False:", "tests/requests/test_asking.py"),
    Defence("no account number in a request", "portal/requests/forms.py", "elif rules.holds_iban(words):", "elif False:", "tests/requests/test_asking.py"),
    Defence("somebody else's mandate is no choice", "portal/requests/pages/mine.py", "wish = parse(form, kind, [mandate.reference for mandate in own])", 'wish = parse(form, kind, [form["mandate"]])', "tests/requests/test_asking.py"),
    Defence("one answer to a request", "portal/requests/actions.py", "        .where(MemberRequest.id == request_id, *OURS)\n", "        .where(MemberRequest.id == request_id)\n", "tests/requests/test_answering.py"),
    Defence("one decision on what waits", "portal/reviews/actions/changes.py", "return change if change is not None and change.waits else None", "return change", "tests/reviews"),
    Defence("no decision while the sync writes", "portal/reviews/actions/changes.py", "    await changes.lock(db, change.member_id)\n", "", "tests/reviews/test_deciding.py"),
    Defence("an objection is nobody's to give up", "portal/reviews/rules.py", "return not change.is_held", "return True", "tests/reviews/test_deciding.py"),
    Defence("the mailbox of before hears of what staff send again", "portal/reviews/actions/changes.py", "    await _warn(db, change, new)\n", "", "tests/reviews/test_deciding.py"),
    Defence("what waits is for editors", "portal/reviews/pages/queue.py", 'DECIDE = {"for_staff": True, "roles": EDITORS}', 'DECIDE = {"for_staff": True}', "tests/reviews/test_queue.py"),
    # Sessions
    Defence("session secret", WAYS_IN, "WHERE s.id = wanted AND s.secret_hash = hash\n       AND s.seen_at > now() - CASE", "WHERE s.id = wanted\n       AND s.seen_at > now() - CASE", "tests/signin"),
    Defence("idle limit", WAYS_IN, "AND s.seen_at > now() - CASE WHEN s.staff_id IS NULL THEN idle ELSE staff_idle END", "", "tests/security"),
    Defence("longest life", WAYS_IN, "AND s.created_at > now() - CASE WHEN s.staff_id IS NULL THEN absolute ELSE staff_absolute END", "", "tests/security"),
    Defence("ended staff are out", WAYS_IN, "AND e.mailbox = s.mailbox))\n       AND t.ended_at IS NULL\n", "AND e.mailbox = s.mailbox))\n", "tests/staff"),
    Defence("mailbox taken off ends the visit", WAYS_IN, "AND (s.member_id IS NULL OR s.mailbox IS NULL OR EXISTS (", "AND (true OR EXISTS (", "tests/security"),
    Defence("new number at sign-in", SESSION, "        gone = delete(WebSession).where(WebSession.id == request.user.session_id).returning(WebSession.pending)", "        gone = select(WebSession.pending).where(WebSession.id == request.user.session_id)", SIGN_IN),
    Defence("new number when rights change", SESSION, ".values(id=func.gen_random_uuid(), secret_hash", ".values(secret_hash", "tests/security"),
    Defence("forms end with the space", "portal/signin/actions.py", '| {"shared": True}', '| {"shared": True, "lineage": request.user.lineage}', "tests/security"),
    Defence("only the secret's hash is stored", SESSION, "        secret_hash=crypto.digest(secret),\n        mailbox=mailbox,", "        secret_hash=secret.encode(),\n        mailbox=mailbox,", "tests/signin"),
    Defence("cookie out of scripts' reach", "portal/web/cookies.py", '"HttpOnly", ', "", "tests/web/test_headers.py"),
    Defence("cookie over https only", "portal/web/cookies.py", 'parts.append("Secure")', "pass", "tests/web/test_headers.py"),
    Defence("role change ends visits", "portal/staff/actions.py", '    await db.execute(delete(WebSession).where(WebSession.staff_id == account_id))\n    await journal.write(db, "staff.account.created"', '    await journal.write(db, "staff.account.created"', "tests/security"),
    Defence("draft only with the secret", WAYS_IN, "WHERE id = wanted AND secret_hash = hash AND viewing_id IS NULL", "WHERE id = wanted AND viewing_id IS NULL", "tests/web/test_drafts.py"),
    # The mail
    Defence("link once", PROOF, "            SignInRequest.used_at.is_(None),\n            SignInRequest.expires_at", "            SignInRequest.expires_at", SIGN_IN),
    Defence("link expires", PROOF, "            SignInRequest.expires_at > func.now(),\n", "", SIGN_IN + " tests/signin/test_next_page.py"),
    Defence("five tries", PROOF, "            SignInRequest.tries < MOST_TRIES,\n", "", SIGN_IN),
    Defence("another browser types the address", PROOF, "        proofs.append(SignInRequest.email == typed_email)", "        proofs.append(SignInRequest.email.is_not(None))", SIGN_IN),
    Defence("a press elsewhere is not enough", PROOF, "    proofs: list[ColumnElement[bool]] = [false()]", "    proofs: list[ColumnElement[bool]] = [SignInRequest.id.is_not(None)]", SIGN_IN),
    Defence("code in the asking browser", PROOF, "SignInRequest.session_id == session_id, SignInRequest.purpose.in_(purposes)", "SignInRequest.purpose.in_(purposes)", SIGN_IN),
    Defence("newest only", "portal/signin/tasks.py", "update(SignInRequest).where(*older, SignInRequest.used_at.is_(None))", "update(SignInRequest).where(*older, SignInRequest.used_at.is_not(None))", SIGN_IN),
    Defence("limit per address", PROOF, "        PER_ADDRESS_HOUR: subject,\n", "", SIGN_IN),
    Defence("known devices only", "portal/web/places.py", "if part in BROWSERS | SYSTEMS", "if part", SIGN_IN),
    Defence("limit per network", PROOF, "        PER_NETWORK: throttle.network(address),\n", "", SIGN_IN),
    Defence("unknown addresses look alike", "portal/signin/tasks.py", "        if wish.expires_at is None:", "        if wish.expires_at is None and await _is_known(db, settings, wish.email):", SIGN_IN),
    Defence("secret out of the address", "portal/signin/pages.py", 'return Redirect("/sign-in/confirm", status_code=303', 'return Redirect(f"/sign-in/confirm?{token}", status_code=303', "tests/signin"),
    Defence("mail encrypted on its way", "portal/mail.py", 'elif relay.scheme == "smtp" and host not in LOCAL_HOSTS:', "elif False:", "tests/test_mail.py"),
    # Passkeys
    Defence("passkey challenge once", SESSION, "    if found is not None:\n        await db.execute(update(WebSession).where(mine)", "    if False:\n        await db.execute(update(WebSession).where(mine)", "tests/passkeys"),
    Defence("passkey of this very origin", PASSKEYS, "            expected_origin=origin,\n            credential_public_key", '            expected_origin=__import__("json").loads(webauthn.base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))["origin"],\n            credential_public_key', "tests/passkeys"),
    Defence("passkey owner verified", PASSKEYS, "            credential_current_sign_count=sign_count,\n            require_user_verification=True,", "            credential_current_sign_count=sign_count,\n            require_user_verification=False,", "tests/passkeys"),
    Defence("copied passkey noticed", PASSKEYS, "credential_current_sign_count=sign_count", "credential_current_sign_count=0", "tests/passkeys"),
    Defence("passkey of who is signed in", "portal/passkeys/actions.py", "if visitor.viewing or (visitor.member_id, visitor.staff_id) != (passkey.member_id, passkey.staff_id):", "if False:", "tests/passkeys"),
    Defence("passkey of the closed opens nothing", "portal/passkeys/actions.py", "    if not await queries.may_come_in(db, passkey):", "    if False:", "tests/passkeys"),
    Defence("half in adds no second passkey", "portal/passkeys/pages.py", "if visitor.second_factor_due and await queries.mine(db, visitor):", "if False:", "tests/passkeys"),
    Defence("notice of a passkey", "portal/passkeys/actions.py", '    await _tell(db, visitor, "passkey-added")\n', "", "tests/passkeys"),
    # OpenID Connect
    Defence("state", PROVIDER, 'if not crypto.same(answer.get("state", ""), remembered["state"]):', "if False:", "tests/oidc"),
    Defence("issuer of the answer", PROVIDER, 'if ("iss" in answer or announced) and answer.get("iss") != self.issuer:', "if False:", "tests/oidc"),
    Defence("nonce", PROVIDER, 'self._claims(tokens, remembered["nonce"])', "self._claims(tokens)", "tests/oidc"),
    Defence("audience", PROVIDER, 'expected = {"iss": self.issuer, "aud": self.client_id}', 'expected = {"iss": self.issuer}', "tests/oidc"),
    Defence("signature algorithms", PROVIDER, "[one for one in offered if one in ALGORITHMS]", '[*offered, "none", "HS256"]', "tests/oidc"),
    Defence("userinfo of the same person", PROVIDER, 'if told.get("sub") != subject:', "if False:", "tests/oidc"),
    Defence("discovery names its issuer", PROVIDER, 'if found.get("issuer") != self.issuer:', "if False:", "tests/oidc"),
    Defence("answer counts once", "portal/oidc/pages.py", "remembered = await session.recall(db, request, PENDING)", "remembered = await session.remembered(db, request, PENDING)", "tests/oidc"),
    Defence("group gives the role", "portal/oidc/actions.py", "    if by_group and role is None:\n        if account", "    if False:\n        if account", "tests/oidc"),
    Defence("e-mail is no key", "portal/oidc/actions.py", "if role is None or not email or await queries.staff_of_address(db, email):", "if found := await queries.staff_of_address(db, email):\n        return found\n    if role is None or not email:", "tests/oidc"),
    Defence("unconfirmed groups open nothing", WAYS_IN, "AND (s.staff_id IS NULL OR g.session_id IS NULL OR g.checked_at > now() - recheck)", "", "tests/oidc"),
    Defence("group taken away is noticed", "portal/oidc/tasks.py", "        if by_group and role is None:", "        if False:", "tests/oidc"),
    Defence("second factor of the provider", "portal/oidc/actions.py", "strong = is_second_factor(person.factors, named)", "strong = True", "tests/oidc"),
    Defence("tokens sealed", "portal/crypto.py", "return _fernet(key, purpose).encrypt(content)", "return content", "tests/oidc tests/activation"),
    Defence("logout token signed for us", PROVIDER, '            aud={"essential": True, "value": self.client_id},\n', "", "tests/oidc"),
    Defence("fresh proof at the provider", "portal/oidc/pages.py", '        if remembered["again"] and clock.now() - person.proved_at > STEP_UP:', "        if False:", "tests/oidc"),
    Defence("passkey of the vouched for opens nothing", "portal/passkeys/queries.py", ", StaffAccount.issuer.is_(None)", "", "tests/oidc"),
    # Letters
    Defence("detail of the letter", "portal/activation/actions.py", "if known.is_proved_by(code.detail, typed, month):", "if True:", "tests/activation"),
    Defence("tries of the letter", "portal/activation/queries.py", "        ActivationCode.tries < MOST_TRIES,\n", "", "tests/activation"),
    Defence("letter once", "portal/activation/queries.py", "        ActivationCode.used_at.is_(None),\n", "", "tests/activation"),
    Defence("letter expires", "portal/activation/queries.py", "        ActivationCode.expires_at > func.now(),\n", "", "tests/activation"),
    # Receipts
    Defence("a receipt is final", RECEIPTS, "    IF NEW.state <> 'cancelled' AND NOT OLD.by_portal THEN", "    IF false THEN", "tests/backoffice_sync/test_pull.py"),
    Defence("a cancelled receipt stays cancelled", RECEIPTS, "    IF OLD.by_portal AND OLD.state = 'cancelled' THEN", "    IF false THEN", "tests/backoffice_sync/test_receipts.py"),
    Defence("row-level security of receipts", RECEIPTS, 'op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")', "pass", "tests/test_migrations.py"),
    Defence("verification wants the code", RECEIPTS, " AND r.code = secret;", ";", "tests/receipts"),
    Defence("verification is throttled", "portal/receipts/pages.py", "if not await allow(db, settings, rules.VERIFICATIONS, network(client_address(request))):", "if False:", "tests/receipts"),
    Defence("one issuer at a time", "portal/issuing/actions.py", "held.with_for_update()", "held", "tests/issuing"),
    Defence("no gift on two receipts", "portal/issuing/queries.py", "        .where(Gift.member_id.in_(members), _in_year(year), ~RECEIPTED)", "        .where(Gift.member_id.in_(members), _in_year(year))", "tests/issuing"),
    Defence("nothing missing on a receipt", "portal/receipts/press.py", 'problem = "; ".join(paper.faults(frozen))', 'problem = ""', "tests/receipts"),
    Defence("somebody else's number is left alone", "backoffice_sync/connectors/postgresql/writes.py", "    WHERE (receipt.member_id, receipt.fiscal_year, receipt.issued_on, receipt.amount)\n        = (EXCLUDED.member_id, EXCLUDED.fiscal_year, EXCLUDED.issued_on, EXCLUDED.amount)\n", "", "tests/backoffice_sync/test_receipts.py"),
    Defence("figures are those that were seen", "portal/figures/actions.py", "        .having(counted == year.euros.count, counted_total == year.euros.total)\n", "", "tests/figures"),
    Defence("who may declare", "portal/figures/pages.py", 'DECLARE = STAFF | {"roles": DECLARERS}', "DECLARE = STAFF", "tests/figures tests/test_routes.py"),
    Defence("lock against silent overwriting of a wish", "portal/preferences/actions.py", "    if fingerprint(old) != seen:", "    if False:", "tests/preferences"),
    Defence("renderer fetches nothing", "portal/pdf.py", 'URLFetcher(allowed_protocols=("data",), allow_redirects=False)', "URLFetcher()", "tests/receipts"),
    Defence("no formulas in files", "portal/spreadsheet.py", 'FORMULA_STARTS = ("=", "+", "-", "@", "\\t", "\\r")', 'FORMULA_STARTS = ("\\0",)', "tests/gifts"),
    # The desks
    Defence("texts of staff cleaned", "portal/markup.py", '    safe = nh3.clean(written, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")\n', "    safe = written\n", "tests/memos/test_markup.py"),
    Defence("values of a text escaped", "portal/markup.py", "escape(values.get(found[1], found[0]))", "values.get(found[1], found[0])", "tests/memos"),
    Defence("four eyes of a message", "portal/messages/actions.py", "    if four_eyes and found.author_id == _id(actor):", "    if False:", "tests/memos"),
    Defence("four eyes of a memo", "portal/memos/actions.py", '    if actor == f"staff:{waiting.author_id}":', "    if False:", "tests/memos"),
    Defence("names that resemble are for staff alone", "portal/migrations/versions/0008_search.py", "WHERE portal_staff() AND similarity(name, typed) >= 0.3", "WHERE similarity(name, typed) >= 0.3", "tests/search"),
    Defence("search answers staff alone", "portal/migrations/versions/0008_search.py", "WHERE portal_staff() AND words @@ wanted", "WHERE words @@ wanted", "tests/search"),
    Defence("documents that are not for the donor", "portal/migrations/versions/0009_records.py", "(member_id = portal_member() AND for_member)", "(member_id = portal_member())", "tests/documents"),
    Defence("a merge is hidden from the donor", "portal/migrations/versions/0010_reviews.py", "((member_id = portal_member() AND kind <> 'merge') OR portal_staff())", "((member_id = portal_member()) OR portal_staff())", "tests/duplicates"),
    Defence("data of others wants two people", "portal/migrations/versions/0011_data_requests.py", " AND countersigned_by <> signed_by", "", "tests/privacy"),
    Defence("nothing without a proof of who asks", "portal/migrations/versions/0011_data_requests.py", "\"identity IN ('signed_in', 'proved') OR (ordered_on", "\"true OR identity IN ('signed_in', 'proved') OR (ordered_on", "tests/privacy"),
    Defence("parts of answers sealed in their place", "portal/exports/rules.py", '    return f"export/{export_id}/{file}/{number}"', '    return ""', "tests/exports"),
    Defence("nothing is released that holds too much", "portal/exports/store.py", 'BUILT = DataExport.state == "ready", DataExport.ready_at.is_not(None)', 'BUILT = (DataExport.state == "ready",)', "tests/exports"),
    Defence("a signature is of one answer", "portal/migrations/versions/0012_exports.py", "signed_by = '', third_parties = nullif(third_parties, false)", "signed_by = signed_by", "tests/exports"),
    Defence("a cut that is not found", "portal/exports/tasks/records.py", "raise CutNotFound", "pass", "tests/exports"),
    Defence("an erasure is granted once done", "portal/privacy/actions/answering.py", "raise NotYet(answers.NOT_ERASED)", "pass", "tests/privacy"),
    Defence("data set apart stays apart", "portal/retention/queries.py", "~sets_apart, ", "", "tests/retention"),
    Defence("five downloads", "portal/exports/queries.py", "    DataExport.downloads < rules.MOST_DOWNLOADS,\n", "", "tests/exports"),
    Defence("seven days of an answer", "portal/exports/queries.py", "    DataExport.released_at > func.now() - rules.OPEN_FOR,\n", "", "tests/exports"),
    Defence("proof before a download", "portal/exports/pages/mine.py", 'opt={"step_up": "/rights/answers/{export_id}"}, ', "", "tests/exports tests/test_routes.py"),
    Defence("the erased stay erased", "backoffice_sync/inward/intake.py", "    rows = await without_erased(db, entity, rows)\n", "", "tests/erasure"),
    Defence("donor number of an attached address", "portal/signin_help/actions.py", "if member is None or member.number.casefold() != number.casefold():", "if member is None:", "tests/signin_help"),
    Defence("tries of an attached address", "portal/signin_help/actions.py", "row is None or row.tries >= MOST_TRIES or", "row is None or", "tests/signin_help"),
    Defence("ways in are told to staff alone", "portal/migrations/versions/0014_help_desk.py", "FROM passkey WHERE member_id IS NOT NULL AND portal_staff()", "FROM passkey WHERE member_id IS NOT NULL", "tests/signin_help"),
    Defence("discreet logs", "portal/logs.py", "            causes.append(type(error).__name__)", "            causes.append(repr(error))", "tests/web/test_errors.py"),
    Defence("default secret refused", "portal/settings.py", "elif settings.secret_key == EXAMPLE_SECRET and not local:", "elif False:", "tests/web/test_refusals.py tests/test_settings.py"),
    Defence("mail sign-in of staff refused in public", "portal/settings.py", "if (settings.demo or settings.staff_email_sign_in) and not local:", "if False:", "tests/web/test_refusals.py tests/test_settings.py"),
]  # fmt: skip
