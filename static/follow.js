// Follows a change until the association has it; without this script one reloads the page.
async function look() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("followed");
  document.getElementById("followed").replaceWith(fresh);
  if (fresh.dataset.open) setTimeout(look, 2000);
}

if (document.getElementById("followed").dataset.open) setTimeout(look, 2000);
