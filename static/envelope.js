// Redraws the envelope while one types; without this script the check page shows it.
const form = document.querySelector("form[data-preview]");
let waiting;

async function redraw() {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.dataset.preview, { method: "POST", body });
  if (!answer.ok || answer.redirected) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("envelope").replaceWith(drawn.getElementById("envelope"));
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(redraw, 250);
});
