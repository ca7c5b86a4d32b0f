// What pages do beyond showing: send changes to the control API, follow the journal, copy, and take keys. Nothing here is kept by pages alone:
// after a change the page is shown anew.
'use strict';

const api = '/__admin';
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Texts that must outlive the page that is shown anew.
const later = 'oauthmock-told';

function tell(text, bad = false) {
  const line = document.createElement('p');
  line.textContent = text;
  line.classList.toggle('bad', bad);
  find('#told').replaceChildren(line);
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => find('#told').replaceChildren(), bad ? 15000 : 5000);
}

function reload(text) {
  if (text) sessionStorage.setItem(later, text);
  location.reload();
}

/** Sends a request to the mock, and returns its answer; a refusal is an error with the reason. */
async function send(method, url, body, headers = {}) {
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch(url, { method, body: body || undefined, headers, credentials: 'same-origin' });
  const text = await response.text();
  if (!response.ok) {
    let reason = text;
    try {
      const problem = JSON.parse(text);
      reason = problem.detail || problem.message || text;
    } catch { /* the text tells it */ }
    throw new Error(`${response.status}: ${reason}`);
  }
  return text;
}

/** The value of a field, as JSON has it. */
function valueOf(field) {
  if ('number' in field.dataset) return Number(field.value);
  if ('list' in field.dataset) return field.value.split(',').map((s) => s.trim()).filter(Boolean);
  return field.value;
}

/** What a form says, as an object: a field named limits.ip is a member of a member, empty fields are left out. */
function objectOf(form) {
  const out = {};
  for (const field of form.elements) {
    if (!field.name || field.closest('[hidden]')) continue;
    if (field.type === 'checkbox' ? !field.checked : field.value === '') continue;
    const names = field.name.split('.');
    const last = names.pop();
    const place = names.reduce((o, name) => (o[name] ??= {}), out);
    if (field.type === 'checkbox') (place[last] ??= []).push(field.value);
    else place[last] = valueOf(field);
  }
  return out;
}

const basic = (email, key) => 'Basic ' + btoa(String.fromCharCode(...new TextEncoder().encode(`${email}:${key}`)));

/** The base URL of version 2. */
async function ownAPI() {
  return JSON.parse(await send('GET', `${api}/endpoints`)).surfaces.v2;
}

async function act(form) {
  const { method, path, done, remove, own, email, key } = form.dataset;
  if (form.dataset.try !== undefined) return attempt(form);
  if (remove !== undefined) {
    for (const name of remove.split(' ')) await send('DELETE', `${api}/faults/${encodeURIComponent(name)}`);
  } else if (own) { // as a client of the API
    const given = objectOf(form);
    await send(own, await ownAPI() + path, own === 'POST' ? JSON.stringify(given) : '', { Authorization: basic(email, key) });
  } else {
    const given = form.dataset.body || (form.elements.length > 1 ? JSON.stringify(objectOf(form)) : '');
    const answer = await send(method, api + path, given);
    if (path === '/verify') return tell(done);
    if (path.startsWith('/clock')) return reload(fired(answer));
  }
  reload(done);
}

/** What fell due, in words. */
function fired(answer) {
  const { fired = [], now } = JSON.parse(answer);
  const events = fired.slice(0, 5).map((e) => `${e.what} ${e.id}`).join(', ');
  return `It is ${now}. ` + (fired.length ? `${fired.length} fell due: ${events}${fired.length > 5 ? ' …' : ''}` : 'Nothing fell due.');
}

/** Sends a call of the API from its page, and shows what came. */
async function attempt(form) {
  const out = find('.answer', form);
  let path = form.dataset.template;
  const query = new URLSearchParams();
  let body = '';
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.dataset.in === 'path') path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    if (field.dataset.in === 'query' && field.value !== '') query.set(field.name, field.value);
    if (field.dataset.in === 'body') body = field.value;
  }
  const [email, ...key] = find('#caller').value.split(':');
  const bearer = find('#bearer').value;
  const headers = {};
  if (bearer && form.dataset.credential !== 'basic') headers.Authorization = `Bearer ${bearer}`;
  else if (form.dataset.credential) headers.Authorization = basic(email, key.join(':'));
  if (body) headers['Content-Type'] = body.trimStart().startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded';
  const began = performance.now();
  const response = await fetch(find('#base').textContent + path + (query.size ? `?${query}` : ''), { method: form.dataset.try, headers, body: body || undefined, redirect: 'manual' });
  const text = await response.text();
  const first = document.createElement('p');
  first.textContent = `${response.status || 'redirected'} in ${(performance.now() - began).toFixed(0)} ms`;
  const id = response.headers.get('X-Mock-Request-Id');
  if (id) {
    const link = document.createElement('a');
    link.href = `${api}/ui/requests/${encodeURIComponent(id)}`;
    link.textContent = 'why';
    first.append(' · ', link);
  }
  const pre = document.createElement('pre');
  pre.tabIndex = 0;
  try {
    pre.textContent = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    pre.textContent = text;
  }
  out.replaceChildren(first, pre);
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!('method' in form.dataset || 'remove' in form.dataset || 'own' in form.dataset || 'try' in form.dataset)) return;
  event.preventDefault();
  act(form).catch((error) => tell(error.message, true));
});

document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if ('copy' in button.dataset) {
    const text = button.dataset.copy || find('code', button.closest('figure')).textContent;
    copy(text).then(() => tell('Copied.'), () => tell('The browser does not let pages copy here: select the text instead.', true));
  }
  if ('help' in button.dataset) find('#help').showModal();
});

/** Copies a text, also where the page is not of a secure origin. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (!copied) throw new Error('not copied');
}

// Live: the stream tells that something came, and the rows are asked for as the page itself would show them.
const most = 10000; // rows that a page keeps

function follow(table) {
  const list = find('#rows');
  const live = find('#live');
  let asked = false;
  let again = false;
  async function fetchNew() {
    if (asked) { again = true; return; }
    asked = true;
    const newest = find('.entry', list)?.dataset.id;
    const url = new URL(table.dataset.page, location.href);
    url.searchParams.set('rows', '1');
    if (newest) url.searchParams.set('after', newest);
    const response = await fetch(url, { credentials: 'same-origin' }).catch(() => null);
    if (response?.ok) {
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const fresh = all('.entry', page);
      fresh.forEach((row) => row.classList.add('new'));
      if (fresh.length) find('.empty')?.remove();
      const kept = document.scrollingElement.scrollTop;
      // Where more came than a page holds, the rest is behind "Older requests".
      if (find('[data-older]', page)) list.replaceChildren(...page.body.children);
      else list.prepend(...fresh);
      if (kept > 200) document.scrollingElement.scrollTop = kept + fresh.length * (fresh[0]?.offsetHeight ?? 0);
      for (const row of all('.entry', list).slice(most)) row.remove();
    }
    setTimeout(() => {
      asked = false;
      if (again) { again = false; fetchNew(); }
    }, 250);
  }
  let stream;
  function open() {
    stream = new EventSource(table.dataset.stream);
    stream.addEventListener('open', () => fetchNew()); // what came while it was opened, also again
    stream.addEventListener('request', () => fetchNew());
    stream.addEventListener('callback', () => fetchNew());
  }
  live.addEventListener('change', () => {
    if (live.checked) { open(); fetchNew(); } else stream.close();
  });
  open();
}

document.addEventListener('click', async (event) => {
  const link = event.target.closest('[data-older]');
  if (!link) return;
  event.preventDefault();
  const url = new URL(link.href);
  url.searchParams.set('rows', '1');
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) return location.assign(link.href);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const first = find('.entry', page);
  link.closest('.older').replaceWith(...page.body.children);
  first?.focus();
});

// Keys.
function move(by) {
  const rows = all('.entry');
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by))].focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea, dialog')) return;
  const links = all('.bar nav a');
  if (event.key === '/' && find('#filter')) find('#filter').focus();
  else if (event.key === '/') location.assign(links[0].href);
  else if (event.key === 'j') move(1);
  else if (event.key === 'k') move(-1);
  else if (event.key === '?') find('#help').showModal();
  else if (links[Number(event.key) - 1]) location.assign(links[Number(event.key) - 1].href);
  else return;
  event.preventDefault();
});

// Times that run: the account's time, and what is left of a token.
function tick() {
  const loaded = tick.loaded ??= Date.now();
  const passed = Date.now() - loaded;
  let now;
  for (const face of all('[data-now]')) {
    const base = Date.parse(face.dateTime);
    const moment = 'frozen' in face.dataset ? base : base + passed;
    now ??= moment;
    face.textContent = new Date(moment).toISOString().slice(0, 19).replace('T', ' ');
  }
  for (const end of all('[data-until]')) {
    const left = Math.max(0, Math.floor((Date.parse(end.dateTime) - now) / 1000));
    const parts = [[86400, 'd'], [3600, 'h'], [60, 'm'], [1, 's']];
    let rest = left;
    const words = [];
    for (const [size, unit] of parts) {
      if (words.length < 2 && (rest >= size || words.length)) words.push(Math.floor(rest / size) + unit);
      rest %= size;
    }
    end.textContent = words.join(' ') || '0s';
  }
}

// The rule that a form writes, as YAML.
function yaml(value, indent = '') {
  return Object.entries(value).map(([key, v]) => (v && typeof v === 'object' && !Array.isArray(v)
    ? `${indent}${key}:\n${yaml(v, indent + '  ')}`
    : `${indent}${key}: ${JSON.stringify(v)}\n`)).join('');
}

function writeRule(form) {
  const kind = form.elements['effect.kind'].value;
  for (const label of all('[data-for]', form)) label.hidden = label.dataset.for !== kind;
  const text = yaml(objectOf(form), '    ').replace(/^ {4}/, '  - ');
  find('#yaml').textContent = `version: "1.0"\nfaults:\n${text}`;
}

addEventListener('DOMContentLoaded', () => {
  for (const control of all('[data-live]')) control.disabled = false;
  const told = sessionStorage.getItem(later);
  if (told) {
    sessionStorage.removeItem(later);
    tell(told);
  }
  const table = find('[data-stream]');
  if (table) follow(table);
  if (find('[data-now]')) {
    tick();
    setInterval(tick, 1000);
  }
  const rule = find('#rule');
  if (rule) {
    writeRule(rule);
    rule.addEventListener('input', () => writeRule(rule));
  }
});
