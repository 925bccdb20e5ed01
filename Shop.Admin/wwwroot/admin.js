// What the back office does in the browser. Every page works without it.

// Ctrl K: find something, from anywhere.
addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    const field = document.querySelector('[data-find]');
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  }
});

// Tables by keyboard: j and k, or the arrows, go from row to row; Enter opens.
const links = [...document.querySelectorAll('.table tbody tr')].map(row => row.querySelector('a')).filter(Boolean);
addEventListener('keydown', event => {
  if (event.target.matches('input, textarea, select, summary') || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = links.indexOf(document.activeElement);
  if (!step || links.length === 0 || (event.key.startsWith('Arrow') && at < 0)) return;
  event.preventDefault();
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
});

for (const all of document.querySelectorAll('[data-all]')) {
  all.addEventListener('change', () => {
    for (const box of all.form.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
  });
}

// A picture before it is uploaded.
for (const canvas of document.querySelectorAll('canvas[data-preview]')) {
  canvas.closest('form').querySelector('input[type=file]').addEventListener('change', async event => {
    const picture = await createImageBitmap(event.target.files[0]).catch(() => null); // An SVG is shown when it is there.
    canvas.hidden = !picture;
    if (!picture) return;
    const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  });
}

// An import: the file is sent as it is, and Product is asked meanwhile how far it has come. Sent again with its key it goes on, and nothing is there twice.
for (const form of document.querySelectorAll('form[data-import]')) {
  const [bar, stored, result, button] = ['progress', '[data-stored]', '.result', 'button'].map(part => form.querySelector(part));
  form.addEventListener('submit', event => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const file = form.elements.file.files[0];
    const dryRun = form.elements.dryRun.checked;
    const key = form.elements.key.value;
    const request = new XMLHttpRequest();
    // Up to which line it is stored; null while Product cannot say.
    const ask = async () => {
      const answer = await fetch(`/products/import/${key}`).catch(() => null);
      return answer?.ok ? (await answer.json()).line : answer?.status === 404 ? 0 : null;
    };
    const asking = dryRun ? null : setInterval(async () => {
      const line = await ask();
      if (line) stored.textContent = `Stored up to line ${line}.`;
    }, 1000);
    request.upload.addEventListener('progress', progress => bar.value = 100 * progress.loaded / progress.total);
    request.addEventListener('loadend', async () => {
      clearInterval(asking);
      const answer = request.status === 200 ? JSON.parse(request.responseText) : null;
      bar.hidden = stored.hidden = true;
      if (!answer) {
        const broken = `Broken off${request.status ? ` (${request.status})` : ''}`;
        let line = dryRun ? 0 : await ask();
        for (let tries = 0; line === null && tries < 60; tries++) {
          say(`${broken}. Asking Product how far it came…`);
          await new Promise(done => setTimeout(done, 1000));
          line = await ask();
        }
        button.disabled = false;
        say(`${broken}: ${line === null ? 'how far it came is not known yet' : line ? `stored up to line ${line}` : 'nothing is stored'}. Import the file again to go on: nothing will be there twice.`);
        return;
      }
      button.disabled = false;
      say(`${answer.imported} products ${dryRun ? 'would be ' : ''}imported, ${answer.failed.length} lines not.`);
      if (answer.failed.length > 0) {
        const list = document.createElement('ul');
        list.className = 'wishes';
        list.append(...answer.failed.slice(0, 100).map(failure => Object.assign(document.createElement('li'), { textContent: `Line ${failure.line}: ${failure.error}` })));
        const text = 'line,error\r\n' + answer.failed.map(failure => `${failure.line},"${failure.error.replaceAll('"', '""')}"`).join('\r\n');
        const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([text], { type: 'text/csv' })), download: 'not-imported.csv', textContent: 'Download the list' });
        result.append(list, link);
      }
      // What comes next is another import; a dry run is followed by the real one.
      form.elements.key.value = crypto.randomUUID();
    });
    button.disabled = true;
    bar.hidden = stored.hidden = false;
    bar.value = 0;
    stored.textContent = '';
    result.replaceChildren();
    request.open('POST', `/products/import/file?key=${key}&dryRun=${dryRun}`);
    request.setRequestHeader('Content-Type', /\.(ndjson|jsonl)$/i.test(file.name) ? 'application/x-ndjson' : 'text/csv');
    request.send(file);
  }, true);
  const say = text => {
    const line = document.createElement('p');
    line.textContent = text;
    result.replaceChildren(line);
  };
}
