// openid-client, as it comes, against Auth. Each check prints a line: its name, and null or what went wrong.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { Browser } from './browser.mjs';

const { issuer, ours, theirs, app, machine, people } = JSON.parse(process.env.CONFORMANCE);
const [ann, bob] = people;

const discover = (client, auth) => oidc.discovery(new URL(issuer), client.id, client.secret, auth, { execute: [oidc.allowInsecureRequests] });
const config = await discover(ours);
const metadata = config.serverMetadata();

async function request(client, settings, parameters = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(settings, {
    redirect_uri: client.redirect, scope: 'openid profile email roles offline_access', state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...parameters,
  });
  return { url, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce } };
}

async function signedIn(person = ann) {
  const browser = new Browser(issuer);
  const asked = await request(ours, config);
  await browser.open(asked.url);
  return { browser, tokens: await oidc.authorizationCodeGrant(config, await browser.signIn(person.email, person.password), asked.checks) };
}

const error = url => url?.searchParams.get('error');
const code = url => url?.searchParams.get('code');
const payload = token => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const atAuth = token => fetch(new URL('/me/access', issuer), { headers: { authorization: `Bearer ${token}` } }).then(response => response.status);

async function check(name, test) {
  try {
    await test();
    console.log(JSON.stringify({ name, fault: null }));
  } catch (fault) {
    console.log(JSON.stringify({ name, fault: `${fault.message} ${fault.cause ? JSON.stringify(fault.cause) : ''}` }));
  }
}

await check('a code becomes tokens whose id token the client accepts', async () => {
  const { tokens } = await signedIn();
  assert.equal(tokens.claims().email, ann.email);
  assert.ok(tokens.claims().auth_time > 0);
  const about = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(about.email, ann.email);
});
await check('the client authenticates with a header as well as with a form', async () => {
  for (const auth of [oidc.ClientSecretBasic(ours.secret), oidc.ClientSecretPost(ours.secret)]) {
    const settings = await discover(ours, auth);
    const [browser, asked] = [new Browser(issuer), await request(ours, settings)];
    await browser.open(asked.url);
    assert.ok((await oidc.authorizationCodeGrant(settings, await browser.signIn(ann.email, ann.password), asked.checks)).access_token);
  }
});
await check('tokens are refreshed, and the new id token is of the same sign-in', async () => {
  const { tokens } = await signedIn();
  const again = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(again.claims().sub, tokens.claims().sub);
  assert.equal(again.claims().auth_time, tokens.claims().auth_time);
});
await check('prompt=none is a code for who is signed in, and login_required for who is not', async () => {
  const { browser } = await signedIn();
  assert.ok(code(await browser.open((await request(ours, config, { prompt: 'none' })).url)));
  assert.equal(error(await new Browser(issuer).open((await request(ours, config, { prompt: 'none' })).url)), 'login_required');
});
await check('an id token hint of another user is no code, neither unasked nor when the wrong one signs in', async () => {
  const hint = (await signedIn(bob)).tokens.id_token;
  const { browser, tokens } = await signedIn(ann);
  assert.equal(error(await browser.open((await request(ours, config, { prompt: 'none', id_token_hint: hint })).url)), 'login_required');
  assert.ok(code(await browser.open((await request(ours, config, { prompt: 'none', id_token_hint: tokens.id_token })).url)));
  assert.equal(error(await browser.open((await request(ours, config, { prompt: 'none', id_token_hint: 'abc' })).url)), 'login_required');
  const { url } = await request(ours, config, { id_token_hint: hint });
  assert.equal(await browser.open(url), null);
  assert.equal(error(await browser.signIn(ann.email, ann.password)), 'login_required');
  await browser.open(url);
  assert.ok(code(await browser.signIn(bob.email, bob.password)));
});
for (const [what, parameters, expected] of [
  ['an unknown scope', { scope: 'openid root' }, 'invalid_scope'],
  ['an unknown response type', { response_type: 'magic' }, 'unsupported_response_type'],
  ['an unknown prompt', { prompt: 'dance' }, 'invalid_request'],
  ['contradicting prompts', { prompt: 'none login' }, 'invalid_request'],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ['a request by reference', { request_uri: 'https://rp.test/request' }, 'request_uri_not_supported'],
  ['no code challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
  ['a plain code challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['an unknown response mode', { response_mode: 'pigeon' }, 'invalid_request'],
  ['a max_age that is no number', { max_age: 'soon' }, 'invalid_request'],
]) {
  await check(`${what} is answered at the redirect address, with the state`, async () => {
    const asked = await request(ours, config, parameters);
    const answer = await new Browser(issuer).open(asked.url);
    assert.ok(answer?.href.startsWith(ours.redirect), `not sent to the client but ${answer}`);
    assert.equal(answer.searchParams.get('state'), asked.checks.expectedState);
    assert.equal(answer.searchParams.get('iss'), metadata.issuer);
    assert.equal(error(answer), expected);
    assert.equal(code(answer), null);
  });
}
await check('an implicit response type is refused in the fragment, where its client looks', async () => {
  const answer = await new Browser(issuer).open((await request(ours, config, { response_type: 'id_token token' })).url);
  assert.equal(new URLSearchParams(answer.hash.slice(1)).get('error'), 'unsupported_response_type');
});
for (const name of ['state', 'scope', 'nonce', 'prompt', 'response_type', 'code_challenge', 'login_hint']) {
  await check(`${name} twice is refused`, async () => {
    const { url } = await request(ours, config);
    url.searchParams.append(name, url.searchParams.get(name) ?? 'login');
    url.searchParams.append(name, 'openid');
    assert.equal(error(await new Browser(issuer).open(url)), 'invalid_request');
  });
}
for (const name of ['redirect_uri', 'client_id']) {
  await check(`${name} twice sends nobody anywhere`, async () => {
    const [browser, { url }] = [new Browser(issuer), await request(ours, config)];
    url.searchParams.append(name, url.searchParams.get(name));
    assert.equal(await browser.open(url), null);
    assert.equal(browser.status, 400);
  });
}
await check('userinfo answers GET and POST, without a content type too, with the token in the header and nowhere else', async () => {
  const { tokens } = await signedIn();
  for (const method of ['GET', 'POST']) {
    const response = await oidc.fetchProtectedResource(config, tokens.access_token, new URL(metadata.userinfo_endpoint), method);
    assert.equal((await response.json()).sub, tokens.claims().sub);
  }
  const form = new URLSearchParams({ access_token: tokens.access_token });
  assert.equal((await fetch(`${metadata.userinfo_endpoint}?${form}`)).status, 401);
  assert.equal((await fetch(metadata.userinfo_endpoint, { method: 'POST', body: form })).status, 401);
});
for (const parameters of [{ prompt: 'login' }, { prompt: 'select_account' }, { max_age: '0' }]) {
  await check(`${JSON.stringify(parameters)} asks, and opening the way back skips nothing`, async () => {
    const { browser, tokens } = await signedIn();
    const asked = await request(ours, config, parameters);
    assert.equal(await browser.open(asked.url), null);
    assert.equal(browser.address.pathname, '/sign-in');
    const [page, back] = [browser.address, browser.address.searchParams.get('returnUrl')];
    assert.equal(await browser.open(back), null);
    assert.equal(browser.address.pathname, '/sign-in');
    await browser.open(page);
    const answer = await browser.signIn(ann.email, ann.password);
    const again = await oidc.authorizationCodeGrant(config, answer, { ...asked.checks, ...(parameters.max_age ? { maxAge: 5 } : {}) });
    assert.ok(again.claims().auth_time >= tokens.claims().auth_time);
    // Neither for the same request's parameters with another challenge, nor once more.
    const other = new URL(back, issuer);
    other.searchParams.set('state', 'another');
    assert.equal(await browser.open(other), null);
  });
}
await check('a sign-in that is recent enough for max_age is not asked for again', async () => {
  const { browser } = await signedIn();
  assert.ok(code(await browser.open((await request(ours, config, { max_age: '3600' })).url)));
});
await check('the sign-in page has the login hint filled in', async () => {
  const browser = new Browser(issuer);
  await browser.open((await request(ours, config, { login_hint: bob.email })).url);
  assert.equal(browser.field('email'), bob.email);
});
await check('a revoked refresh token ends the access tokens at Auth, and the session', async () => {
  const { tokens } = await signedIn();
  assert.equal(await atAuth(tokens.access_token), 200);
  await oidc.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
  assert.equal(await atAuth(tokens.access_token), 401);
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
});
await check('a code used twice is refused, and ends what it gave', async () => {
  const [browser, asked] = [new Browser(issuer), await request(ours, config)];
  await browser.open(asked.url);
  const answer = await browser.signIn(ann.email, ann.password);
  const tokens = await oidc.authorizationCodeGrant(config, answer, asked.checks);
  await assert.rejects(oidc.authorizationCodeGrant(config, answer, asked.checks), { error: 'invalid_grant' });
  assert.equal(await atAuth(tokens.access_token), 401);
});
await check('scope=openid alone tells who it is, and nothing else', async () => {
  const [browser, asked] = [new Browser(issuer), await request(ours, config, { scope: 'openid' })];
  await browser.open(asked.url);
  const tokens = await oidc.authorizationCodeGrant(config, await browser.signIn(ann.email, ann.password), asked.checks);
  const told = [tokens.claims(), payload(tokens.access_token), await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)];
  for (const claims of told) {
    assert.deepEqual(['email', 'name', 'role', 'email_verified', 'preferred_username'].filter(name => name in claims), []);
    assert.ok(!JSON.stringify(claims).includes(ann.email));
  }
});
await check('scope=openid profile does not tell the address in the place of a name', async () => {
  const [browser, asked] = [new Browser(issuer), await request(ours, config, { scope: 'openid profile' })];
  await browser.open(asked.url);
  const tokens = await oidc.authorizationCodeGrant(config, await browser.signIn(ann.email, ann.password), asked.checks);
  assert.ok(!JSON.stringify([tokens.claims(), payload(tokens.access_token), await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)]).includes(ann.email));
});
await check('prompt=consent asks, also about our own client, and a no is access_denied', async () => {
  const { browser } = await signedIn();
  const asked = await request(ours, config, { prompt: 'consent' });
  assert.equal(await browser.open(asked.url), null);
  assert.equal(browser.address.pathname, '/consent');
  const answer = await browser.submit('/consent', { answer: 'yes' });
  assert.ok((await oidc.authorizationCodeGrant(config, answer, asked.checks)).access_token);
  await browser.open((await request(ours, config, { prompt: 'consent' })).url);
  assert.equal(error(await browser.submit('/consent', { answer: 'no' })), 'access_denied');
});
await check('a registered client is agreed to once, and unasked only then', async () => {
  const settings = await discover(theirs);
  const { browser } = await signedIn();
  assert.equal(error(await browser.open((await request(theirs, settings, { prompt: 'none' })).url)), 'consent_required');
  const asked = await request(theirs, settings);
  await browser.open(asked.url);
  assert.match(browser.html, /Their site/);
  assert.ok(browser.headers.get('content-security-policy').includes(new URL(theirs.redirect).origin));
  const tokens = await oidc.authorizationCodeGrant(settings, await browser.submit('/consent', { answer: 'yes' }), asked.checks);
  assert.ok(code(await browser.open((await request(theirs, settings, { prompt: 'none' })).url)));
  // Its session is its own: revoked, it leaves the browser's alone.
  await oidc.tokenRevocation(settings, tokens.refresh_token);
  assert.equal(await atAuth(tokens.access_token), 401);
  assert.ok(code(await browser.open((await request(ours, config, { prompt: 'none' })).url)));
});
await check('a public app signs people in with PKCE and no secret, on whichever port it got', async () => {
  const settings = await oidc.discovery(new URL(issuer), app.id, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });
  const asked = await request({ redirect: app.redirect.replace('127.0.0.1', '127.0.0.1:49152') }, settings, { scope: 'openid profile' });
  const browser = new Browser(issuer);
  await browser.open(asked.url);
  await browser.signIn(ann.email, ann.password);
  const tokens = await oidc.authorizationCodeGrant(settings, await browser.submit('/consent', { answer: 'yes' }), asked.checks);
  assert.equal(tokens.refresh_token, undefined);
  assert.equal(payload(tokens.access_token).permission, undefined);
});
await check('a machine has a token of its own with its secret, and none with another', async () => {
  const tokens = await oidc.clientCredentialsGrant(await discover(machine));
  assert.deepEqual(payload(tokens.access_token).permission, ['catalog.write']);
  await assert.rejects(oidc.clientCredentialsGrant(await discover({ ...machine, secret: 'wrong' })), { status: 401 });
});
await check('the answer by form has a policy that lets its one script run, and no other', async () => {
  const { browser } = await signedIn();
  assert.equal(await browser.open((await request(ours, config, { response_mode: 'form_post' })).url), null);
  const script = browser.html.match(/<script>(.*)<\/script>/)[1];
  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(script))).toString('base64');
  const policy = browser.headers.get('content-security-policy');
  for (const part of ["default-src 'none'", `script-src 'sha256-${hash}'`, "frame-ancestors 'none'", `form-action ${new URL(ours.redirect).origin}`]) assert.ok(policy.includes(part), policy);
});
await check('signing out ends the session and sends the browser back with the state', async () => {
  const { browser, tokens } = await signedIn();
  const answer = await browser.open(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: ours.signedOut, state: 'bye' }));
  assert.ok(answer.href.startsWith(ours.signedOut));
  assert.equal(answer.searchParams.get('state'), 'bye');
  assert.equal(await atAuth(tokens.access_token), 401);
  assert.equal(error(await browser.open((await request(ours, config, { prompt: 'none' })).url)), 'login_required');
});
await check('caches may keep what is published', async () => {
  for (const address of [metadata.jwks_uri, new URL('/.well-known/openid-configuration', issuer)]) {
    assert.match((await fetch(address)).headers.get('cache-control'), /public.*max-age=300/);
  }
});
await check('discovery says what was shown here', async () => {
  assert.deepEqual([...metadata.prompt_values_supported].sort(), ['consent', 'create', 'login', 'none', 'select_account']);
  assert.deepEqual([...metadata.response_modes_supported].sort(), ['form_post', 'fragment', 'query']);
  assert.deepEqual([...metadata.scopes_supported].sort(), ['email', 'offline_access', 'openid', 'profile', 'roles']);
  assert.deepEqual(metadata.response_types_supported, ['code']);
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  assert.ok(!metadata.request_parameter_supported && !metadata.request_uri_parameter_supported && !metadata.claims_parameter_supported);
  assert.ok(!metadata.claims_supported.includes('permission'));
});
