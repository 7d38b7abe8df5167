// A second press while the first is on its way does nothing; a file that comes leaves the page as it is.
const A_WHILE = 4000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, A_WHILE);
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
