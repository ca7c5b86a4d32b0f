// The pages in a browser: with and without JavaScript, by keyboard alone, before an accessibility checker, and as pictures.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { authorizeURL, client, startBrowser, startClient, startMock } from './mock.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const pictures = new URL('screenshots/', import.meta.url).pathname;
mkdirSync(pictures, { recursive: true });

const devices = {
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 860 } },
};

/** Each page, and how a person comes to it. */
const pages = {
  login: async (page, url) => { await page.goto(url); },
  'wrong-password': async (page, url) => {
    await page.goto(url);
    await signIn(page, 'johndoe', 'wrong');
  },
  consent: async (page, url) => {
    await page.goto(url);
    await signIn(page, 'johndoe', 'password');
  },
  deny: async (page, url) => {
    await pages.consent(page, url);
    await page.getByRole('button', { name: 'Deny' }).focus();
  },
  error: async (page, url) => { await page.goto(url.replace(/redirect_uri=[^&]*/, 'redirect_uri=https%3A%2F%2Fevil.example%2Fcb')); },
  forged: async (page, url) => {
    await page.goto(url);
    await page.context().clearCookies();
    await signIn(page, 'johndoe', 'password');
  },
};

async function signIn(page, username, password) {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

for (const [device, settings] of Object.entries(devices)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`every page is accessible and fits, on a ${device}, ${colorScheme}`, async (t) => {
      const base = await startMock(t);
      const { redirect } = await startClient(t);
      const browser = await startBrowser(t);
      for (const [name, come] of Object.entries(pages)) {
        const context = await browser.newContext({ ...settings, colorScheme });
        const page = await context.newPage();
        const complaints = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(String(error)));
        await come(page, authorizeURL(base, redirect));
        await page.screenshot({ path: `${pictures}${name}-${device}-${colorScheme}.png`, fullPage: true });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
        assert.deepEqual(violations.map((v) => `${name}: ${v.id}: ${v.help} ${v.nodes.map((n) => n.html)}`), []);
        const [needed, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(needed <= width, `${name}: ${needed} pixels of content in ${width}`);
        const unstyled = await page.evaluate(() => getComputedStyle(document.querySelector('main')).borderRadius === '0px');
        assert.ok(!unstyled, `${name}: the policy lets the style through`);
        const failed = ['error', 'forged'].includes(name) ? /status of 40[03]/ : /^$/;
        assert.deepEqual(complaints.filter((text) => !failed.test(text)), [], `${name}: the console`);
        await context.close();
      }
    });
  }
}

test('long names fit on the smallest screen', async (t) => {
  const base = await startMock(t);
  const { redirect } = await startClient(t);
  const browser = await startBrowser(t);
  const page = await (await browser.newContext({ viewport: { width: 320, height: 640 } })).newPage();
  const register = (kind, one) => fetch(`${base}/__admin/accounts/demo/${kind}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(one),
  });
  const id = 'the-client-with-an-id-that-nobody-would-want-to-type-twice';
  await register('clients', { id, secret: 'long', redirectUris: [redirect] });
  await register('users', { username: 'maximilian.mustermann-von-und-zu-beispielhausen', password: 'long', email: 'maximilian.mustermann@department.subsidiary.example.com', fullName: 'Maximilian Mustermann von und zu Beispielhausen' });
  await page.goto(authorizeURL(base, redirect, { client_id: id }));
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  await page.screenshot({ path: `${pictures}login-long.png`, fullPage: true });
  assert.ok(await fits(), 'login');
  await page.getByRole('button', { name: /Maximilian/ }).click();
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  await page.screenshot({ path: `${pictures}consent-long.png`, fullPage: true });
  assert.ok(await fits(), 'consent');
});

for (const javaScriptEnabled of [true, false]) {
  test(`the whole flow, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async (t) => {
    const base = await startMock(t);
    const { redirect, visits } = await startClient(t);
    const browser = await startBrowser(t);
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
    const url = authorizeURL(base, redirect);

    await page.goto(url);
    await signIn(page, 'johndoe', 'wrong');
    assert.match(await page.getByRole('alert').innerText(), /username or the password is wrong/);
    assert.equal(await page.getByLabel('Username').inputValue(), 'johndoe');
    assert.equal(await page.getByLabel('Password').inputValue(), '');
    await signIn(page, 'johndoe', 'password');
    assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /demo-client/);

    await page.getByRole('button', { name: 'Sign in as somebody else' }).click();
    assert.equal(await page.getByRole('alert').count(), 0);
    await page.getByRole('button', { name: /John Doe/ }).click();
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.waitForURL(`${redirect}?*`);
    assert.equal(visits[0].get('error'), 'access_denied');
    assert.equal(visits[0].get('state'), 'a b&c');
    assert.equal(visits[0].get('code'), null);

    await page.goto(url); // and is still signed in
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${redirect}?*`);
    assert.match(visits[1].get('code'), /^[0-9a-f]{32}$/);
    assert.equal(visits[1].get('state'), 'a b&c');
  });
}

test('the whole flow by keyboard alone', async (t) => {
  const base = await startMock(t);
  const { redirect, visits } = await startClient(t);
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const focused = () => page.evaluate(() => document.activeElement.name || document.activeElement.tagName);
  const ringed = () => page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none');

  await page.goto(authorizeURL(base, redirect));
  assert.equal(await focused(), 'username', 'the first thing to type has the focus');
  await page.keyboard.type('johndoe');
  await press('Tab');
  assert.equal(await focused(), 'password');
  await page.keyboard.type('wrong');
  await press('Enter');
  await page.getByRole('alert').waitFor();
  assert.equal(await focused(), 'password', 'what must be typed again has the focus');
  const described = await page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-describedby')).innerText);
  assert.match(described, /wrong/, 'and its description tells what was wrong');
  await page.keyboard.type('password');
  await press('Tab');
  assert.equal(await focused(), 'signin');
  assert.ok(await ringed(), 'a focus that can be seen');
  await press('Enter');
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  await press('Tab');
  assert.equal(await focused(), 'deny');
  await press('Tab');
  assert.equal(await focused(), 'allow');
  assert.ok(await ringed());
  await press('Space');
  await page.waitForURL(`${redirect}?*`);
  assert.ok(visits[0].get('code'));

  await page.goto(authorizeURL(base, redirect));
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  await press('Tab', 'Tab', 'Tab');
  assert.equal(await focused(), 'switch');
  await press('Enter');
  await page.getByLabel('Username').waitFor();
  await press('Tab', 'Tab', 'Tab');
  assert.equal(await focused(), 'user');
  await press('Enter');
  await page.getByRole('button', { name: 'Deny' }).waitFor();
  await press('Tab', 'Enter');
  await page.waitForURL(`${redirect}?*`);
  assert.equal(visits[1].get('error'), 'access_denied');
});

test('a browser follows the form to every place that a client may register', async (t) => {
  const base = await startMock(t);
  const { redirect, visits } = await startClient(t);
  const browser = await startBrowser(t);
  const port = new URL(redirect).port;
  const registered = [redirect, `http://localhost:${port}/cb`, `${redirect}?tenant=a%20b`];
  const answer = await fetch(`${base}/__admin/accounts/demo/clients`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id: 'many', secret: 'many', redirectUris: registered }),
  });
  assert.equal(answer.status, 201);
  for (const uri of registered) {
    const page = await browser.newPage();
    await page.goto(authorizeURL(base, uri, { client_id: 'many' }));
    await page.getByRole('button', { name: /John Doe/ }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'Back at the client' }).waitFor();
    assert.ok(page.url().startsWith(uri), page.url());
    await page.context().close();
  }
  assert.equal(visits.at(-1).get('tenant'), 'a b');
});

test('a browser follows a client that leads on to another port of this machine', async (t) => {
  const base = await startMock(t);
  const { redirect: shown } = await startClient(t);
  const { redirect } = await startClient(t, shown.replace('127.0.0.1', 'localhost'));
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  await page.goto(authorizeURL(base, redirect));
  await page.getByRole('button', { name: /John Doe/ }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Back at the client' }).waitFor();
  assert.match(page.url(), /^http:\/\/localhost:/);
});

test('a page of another site can neither frame the pages nor send their forms', async (t) => {
  const base = await startMock(t);
  const { redirect } = await startClient(t);
  const browser = await startBrowser(t);
  const context = await browser.newContext();
  const page = await context.newPage();
  const url = authorizeURL(base, redirect);
  await page.goto(url);
  await page.getByRole('button', { name: /John Doe/ }).click();
  await page.getByRole('button', { name: 'Allow' }).waitFor();

  const evil = await context.newPage();
  await evil.goto(redirect.replace('127.0.0.1', 'localhost')); // another site
  const escaped = url.replaceAll('&', '&amp;');
  await evil.setContent(`<iframe src="${escaped}"></iframe>`);
  await evil.waitForTimeout(300);
  const framed = await Promise.all(evil.frames().slice(1).map((frame) => frame.locator('form').count()));
  assert.deepEqual(framed, [0]);
  await evil.setContent(`<form method="post" action="${escaped}"><button name="allow" value="Allow">Win</button></form>`);
  const [response] = await Promise.all([evil.waitForResponse((r) => r.request().method() === 'POST'), evil.getByRole('button').click()]);
  assert.equal(response.status(), 403);
});
