/* The help centre, for browsers that run scripts; every page works without. It stands alone, since readers' pages load
   no other module: a page tells once that it was read, and "write to us" offers answers while somebody types. */

const READ_AFTER = 5000;
const PAUSE = 350;
const SHORTEST = 8;

function tellRead(article) {
  const key = `read:${location.pathname}`;
  const told = () => { try { return sessionStorage.getItem(key); } catch { return '1'; } };
  if (told()) return;
  let seen = 0;
  let since = document.visibilityState === 'visible' ? performance.now() : 0;
  let timer = 0;
  const wait = () => { timer = setTimeout(tell, READ_AFTER - seen); };
  const tell = () => {
    if (told()) return;
    try { sessionStorage.setItem(key, '1'); } catch { return; }
    fetch(article.dataset.read, { method: 'POST', credentials: 'omit' }).catch(() => {});
  };
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible') {
      since = performance.now();
      wait();
    } else if (since) {
      seen += performance.now() - since;
      since = 0;
    }
  });
  if (since) wait();
}

function offerAnswers(form) {
  const place = form.querySelector('[data-offered]');
  const fields = [...form.querySelectorAll('[data-asks]')];
  let asked = '';
  let timer = 0;
  let running = null;
  const ask = async () => {
    const typed = fields.map((field) => field.value.trim()).filter(Boolean).join(' ').slice(0, 1000);
    if (typed === asked) return;
    asked = typed;
    running?.abort();
    if (typed.length < SHORTEST) { place.replaceChildren(); return; }
    running = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(typed)}`, { signal: running.signal, credentials: 'omit' });
      if (!answer.ok) return;
      const shown = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (typed === asked) place.replaceChildren(...shown.body.childNodes);
    } catch { /* Answers are an offer: without them the letter is sent all the same. */ }
  };
  for (const field of fields) {
    field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  }
}

function watchFiles(form) {
  const field = form.querySelector('input[type="file"]');
  field?.addEventListener('change', () => {
    const size = [...field.files].reduce((sum, file) => sum + file.size, 0);
    field.setCustomValidity(size > Number(form.dataset.largest) ? form.dataset.tooLarge : '');
    field.reportValidity();
  });
}

for (const article of document.querySelectorAll('article[data-read]')) tellRead(article);
for (const form of document.querySelectorAll('form[data-suggest]')) {
  offerAnswers(form);
  watchFiles(form);
}
