// Starts the mock and a client's own web server, and drives browsers.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

export const client = { id: 'demo-client', secret: 'demo-secret' };

const stops = new WeakMap();

/** Has what was started last stop first when the test ends, so that no browser keeps a server waiting. */
function stopLater(t, stop) {
  if (!stops.has(t)) {
    stops.set(t, []);
    t.after(async () => {
      for (const stop of stops.get(t).reverse()) await stop();
    });
  }
  stops.get(t).push(stop);
}

/** Starts oauthmock with flags. It returns its base URL, and stops with the test. */
export async function startMock(t, ...flags) {
  const program = process.env.OAUTHMOCK ?? new URL('bin/oauthmock', import.meta.url).pathname;
  const mock = spawn(program, ['serve', '--addr', '127.0.0.1:0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  stopLater(t, async () => {
    mock.kill();
    if (mock.exitCode === null) await once(mock, 'exit');
  });
  const [url] = await once(createInterface({ input: mock.stdout }), 'line');
  return url;
}

/** Starts the client's web server, to which users come back, and which may lead them on. visits are the queries that they came with. */
export async function startClient(t, on) {
  const visits = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://client');
    if (url.pathname === '/cb') visits.push(url.searchParams);
    if (on && url.pathname === '/cb') response.writeHead(302, { Location: on });
    else response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end('<!doctype html><html lang="en"><title>Back</title><link rel="icon" href="data:,"><h1>Back at the client</h1>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stopLater(t, () => { server.close(); server.closeAllConnections(); });
  return { redirect: `http://127.0.0.1:${server.address().port}/cb`, visits };
}

/** The address of the authorization page. */
export function authorizeURL(base, redirect, more = {}) {
  const query = new URLSearchParams({ client_id: client.id, redirect_uri: redirect, response_type: 'code', state: 'a b&c', ...more });
  return `${base}/api/authorize.php?${query}`;
}

/** Starts Chromium. It stops with the test. */
export async function startBrowser(t) {
  const browser = await chromium.launch({
    executablePath: executable(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  stopLater(t, () => browser.close());
  return browser;
}

function executable() {
  const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = places.find((place) => place && existsSync(place));
  if (!found) throw new Error('there is no Chromium: set CHROMIUM to one');
  return found;
}

/** Signs in and consents as somebody who clicks, and returns where the browser came to at the client. */
export async function consent(browser, url, redirect) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: /John Doe/ }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL((at) => at.href.startsWith(redirect));
  const arrived = new URL(page.url());
  await page.close();
  return arrived;
}
