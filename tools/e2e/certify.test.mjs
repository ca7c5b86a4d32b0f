// The clients in examples/ pass, in a process each, as docs/certifying-clients.md shows it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const root = new URL('../..', import.meta.url).pathname;
const oauthconform = new URL('bin/oauthconform', import.meta.url).pathname;

const clients = [
  { name: 'Node.js', program: process.execPath, command: `"${process.execPath}" examples/node/client.mjs` },
  { name: 'Python', program: 'python3', command: 'python3 examples/python/client.py' },
];

for (const { name, program, command } of clients) {
  const missing = spawnSync(program, ['--version']).error && `there is no ${program}`;
  test(`the example in ${name} is certified`, { skip: missing }, async () => {
    const { stdout } = await promisify(execFile)(oauthconform, ['client', '--command', command, '--report', 'json=-'], { cwd: root, maxBuffer: 1 << 26 });
    const { summary } = JSON.parse(stdout);
    assert.ok(summary.scenarios >= 57);
    assert.equal(summary.passed, summary.scenarios);
  });
}
