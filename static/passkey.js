// Lets the device make or use a passkey, and puts its answer into the form.
const form = document.querySelector("form[data-passkey]");
const making = form.dataset.passkey === "create";

async function answer() {
  const options = JSON.parse(form.dataset.options);
  const made = making
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(made.toJSON());
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = form.querySelector("[data-problem]");
  problem.hidden = true;
  try {
    form.elements.answer.value = await answer();
    form.submit();
  } catch {
    problem.hidden = false;
  }
});
