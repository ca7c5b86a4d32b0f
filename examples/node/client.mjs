// A client of the API that passes `oauthconform client --command 'node examples/node/client.mjs'`. It needs Node.js 20 and no packages.
// docs/certifying-clients.md describes the tasks; each is a function below.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const env = process.env;
const base = env.OAUTH_BASE_URL;
const v1 = env.OAUTH_V1_BASE_URL;
const given = JSON.parse(env.OAUTH_TASK_JSON ?? '{}');
const basic = `Basic ${Buffer.from(`${env.OAUTH_EMAIL}:${env.OAUTH_API_KEY}`).toString('base64')}`;

const mostTries = 5;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Nobody knows whether the request was carried out. */
class Lost extends Error {}

/** The server answered, and it is no success. */
class Refused extends Error {
  constructor(status, code) {
    super(`refused with ${status}, error ${code}`);
    this.status = status;
    this.code = code;
  }
}

/** Sends a request once. Redirects are not followed: what is sent here is meant for this host. */
async function once(method, url, { authorization = basic, json, form } = {}) {
  const headers = {};
  if (authorization) headers.Authorization = authorization;
  let body;
  if (json !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(json);
  } else if (form) {
    body = new URLSearchParams(form);
  }
  try {
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal: AbortSignal.timeout((given.patience ?? 60) * 1000) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    throw new Lost(error.cause?.code ?? error.name); // never the address: it may hold a token
  }
}

/** Sends a request, and again where that is safe: a GET that failed, and whatever the server says it has not carried out. */
async function ask(method, url, options) {
  for (let attempt = 1, pause = 50; ; attempt++, pause *= 2) {
    let answer;
    try {
      answer = await once(method, url, options);
    } catch (error) {
      if (method !== 'GET' || attempt >= mostTries) throw error;
      await sleep(pause);
      continue;
    }
    const after = Number(answer.headers.get('Retry-After') ?? 0) * 1000;
    const notDone = answer.status === 429 || (answer.status === 503 && after > 0);
    if (attempt >= mostTries || !(notDone || (method === 'GET' && answer.status >= 500))) return answer;
    await sleep(after || pause);
  }
}

/** Reads a success; throws Refused for everything else. Gateways send no JSON. */
function read(answer) {
  let value;
  try {
    value = answer.text === '' ? undefined : JSON.parse(answer.text);
  } catch {
    value = undefined;
  }
  if (answer.status < 200 || answer.status > 299) throw new Refused(answer.status, value?.error);
  if (answer.status !== 204 && value === undefined) throw new Error('the answer is not JSON');
  return value;
}

/** A token comes bare, under data, or as both. */
const single = (value) => value.data ?? value;

async function list() {
  const all = new Map();
  for (let skip = 0; ; ) {
    const { data } = read(await ask('GET', `${base}/tokens?limit=100&skip=${skip}`));
    if (data.length === 0) return [...all.values()];
    for (const token of data) all.set(token.token, token);
    skip += data.length; // a short page is not the last one
  }
}

/** Reads until two readings agree: entries move while others go. */
async function listAtRest() {
  let before = await list();
  for (let i = 0; i < mostTries; i++) {
    const now = await list();
    if (JSON.stringify(now.map((t) => t.token)) === JSON.stringify(before.map((t) => t.token))) return now;
    before = now;
  }
  throw new Error('the list does not come to rest');
}

/** Makes a token. Where the answer is lost it looks before it tries again. */
async function create(name, scopes) {
  for (let attempt = 0; attempt < mostTries; attempt++) {
    try {
      return single(read(await ask('POST', `${base}/tokens`, { json: { name, scopes } })));
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      const there = (await listAtRest()).find((token) => token.name === name);
      if (there) return there;
    }
  }
  throw new Lost('no answer');
}

/** The tokens by version 1; 204 means that there are none. */
const listV1 = async () => read(await ask('GET', `${v1}/token`))?.data ?? [];

const call = (token) => ask('GET', given.url, { authorization: `Bearer ${token}` });

async function readWallet() {
  const { data } = read(await ask('GET', `${base}/wallet`));
  return { credit: data.credit };
}

const tasks = {
  async 'create-token'() {
    const { name, scopes } = await create(given.name, given.scopes);
    return { name, scopes };
  },

  async 'list-all-tokens'() {
    return { names: (await listAtRest()).map((token) => token.name) };
  },

  'read-wallet': readWallet,
  'handle-outage': readWallet,

  async 'read-subscriptions'() {
    const { data } = read(await ask('GET', `${base}/subscriptions`));
    return { available: data.reduce((sum, one) => sum + Number(one.availableRequests), 0) };
  },

  async 'read-callbacks'() {
    const { data } = read(await ask('GET', `${base}/callbacks`));
    const pending = data.filter((one) => one.completedAt === null).length;
    return { pending, completed: data.length - pending };
  },

  async 'read-statistics'() {
    const two = (n) => String(n).padStart(2, '0');
    const date = [given.year, ...[given.month, given.day].filter(Boolean).map(two)].join('-');
    const { data } = read(await ask('GET', `${base}/stats?date=${date}`));
    return { totalRequests: data.totalRequests };
  },

  async 'call-paid-service'() {
    const transactions = async () => read(await ask('GET', `${base}/wallet/transactions`)).data.length;
    const before = await transactions();
    try {
      read(await ask(given.method, given.url, { authorization: `Bearer ${given.token}`, json: given.body }));
      return { outcome: 'ok' };
    } catch (error) {
      if (error instanceof Lost) return { outcome: (await transactions()) > before ? 'ok' : 'unknown' };
      if (error.status === 402) return { outcome: 'payment-required', error: error.code };
      if (error.status === 401) return { outcome: 'unauthorized', error: error.code };
      throw error;
    }
  },

  async 'rotate-token'() {
    const rotate = async () => single(read(await ask('PATCH', `${base}/tokens/${given.token}`, { authorization: `Bearer ${given.refreshToken}`, json: {} })));
    const results = await Promise.allSettled(Array.from({ length: given.atOnce ?? 1 }, rotate));
    const won = results.find((result) => result.status === 'fulfilled');
    if (!won) throw results[0].reason;
    read(await call(won.value.token));
    return { rotated: true };
  },

  async 'keep-token-fresh'() {
    const replacement = async () => (await create('replacement', given.scopes)).token;
    let token = Date.parse(given.now) < Date.parse(given.expireAt) ? given.token : await replacement();
    for (let done = 0; done < given.calls; ) {
      const answer = await call(token);
      if (answer.status === 401 && token === given.token) {
        token = await replacement();
        continue;
      }
      read(answer);
      done++;
    }
    return { calls: given.calls };
  },

  async 'receive-callback'() {
    const accepted = new Set();
    const [host, port] = [given.listen.slice(0, given.listen.lastIndexOf(':')), given.listen.slice(given.listen.lastIndexOf(':') + 1)];
    await new Promise((done, failed) => {
      let received = 0;
      const server = createServer(async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = Buffer.concat(chunks);
        const right = Buffer.from(`sha256=${createHmac('sha256', given.secret).update(body).digest('hex')}`);
        const sent = Buffer.from(request.headers['x-webhook-signature'] ?? '');
        const signed = right.length === sent.length && timingSafeEqual(right, sent);
        if (signed) accepted.add(JSON.parse(body).id);
        received++;
        response.writeHead(signed ? 200 : 401, { Connection: 'close' }).end(() => {
          if (received === given.requests) server.close(done);
        });
      });
      server.on('error', failed);
      server.listen(Number(port), host);
    });
    return { accepted: [...accepted] };
  },

  async 'migrate-v1'() {
    const tokens = [];
    for (const { token } of await listV1()) {
      const { scopes, expireAt } = single(read(await ask('GET', `${base}/tokens/${token}`)));
      tokens.push({ scopes, expireAt });
    }
    return { tokens };
  },

  async 'create-token-v1'() {
    const json = { scopes: given.scopes, ttl: given.ttl };
    for (let attempt = 0; attempt < mostTries; attempt++) {
      try {
        const { scopes } = read(await ask('POST', `${v1}/token`, { json }));
        return { scopes };
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        // Tokens of version 1 have no names: one with these scopes will do.
        const there = (await listV1()).find(({ scopes }) => JSON.stringify(scopes) === JSON.stringify(given.scopes));
        if (there) return { scopes: there.scopes };
      }
    }
    throw new Lost('no answer');
  },

  async 'list-tokens-v1'() {
    return { count: (await listV1()).length };
  },

  async 'read-counters-v1'() {
    const two = (n) => String(n).padStart(2, '0');
    const { data } = read(await ask('GET', `${v1}/counters/day/${given.year}-${two(given.month)}-${two(given.day)}`));
    return { scopes: Object.keys(data).length };
  },

  async 'client-credentials'() {
    const form = { client_id: env.OAUTH_CLIENT_ID, client_secret: env.OAUTH_CLIENT_SECRET };
    const { access_token: token } = single(read(await ask('POST', `${base}/v1/auth/token`, { authorization: null, form })));
    let clientId;
    for (let i = 0; i < given.calls; i++) {
      clientId = read(await ask('GET', `${base}/v1/ping`, { authorization: `Bearer ${token}` })).data.client_id;
    }
    return { clientId, calls: given.calls };
  },

  async 'authorization-code'() {
    const state = randomBytes(16).toString('base64url');
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: env.OAUTH_CLIENT_ID, redirect_uri: env.OAUTH_REDIRECT_URI, response_type: 'code', state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
    });
    const answer = await ask('GET', `${base}/api/authorize.php?${query}`, { authorization: null });
    const location = answer.headers.get('Location');
    if (!location) throw new Refused(answer.status);
    const back = new URL(location).searchParams;
    if (back.get('error')) throw new Error(back.get('error'));
    if (back.get('state') !== state) throw new Error('the state is not the one that was sent');
    const form = {
      grant_type: 'authorization_code', code: back.get('code'), redirect_uri: env.OAUTH_REDIRECT_URI, code_verifier: verifier,
      client_id: env.OAUTH_CLIENT_ID, client_secret: env.OAUTH_CLIENT_SECRET,
    };
    const { access_token: token } = read(await ask('POST', `${base}/api/token.php`, { authorization: null, form }));
    const { username } = read(await ask('GET', `${base}/api/userinfo.php`, { authorization: `Bearer ${token}` }));
    return { username };
  },
};

const task = Object.hasOwn(tasks, env.OAUTH_TASK ?? '') ? tasks[env.OAUTH_TASK] : null;
if (!task) process.exit(77); // not implemented
try {
  console.log(JSON.stringify(await task()));
} catch (error) {
  console.error(`${env.OAUTH_TASK}: ${error.message}`);
  process.exit(1);
}
