// A real OpenID provider on loopback, for Vigie's tests: oidc-provider, with people who sign in by
// themselves, and faults on demand. Prints its port; ends with its standard input.
//
//   node provider.mjs FOLDER_WITH_NODE_MODULES generic|proconnect
//
// POST /control {"person": {…}, "fault": "…", "advance": seconds} says who signs in next and what goes wrong.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { generateKeyPairSync } from 'node:crypto';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, flavour] = process.argv.slice(2);
const modules = resolve(folder, 'node_modules');
const { default: Provider } = await import(
  pathToFileURL(join(modules, 'oidc-provider/lib/index.js')).href
);
const jose = createRequire(join(modules, 'x.js'))('jose');
const isState = flavour === 'proconnect';

// Hours pass when they are told to.
let ahead = 0;
const realNow = Date.now.bind(Date);
Date.now = () => realNow() + ahead * 1000;

const server = createServer((request, response) => answer(request, response));
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}${isState ? '/api/v2' : ''}`;
const base = new URL(issuer).pathname.replace(/\/$/, '');

const key = (kind, options, fields) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  ...fields,
});
const keys = [
  key('rsa', { modulusLength: 2048 }, { alg: 'RS256', kid: 'rsa' }),
  key('ec', { namedCurve: 'P-256' }, { alg: 'ES256', kid: 'ec' }),
];
// Nobody publishes it.
const stranger = key('rsa', { modulusLength: 2048 }, { alg: 'RS256', kid: 'rsa' });

const client = (id, fields) => ({
  client_id: id,
  client_secret: `${id}-secret-${'x'.repeat(24)}`,
  redirect_uris: ['http://vigie.test/sign-in/return'],
  post_logout_redirect_uris: ['http://vigie.test/signed-out'],
  ...fields,
});
const clients = isState
  ? ['RS256', 'ES256'].map((alg) =>
      client(`vigie-${alg}`, {
        id_token_signed_response_alg: alg,
        userinfo_signed_response_alg: alg,
        token_endpoint_auth_method: 'client_secret_post',
      }),
    )
  : [client('vigie')];

const people = new Map();
let current = {};
let fault = '';

const provider = new Provider(issuer, {
  clients,
  jwks: { keys },
  cookies: { keys: ['only for tests'] },
  scopes: ['openid'],
  claims: {
    openid: ['sub'],
    amr: null,
    ...(isState
      ? Object.fromEntries(
          ['given_name', 'usual_name', 'email', 'uid', 'siret'].map((claim) => [claim, [claim]]),
        )
      : { profile: ['name', 'given_name', 'family_name'], email: ['email'] }),
  },
  features: {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = form.replace('</form>', '<input name="logout" value="yes"></form>');
      },
    },
    jwtUserinfo: { enabled: true },
  },
  pkce: { required: () => false },
  ttl: { AuthorizationCode: 30, AccessToken: 60, IdToken: 60, Session: 43200, Grant: 43200, Interaction: 600 },
  interactions: { url: (ctx, interaction) => `${base}/interaction/${interaction.uid}` },
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email given_name usual_name uid siret');
    grant.addOIDCClaims(['amr']);
    await grant.save();
    return grant;
  },
});

// A token that says something else, or that somebody else signed.
async function forge(token, claims, signer) {
  const { kid, alg } = jose.decodeProtectedHeader(token);
  const jwk = signer ?? keys.find((one) => one.kid === kid);
  const said = { ...jose.decodeJwt(token), ...claims };
  return new jose.SignJWT(said).setProtectedHeader({ alg, kid }).sign(await jose.importJWK(jwk, alg));
}

const encode = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');

provider.use(async (ctx, next) => {
  await next();
  const route = ctx.oidc?.route;
  if (route === 'discovery') {
    if (fault === 'discovery issuer') ctx.body.issuer = 'https://elsewhere.example';
    if (fault === 'long') ctx.body.service_documentation = `https://example.org/${'x'.repeat(600000)}`;
    if (fault === 'no pkce') delete ctx.body.code_challenge_methods_supported;
  }
  if (route === 'token' && ctx.body?.id_token) {
    const change = {
      'issuer': { iss: 'https://elsewhere.example' },
      'nonce': { nonce: 'n'.repeat(43) },
      'audience': { aud: 'somebody-else' },
      'expired': { exp: Math.floor(Date.now() / 1000) - 1 },
      'access token': { at_hash: 'x'.repeat(22) },
    }[fault];
    if (change) ctx.body.id_token = await forge(ctx.body.id_token, change);
    if (fault === 'stranger') ctx.body.id_token = await forge(ctx.body.id_token, {}, stranger);
    if (fault === 'unsigned') {
      const said = jose.decodeJwt(ctx.body.id_token);
      ctx.body.id_token = `${encode({ alg: 'none' })}.${encode(said)}.`;
    }
    if (fault === 'elsewhere') ctx.redirect('https://elsewhere.example/token');
  }
  if (route === 'userinfo') {
    if (fault === 'tampered') {
      const [header, , signature] = ctx.body.split('.');
      const said = { ...jose.decodeJwt(ctx.body), siret: '11001001400014' };
      ctx.body = [header, encode(said), signature].join('.');
    }
    if (fault === 'other person' && typeof ctx.body === 'string') {
      ctx.body = await forge(ctx.body, { sub: 'somebody-else' });
    } else if (fault === 'other person') {
      ctx.body.sub = 'somebody-else';
    }
    if (fault === 'plain') {
      ctx.body = jose.decodeJwt(ctx.body);
      ctx.type = 'application/json';
    }
  }
});

// As ProConnect does: what it does not know, it refuses.
const KNOWN = ['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'claims',
  'acr_values', 'prompt', 'login_hint', 'idp_hint', 'code_challenge', 'code_challenge_method'];
function strangeness(query) {
  const strange = [...query.keys()].find((name) => !KNOWN.includes(name));
  if (strange) return `Y000400: ${strange}`;
  const short = ['state', 'nonce'].find((name) => (query.get(name) ?? '').length < 32);
  if (short) return `Y000400: ${short}`;
  if (fault === 'no pkce' && query.has('code_challenge')) return 'Y000400: code_challenge';
  return undefined;
}

const callback = provider.callback();

async function answer(request, response) {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/control') {
    let text = '';
    for await (const chunk of request) text += chunk;
    const told = JSON.parse(text);
    current = told.person ?? current;
    fault = told.fault ?? '';
    ahead += told.advance ?? 0;
    return response.end();
  }
  if (url.pathname.startsWith(`${base}/interaction/`)) {
    const { sub, amr, ...claims } = current;
    people.set(sub, claims);
    const result = fault === 'declined'
      ? { error: 'access_denied', error_description: 'declined by the person' }
      : { login: { accountId: sub, amr: amr ?? ['pwd'] } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  if (isState && url.pathname === `${base}/auth`) {
    const strange = strangeness(url.searchParams);
    if (strange) {
      response.statusCode = 400;
      return response.end(strange);
    }
  }
  if (base) {
    if (!request.url.startsWith(base)) {
      response.statusCode = 404;
      return response.end();
    }
    request.originalUrl = request.url;
    request.url = request.url.slice(base.length) || '/';
  }
  return callback(request, response);
}

process.stdin.resume().on('end', () => process.exit());
console.log(server.address().port);
