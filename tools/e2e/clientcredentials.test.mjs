// OAuth clients that nobody here wrote, unmodified, which ask in their own name. They look for the members of the answer at the root.
import test from 'node:test';
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { ClientCredentials } from 'simple-oauth2';
import { client, startMock } from './mock.mjs';

/** Asserts that a token is live. */
async function live(base, token) {
  const answer = await fetch(`${base}/v1/ping`, { headers: { Authorization: `Bearer ${token}` } });
  assert.deepEqual(await answer.json(), { data: { client_id: client.id } });
}

for (const [style, authentication] of [
  ['in the body', oidc.ClientSecretPost],
  ['as HTTP Basic', oidc.ClientSecretBasic],
]) {
  test(`openid-client asks in its own name, with its secret ${style}`, async (t) => {
    const base = await startMock(t, '--client-credentials-shape', 'both');
    const configured = (secret) => {
      const config = new oidc.Configuration({ issuer: base, token_endpoint: `${base}/v1/auth/token` }, client.id, {}, authentication(secret));
      oidc.allowInsecureRequests(config);
      return config;
    };
    const tokens = await oidc.clientCredentialsGrant(configured(client.secret), { scope: 'anything' });
    assert.match(tokens.access_token, /^sk-[0-9a-f]{32}$/);
    assert.equal(tokens.expires_in, 3600);
    await live(base, tokens.access_token);
    await assert.rejects(oidc.clientCredentialsGrant(configured('wrong')), (error) => {
      assert.equal(error.status ?? error.cause?.status, 401, String(error));
      return true;
    });
  });
}

for (const authorizationMethod of ['body', 'header']) {
  test(`simple-oauth2 asks in its own name, with its secret in the ${authorizationMethod}`, async (t) => {
    const base = await startMock(t, '--client-credentials-shape', 'both');
    const oauth = new ClientCredentials({ client, options: { authorizationMethod }, auth: { tokenHost: base, tokenPath: '/v1/auth/token' } });
    const { token } = await oauth.getToken({ scope: 'anything' });
    await live(base, token.access_token);
  });
}

test('the documented shape is read by a client that was written for it', async (t) => {
  const base = await startMock(t);
  const answer = await fetch(`${base}/v1/auth/token`, { method: 'POST', body: new URLSearchParams({ client_id: client.id, client_secret: client.secret }) });
  const { data } = await answer.json();
  await live(base, data.access_token);
});
