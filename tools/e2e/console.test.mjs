// The console in a browser: each page on a phone and a desktop, light and dark, before an accessibility checker and as pictures; people's tasks
// from beginning to end; by keyboard; without JavaScript; with 10,000 requests coming in; behind a token.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import postman from 'postman-collection';
import { startBrowser, startMock } from './mock.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const pictures = new URL('screenshots/', import.meta.url).pathname;
mkdirSync(pictures, { recursive: true });

const devices = {
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 860 } },
};
const key = Buffer.from('dev@example.com:0123456789abcdef0123456789abcdef').toString('base64');
const hostile = `"'><img src=x onerror=alert(1)><script>alert(1)</script>\u202e\u009b31m`;

/** Calls the mock as the demo account. */
const call = (base, path, options = {}) => fetch(base + path, { ...options, headers: { Authorization: `Basic ${key}`, 'Content-Type': 'application/json', ...options.headers } });

/** Calls that leave something to see on every page. */
async function visits(base) {
  await call(base, '/wallet');
  await call(base, '/tokens/zz');
  await call(base, '/tokens', { method: 'POST', body: JSON.stringify({ scopes: ['GET:company.openapi.com/IT-start'], name: hostile }) });
  await call(base, `/${encodeURIComponent(hostile)}?q=${encodeURIComponent(hostile)}`, { headers: { 'X-Odd': '<b>odd</b>' } });
}

const pages = {
  requests: '/requests', request: '/requests/2', 'hostile-request': '/requests/4', accounts: '/accounts', account: '/accounts/demo', clock: '/clock', faults: '/faults',
  coverage: '/coverage', api: '/api', scenarios: '/scenarios',
};

/** A page of the console, and what the browser complained of. */
async function open(t, flags = [], settings = devices.desktop) {
  const base = await startMock(t, ...flags);
  const browser = await startBrowser(t);
  const page = await (await browser.newContext(settings)).newPage();
  const complaints = [];
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  return { base, page, complaints, ui: `${base}/__admin/ui` };
}

for (const [device, settings] of Object.entries(devices)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`every page of the console is accessible and fits, on a ${device}, ${colorScheme}`, async (t) => {
      const { base, page, complaints, ui } = await open(t, [], { ...settings, colorScheme });
      await visits(base);
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(ui + path);
        if (name === 'api') await page.locator('details.operation summary').nth(1).click();
        await page.screenshot({ path: `${pictures}console-${name}-${device}-${colorScheme}.png`, fullPage: true });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
        assert.deepEqual(violations.map((v) => `${name}: ${v.id}: ${v.help} ${v.nodes.slice(0, 3).map((n) => n.html)}`), []);
        const [needed, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(needed <= width, `${name}: ${needed} pixels of content in ${width}`);
      }
      assert.deepEqual(complaints, []);
    });
  }
}

test('somebody finds out why a call failed, and lets the next one fail', async (t) => {
  const { base, page, ui } = await open(t);
  await page.goto(base); // as people come: by the mock's address
  assert.equal(new URL(page.url()).pathname, '/__admin/ui/requests');
  await page.getByText('Nothing has called the mock yet').waitFor();
  await call(base, '/wallet');
  await call(base, '/tokens/zz');
  await page.locator('.entry', { hasText: '/tokens/zz' }).waitFor(); // by itself
  await page.locator('.entry', { hasText: '/tokens/zz' }).click();
  await page.getByText('a token is 24 lower-case hex digits').first().waitFor();
  await page.goto(`${ui}/requests/1`);
  await page.getByRole('button', { name: 'Fail the next one like this' }).click();
  await page.getByText('The next call like this answers 503.').waitFor();
  assert.equal((await call(base, '/wallet')).status, 503);
  assert.equal((await call(base, '/wallet')).status, 200);
  await page.goto(`${ui}/requests/1`);
  await page.getByRole('button', { name: 'Verify that this was called' }).click();
  await page.getByText('Verified: it was called.').waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save as scenario' }).click()]);
  assert.match(await readFile(await file.path(), 'utf8'), /call: wallet\.get/);
});

test('somebody makes a token, sees the credit move, and lets the token expire', async (t) => {
  const { base, page, complaints, ui } = await open(t);
  await page.goto(`${ui}/accounts/demo`);
  const credit = Number(await page.locator('#credit').textContent());
  await page.getByLabel('Amount', { exact: true }).first().fill('10.5');
  await page.getByRole('button', { name: 'Recharge' }).click();
  await page.getByText('The wallet was recharged.').waitFor();
  assert.ok(Math.abs(Number(await page.locator('#credit').textContent()) - credit - 10.5) < 0.0001);
  await page.getByText('Make a token').click();
  const form = page.locator('form[data-path="/tokens"]');
  await form.getByLabel('Name', { exact: true }).fill('of the console');
  await form.getByLabel('GET:company.openapi.com/IT-start', { exact: true }).check();
  await form.getByLabel('Lifetime in seconds').fill('3600');
  await form.getByLabel('Requests', { exact: true }).fill('5');
  await form.getByRole('button', { name: 'Make the token' }).click();
  await page.getByText('The token was made.').waitFor();
  const made = page.locator('li', { has: page.getByRole('heading', { name: /of the console/ }) });
  await made.getByText('at most totalRequests 5').waitFor();
  const token = await made.locator('code').first().textContent();
  assert.equal((await call(base, `/tokens/${token}`)).status, 200);
  await made.getByRole('button', { name: 'Turn the clock to its end' }).click();
  await page.getByText('token.expired').waitFor();
  assert.equal((await call(base, `/tokens/${token}`)).status, 404);
  assert.deepEqual(complaints, []);
});

test('somebody writes a rule, switches a profile, begins with a scenario and goes back', async (t) => {
  const { base, page, complaints, ui } = await open(t);
  await page.goto(`${ui}/faults`);
  await page.locator('#rule').getByLabel('Operation').selectOption('wallet.get');
  await page.locator('#rule').getByLabel('The first').fill('2');
  await page.locator('#yaml', { hasText: 'operation: "wallet.get"' }).waitFor();
  await page.getByRole('button', { name: 'Add the rule' }).click();
  await page.getByText('fired 0 times').waitFor();
  assert.equal((await call(base, '/wallet')).status, 503);
  await page.getByRole('button', { name: 'slow', exact: true }).click();
  await page.getByText('slow is on.').waitFor();
  await page.locator('button[aria-pressed=true]', { hasText: 'slow' }).click();
  await page.getByText('slow is off.').waitFor();
  await page.goto(`${ui}/scenarios`);
  await page.locator('.card', { hasText: '--scenario credit-exhausted' }).getByRole('button', { name: 'Begin' }).click();
  await page.getByText('The mock began anew.').waitFor();
  assert.equal((await (await call(base, '/wallet')).json()).data.credit, 0);
  await page.getByRole('button', { name: 'Go back to the start' }).click();
  await page.getByText('The mock is as it was started.').waitFor();
  assert.notEqual((await (await call(base, '/wallet')).json()).data.credit, 0);
  assert.deepEqual(complaints, []);
});

test('the API page sends calls, and its Postman collections are read by Postman’s own library', async (t) => {
  const { base, page, ui } = await open(t);
  await page.goto(`${ui}/api`);
  const wallet = page.locator('details.operation', { hasText: 'Get wallet information' });
  await wallet.locator('summary').click();
  await wallet.getByRole('button', { name: 'Send' }).click();
  await wallet.getByText(/200 in \d+ ms/).waitFor();
  await wallet.getByRole('link', { name: 'why' }).click();
  await page.getByText('wallet.get of v2').waitFor();
  for (const surface of ['v2', 'v1', 'clientcred', 'authcode']) {
    const document = await (await fetch(`${base}/__admin/openapi/${surface}.json`)).json();
    const collection = new postman.Collection(await (await fetch(`${base}/__admin/openapi/${surface}.postman.json`)).json());
    let requests = 0;
    collection.forEachItem((item) => {
      requests++;
      assert.ok(item.request.url.toString().startsWith('{{baseUrl}}/'), item.name);
    });
    const operations = Object.values(document.paths).flatMap((path) => Object.keys(path).filter((name) => name !== 'parameters'));
    assert.equal(requests, operations.length, surface);
  }
});

test('the console is used by keyboard alone', async (t) => {
  const { base, page, ui } = await open(t);
  await visits(base);
  await page.goto(`${ui}/requests`);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.id), '3');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${ui}/requests/4`);
  await page.keyboard.press('1');
  await page.waitForURL(`${ui}/requests`);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'filter');
  await page.keyboard.type('/tokens/*');
  await page.keyboard.press('Enter');
  await page.waitForURL(/path=%2Ftokens%2F\*/);
  assert.equal(await page.locator('.entry').count(), 1);
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
});

test('lists read without JavaScript', async (t) => {
  const { base, page, ui } = await open(t, [], { ...devices.desktop, javaScriptEnabled: false });
  await visits(base);
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(ui + path);
    assert.ok((await page.locator('main').innerText()).length > 100, name);
    for (const button of await page.locator('[data-live]').all()) assert.ok(await button.isDisabled(), `${name}: a button that can do nothing says so`);
  }
  await page.goto(`${ui}/requests`);
  assert.equal(await page.locator('.entry').count(), 4);
  await page.getByLabel('Status').fill('422');
  await page.getByRole('button', { name: 'Filter' }).click();
  assert.equal(await page.locator('.entry').count(), 1);
});

test('10,000 requests come in, and the page stays quick', async (t) => {
  const { base, page, complaints, ui } = await open(t);
  await page.goto(`${ui}/requests`);
  const each = Array.from({ length: 20 }, async () => { for (let i = 0; i < 500; i++) await call(base, '/wallet'); });
  await Promise.all(each);
  await page.locator('.entry[data-id="10000"]').waitFor();
  // Everything can be reached, page by page.
  for (let i = 0; i < 5 && await page.locator('[data-older]').count(); i++) {
    const before = await page.locator('.entry').count();
    await page.locator('[data-older]').click();
    await page.waitForFunction((n) => document.querySelectorAll('.entry').length > n, before);
  }
  assert.ok(await page.locator('.entry').count() >= 500);
  await page.locator('.entry').first().click();
  await page.getByText('wallet.get of v2').waitFor();
  assert.deepEqual(complaints, []);
});

test('where a token is asked for, the page asks once', async (t) => {
  const { base, page, ui } = await open(t, ['--admin-token', 's3cret']);
  await page.goto(`${ui}/clock`);
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('That is not the token.').waitFor();
  await page.getByLabel('Token').fill('s3cret');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Clock' }).waitFor();
  await page.getByRole('button', { name: '+1d' }).first().click();
  await page.getByText(/^It is /).waitFor();
  await page.goto(`${ui}/requests`);
  await call(base, '/wallet');
  await page.locator('.entry').waitFor(); // the stream takes the cookie too
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
});
