'use strict';
// The page is whole without this: it adds searching, copying, and unfolding what an address or the printer asks for.
const rows = [...document.querySelectorAll('[data-needle]')];
const search = document.querySelector('#search');
const found = document.querySelector('#found');
const shows = [...document.querySelectorAll('.show')];
const filter = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let n = 0;
  for (const row of rows) {
    row.hidden = !words.every((word) => row.dataset.needle.includes(word));
    if (!row.hidden && row.offsetParent !== null) n++;
  }
  found.textContent = `${n} of ${rows.length} shown`;
};
const keep = () => {
  const off = shows.filter((box) => !box.checked).map((box) => box.value);
  const state = new URLSearchParams();
  if (search.value) state.set('q', search.value);
  if (off.length) state.set('hide', off.join(','));
  const hash = state.toString();
  if (hash || location.hash.includes('=')) {
    try { history.replaceState(null, '', '#' + hash); } catch { /* a page of a file may not */ }
  }
};
const recall = () => {
  if (!location.hash.includes('=')) {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    if (target) target.scrollIntoView();
    return;
  }
  const state = new URLSearchParams(location.hash.slice(1));
  search.value = state.get('q') ?? '';
  const off = (state.get('hide') ?? '').split(',');
  for (const box of shows) box.checked = !off.includes(box.value);
  filter();
};
if (search) {
  for (const hidden of document.querySelectorAll('.needs-script')) hidden.hidden = false;
  search.addEventListener('input', () => { filter(); keep(); });
  for (const box of shows) box.addEventListener('change', () => { filter(); keep(); });
  addEventListener('hashchange', recall);
  filter();
  recall();
}
for (const button of document.querySelectorAll('button.copy')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const text = button.parentElement.querySelector('pre').textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
}
const all = document.querySelector('#unfold');
if (all) {
  all.hidden = false;
  all.addEventListener('click', () => {
    const open = all.dataset.open !== 'yes';
    for (const one of document.querySelectorAll('details.cause')) one.open = open;
    all.dataset.open = open ? 'yes' : '';
    all.textContent = open ? 'Fold all' : 'Unfold all';
  });
}
