// OAuth clients that nobody here wrote, unmodified.
import test from 'node:test';
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { AuthorizationCode } from 'simple-oauth2';
import { authorizeURL, client, consent, startBrowser, startClient, startMock } from './mock.mjs';

const johndoe = { username: 'johndoe', email: 'john@example.com', full_name: 'John Doe' };

for (const [style, authentication] of [
  ['in the body', oidc.ClientSecretPost],
  ['as HTTP Basic', oidc.ClientSecretBasic],
]) {
  test(`openid-client, with its secret ${style} and PKCE`, async (t) => {
    const base = await startMock(t);
    const browser = await startBrowser(t);
    const { redirect } = await startClient(t);
    const config = new oidc.Configuration(
      { issuer: base, authorization_endpoint: `${base}/api/authorize.php`, token_endpoint: `${base}/api/token.php`, userinfo_endpoint: `${base}/api/userinfo.php` },
      client.id, { client_secret: client.secret }, authentication(client.secret),
    );
    oidc.allowInsecureRequests(config);
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const expectedState = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect, scope: 'profile', state: expectedState,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
    });
    const back = await consent(browser, url.href, redirect);
    const tokens = await oidc.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState });
    assert.equal(tokens.token_type, 'bearer');
    assert.equal(tokens.expires_in, 3600);
    const userinfo = await oidc.fetchProtectedResource(config, tokens.access_token, new URL(`${base}/api/userinfo.php`), 'GET');
    assert.deepEqual(await userinfo.json(), johndoe);

    await assert.rejects(oidc.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState }), (error) => {
      const described = style === 'in the body' ? error.error === 'invalid_code' : error.status === 400;
      assert.ok(described, String(error));
      return true;
    }, 'a code works once');
    const revoked = await fetch(`${base}/api/userinfo.php`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(revoked.status, 401, 'a code that comes again takes back what it gave');
  });
}

test('openid-client is told by name that its secret is wrong', async (t) => {
  const base = await startMock(t, '--auto-approve');
  const { redirect } = await startClient(t);
  const config = new oidc.Configuration({ issuer: base, token_endpoint: `${base}/api/token.php` }, client.id, undefined, oidc.ClientSecretPost('wrong'));
  oidc.allowInsecureRequests(config);
  const answer = await fetch(authorizeURL(base, redirect), { redirect: 'manual' });
  const back = new URL(answer.headers.get('location'));
  await assert.rejects(oidc.authorizationCodeGrant(config, back, { expectedState: 'a b&c' }), { error: 'invalid_client', status: 401 });
});

for (const authorizationMethod of ['body', 'header']) {
  test(`simple-oauth2, with its secret in the ${authorizationMethod}`, async (t) => {
    const base = await startMock(t);
    const browser = await startBrowser(t);
    const { redirect } = await startClient(t);
    const oauth = new AuthorizationCode({
      client, options: { authorizationMethod },
      auth: { tokenHost: base, tokenPath: '/api/token.php', authorizePath: '/api/authorize.php' },
    });
    const back = await consent(browser, oauth.authorizeURL({ redirect_uri: redirect, state: 'here' }), redirect);
    assert.equal(back.searchParams.get('state'), 'here');
    const { token } = await oauth.getToken({ code: back.searchParams.get('code'), redirect_uri: redirect });
    assert.equal(token.token_type, 'Bearer');
    const userinfo = await fetch(`${base}/api/userinfo.php`, { headers: { Authorization: `Bearer ${token.access_token}` } });
    assert.deepEqual(await userinfo.json(), johndoe);
  });
}
