// Warns before a visit ends, and prolongs it by one press. If it ends all the same, what is sent then is kept.
const WARNING = 120;
const dialog = document.getElementById("visit");
const idle = Number(dialog.dataset.idle) * 60;
const end = Date.now() + Number(dialog.dataset.left) * 1000;
let seen = Date.now();
let watch = setInterval(look, 1000);

function look() {
  if ((end - Date.now()) / 1000 < WARNING) warn("end");
  else if (idle - (Date.now() - seen) / 1000 < WARNING) warn("idle");
}

function warn(why) {
  clearInterval(watch);
  dialog.querySelectorAll("[data-for]").forEach((part) => (part.hidden = !part.dataset.for.split(" ").includes(why)));
  if (!dialog.open) dialog.showModal();
  dialog.dataset.why = why;
}

async function stay() {
  const body = new URLSearchParams(new FormData(dialog.querySelector("form")));
  const answer = await fetch("/visit/extension", { method: "POST", body }).catch(() => null);
  if (!answer?.ok) return warn("gone");
  seen = Date.now();
  watch = setInterval(look, 1000);
}

dialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close();
});
dialog.addEventListener("close", () => {
  if (dialog.dataset.why === "idle") stay();
});
