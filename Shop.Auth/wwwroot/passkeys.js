// A form with data-passkey has the browser make a passkey, or sign with one, and is sent with what came of it.
const known = 'parseRequestOptionsFromJSON' in (window.PublicKeyCredential ?? {});

for (const form of known ? document.querySelectorAll('form[data-passkey]') : []) {
  const error = form.querySelector('.error');
  const button = form.querySelector('button');
  error.textContent = '';
  form.hidden = button.disabled = false;
  form.addEventListener('submit', async event => {
    event.preventDefault();
    button.disabled = true;
    try {
      const answer = await (form.dataset.passkey === 'make' ? make(form) : sign(form));
      form.elements.answer.value = JSON.stringify(answer);
      form.submit();
    } catch (reason) {
      error.textContent = reason.name === 'InvalidStateError' ? form.dataset.known : form.dataset.failed;
      button.disabled = false;
    }
  });
}

const make = form => navigator.credentials.create({
  publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(form.dataset.options)),
});

async function sign(form) {
  const asked = await fetch('/sign-in/passkey');
  if (!asked.ok) throw new Error(asked.statusText);
  const { options, ticket } = await asked.json();
  form.elements.ticket.value = ticket;
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}
