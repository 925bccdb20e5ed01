// What the store does in the browser. Every page works without it.

const language = document.documentElement.lang;

// Times: from UTC to where the reader is.
export function localTimes(root) {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  for (const time of root.querySelectorAll('time[datetime]')) {
    time.textContent = format.format(new Date(time.dateTime));
  }
}
localTimes(document);

// A form is sent once, however often its button is pressed. The server has its own guard: this one spares the second request.
addEventListener('submit', event => {
  const form = event.target;
  if (form.method !== 'post') return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
  event.submitter?.setAttribute('aria-busy', 'true');
});
// Back brings the page as it was left.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    form.querySelector('[aria-busy]')?.removeAttribute('aria-busy');
  }
});

// Quantities: a button on either side of the number.
for (const stepper of document.querySelectorAll('[data-stepper]')) {
  const input = stepper.querySelector('input');
  for (const button of stepper.querySelectorAll('button[data-step]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      button.dataset.step > 0 ? input.stepUp() : input.stepDown();
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
  }
}

// Lists that are sent when something else is chosen; their button is for those without this script.
for (const form of document.querySelectorAll('form[data-autosubmit]')) {
  for (const button of form.querySelectorAll('[data-noscript]')) button.hidden = true;
  let timer;
  form.addEventListener('change', () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.reportValidity() && form.requestSubmit(), 400);
  });
}

addEventListener('click', event => event.target.closest('[data-print]') && print());

// Suggestions under the search field, as the ARIA pattern of a combobox has them.
for (const input of document.querySelectorAll('input[data-suggest]')) suggest(input);

function suggest(input) {
  const list = document.createElement('ul');
  list.id = input.id + '-suggestions';
  list.className = 'suggestions';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', input.dataset.label);
  list.hidden = true;
  input.parentElement.append(list);
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id })) {
    input.setAttribute(name, value);
  }
  let at = -1, asked, timer;

  const close = () => show([]);
  const show = found => {
    at = -1;
    input.removeAttribute('aria-activedescendant');
    list.replaceChildren(...found.map((one, i) => {
      const item = document.createElement('li');
      item.id = `${list.id}-${i}`;
      item.setAttribute('role', 'option');
      item.textContent = one.name;
      item.dataset.url = one.url;
      if (one.kind === 'category') item.className = 'category';
      return item;
    }));
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
  };
  const choose = next => {
    const items = list.children;
    items[at]?.removeAttribute('aria-selected');
    at = (next + items.length) % items.length;
    items[at].setAttribute('aria-selected', 'true');
    input.setAttribute('aria-activedescendant', items[at].id);
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const text = input.value.trim();
    if (text.length < 2) return close();
    try {
      const answer = await fetch(input.dataset.suggest + '?q=' + encodeURIComponent(text), { signal: asked.signal });
      if (answer.ok) show(await answer.json());
    } catch {
      close(); // Overtaken by the next letter, or offline: searching works without.
    }
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  input.addEventListener('keydown', event => {
    if (list.hidden) return;
    if (event.key === 'ArrowDown') choose(at + 1);
    else if (event.key === 'ArrowUp') choose(at < 0 ? -1 : at - 1);
    else if (event.key === 'Enter' && at >= 0) location.assign(list.children[at].dataset.url);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  });
  // Before the field loses the focus, which closes the list.
  list.addEventListener('pointerdown', event => {
    event.preventDefault();
    const url = event.target.closest('[data-url]')?.dataset.url;
    if (url) location.assign(url);
  });
  input.addEventListener('blur', close);
}

// A part of a page that follows what happens: on each event the server's own page is asked for again, so that there is one way to draw it.
for (const live of document.querySelectorAll('[data-live]')) {
  const events = new EventSource(live.dataset.live);
  const refresh = async () => {
    const answer = await fetch(location.href).catch(() => null); // Offline, or at the sign-in.
    if (!answer?.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(live.id);
    if (!fresh) return;
    localTimes(fresh);
    // Somebody who types there is not interrupted.
    if (fresh.innerHTML !== live.innerHTML && !live.querySelector('input:focus, textarea:focus')) {
      live.innerHTML = fresh.innerHTML;
      document.getElementById(live.id + '-said').textContent = live.querySelector('.badge').textContent;
    }
    if (!fresh.dataset.live) events.close();
  };
  events.addEventListener('message', refresh);
  events.addEventListener('error', () => { if (events.readyState === EventSource.CLOSED) refresh(); });
}
