// Warns before a visit ends, and prolongs it by one press. If it ends all the same, what is sent then is kept.
const WARNING = 120;
const dialog = document.getElementById("visit");
const idle = Number(dialog.dataset.idle) * 60;
const end = Date.now() + Number(dialog.dataset.left) * 1000;
let seen = Date.now();

function look() {
  const quiet = (Date.now() - seen) / 1000;
  const ending = (end - Date.now()) / 1000 < WARNING;
  if (!dialog.open && (ending || idle - quiet < WARNING)) {
    dialog.querySelectorAll("[data-for]").forEach((part) => (part.hidden = (part.dataset.for === "end") !== ending));
    dialog.showModal();
    clearInterval(watch);
  }
}

dialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  dialog.close();
  if ((end - Date.now()) / 1000 < WARNING) return;
  const body = new URLSearchParams(new FormData(event.target));
  await fetch(event.target.action, { method: "POST", body }).catch(() => null);
  seen = Date.now();
  watch = setInterval(look, 1000);
});

let watch = setInterval(look, 1000);
