def test_scratch(live, signed_in):
    for lang in ("fr-FR", "en-GB"):
        page = signed_in("marie.dupont@example.org", lang)
        for path in ("/", "/gifts", "/mandates", "/receipts", "/profile", "/profile/address", "/profile/changes"):
            page.goto(path)
            for w in (390, 1280):
                page.set_viewport_size({"width": w, "height": 844})
                page.screenshot(
                    path=f"/tmp/shots/browser/{lang[:2]}-{w}-{path.strip('/').replace('/', '-') or 'home'}.png",
                    full_page=True,
                )
