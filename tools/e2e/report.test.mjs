// The report of oauthconform as a page: whole without JavaScript, readable for everybody, and fetching nothing.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startBrowser } from './mock.mjs';

const axe = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

// Two scenarios that fail, the second because of one thing in two operations, beside one that passes.
const scenarios = `version: "1.0"
scenarios:
  - id: mine/wallet/read
    title: The wallet is read
    level: MUST
    requirement: GET /wallet answers 200.
    source: "GET /wallet 200"
    steps: [{name: read, call: wallet.get, expect: {status: 200}}]
  - id: mine/wallet/wrong
    title: The wallet is what it is not
    level: MUST
    requirement: The credit is a text, and there is a limit.
    source: "nothing"
    steps: [{name: read, call: wallet.get, expect: {status: 200, data: {$.credit: none, $.limit: 1}}}]
  - id: mine/scopes/wrong
    title: The scopes are what they are not
    level: SHOULD
    requirement: GET /scopes answers 201.
    source: "nothing"
    steps: [{name: list, call: scope.list, expect: {status: 201}}]
`;

const dir = await mkdtemp(join(tmpdir(), 'report-'));
after(() => rm(dir, { recursive: true, force: true }));

/** Runs the suite against the mock inside it and returns the address of the page that it writes. */
async function writeReport() {
  const [from, to] = [join(dir, 'mine.yaml'), join(dir, 'report.html')];
  await writeFile(from, scenarios);
  const program = process.env.OAUTHCONFORM ?? new URL('bin/oauthconform', import.meta.url).pathname;
  const code = await new Promise((done) => execFile(program, ['run', '--quiet', '--scenarios', from, '--report', `html=${to}`], (failed) => done(failed?.code ?? 0)));
  assert.equal(code, 1, 'two scenarios fail');
  return pathToFileURL(to).href;
}

const address = await writeReport();

const looks = [
  { name: 'phone', viewport: { width: 360, height: 740 } },
  { name: 'wide', viewport: { width: 1280, height: 900 } },
  { name: 'dark', viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  { name: 'printed', viewport: { width: 800, height: 1100 }, media: 'print' },
];

for (const look of looks) {
  test(`The report is readable: ${look.name}`, async (t) => {
    const browser = await startBrowser(t);
    const page = await browser.newPage({ viewport: look.viewport, colorScheme: look.colorScheme, bypassCSP: true });
    if (look.media) await page.emulateMedia({ media: look.media });
    const fetched = [], troubles = [];
    page.on('request', (request) => { if (!/^(file|data):/.test(request.url())) fetched.push(request.url()); });
    page.on('pageerror', (error) => troubles.push(error.message));
    await page.goto(address);
    await mkdir(new URL('screenshots', import.meta.url), { recursive: true });
    await page.screenshot({ path: new URL(`screenshots/report-${look.name}.png`, import.meta.url).pathname, fullPage: true });

    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), look.viewport.width, 'nothing sticks out at the side');
    if (!look.media) await page.locator('#unfold').click();
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
    assert.deepEqual(fetched, []);
    assert.deepEqual(troubles, []);
  });
}

test('The report is whole without JavaScript', async (t) => {
  const browser = await startBrowser(t);
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(address);
  assert.match(await page.locator('h1').innerText(), /^FAIL: \d things break the contract, in 2 scenarios$/);
  assert.equal(await page.locator('mark.missing').first().innerText().then((text) => text.trim()), '"limit": (missing)');
  assert.ok(await page.getByText('The credit is a text, and there is a limit.').first().isVisible());
  await page.getByText('Repeat it: a script from nothing').first().click();
  assert.match(await page.locator('pre.script').first().innerText(), /^#!\/bin\/sh\n/);
  // Verdicts are chosen by style alone.
  assert.equal(await page.locator('.v-PASS').first().isVisible(), true);
  await page.locator('#show-PASS').uncheck();
  assert.equal(await page.locator('.v-PASS').first().isVisible(), false);
  assert.equal(await page.locator('#search').isVisible(), false, 'what needs a script is not shown');
});

test('With JavaScript scenarios are searched, and an address keeps the search', async (t) => {
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  await page.goto(address);
  await page.locator('#search').fill('scopes');
  assert.equal(await page.locator('[data-needle]:visible').count(), 1);
  const kept = page.url();
  assert.match(kept, /#q=scopes$/);
  const again = await browser.newPage();
  await again.goto(kept);
  assert.equal(await again.locator('#search').inputValue(), 'scopes');
  assert.equal(await again.locator('[data-needle]:visible').count(), 1);
});
