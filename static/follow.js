// Follows a change until the association has it; without this script one looks again by the link.
const MOST_LOOKS = 60;
let looks = 0;

async function look() {
  looks += 1;
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.redirected) return;
  const shown = document.getElementById("followed");
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : document;
  const fresh = page.getElementById("followed");
  if (fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
  if (fresh.dataset.open && looks < MOST_LOOKS) setTimeout(look, 2000);
}

if (document.getElementById("followed").dataset.open) setTimeout(look, 2000);
