// Looks at pages of a service that runs, as the tests do, and leaves pictures of them in target/browser/pictures.
//
//   node tests/browser/look.mjs http://127.0.0.1:8080/setup/…               the link of a first start: prints a COOKIE
//   node tests/browser/look.mjs http://127.0.0.1:8080 COOKIE /projets /alertes…
//
// COOKIE is the value of `vigie_session`; `-` is nobody's.

import { join } from 'node:path';

import { root } from './lib/packages.mjs';

const LOOKS = [
  { width: 1280 },
  { width: 320 },
  { width: 1280, dark: true },
  { width: 320, dark: true },
  { width: 1280, textSize: 200 },
];

const [address, cookie, ...paths] = process.argv.slice(2);
const { origin, pathname } = new URL(address);
if (cookie === undefined && pathname.startsWith('/setup/')) {
  console.log(await firstSession());
} else {
  await look();
}

async function look() {
  const as = cookie === '-' ? undefined : 'someone';
  const pictures = join(root, 'target/browser/pictures');
  const pages = paths.map((path) => ({ path, as }));
  process.env.SCENARIO = JSON.stringify({ base: origin, sessions: { someone: cookie }, pages, looks: LOOKS, pictures });
  await import('./scenarios/axe.mjs');
}

/** Makes the administrator's account. */
async function firstSession() {
  const body = new URLSearchParams({ name: 'Claire Martin' });
  const response = await fetch(address, { method: 'POST', body, headers: { origin }, redirect: 'manual' });
  const set = response.headers.getSetCookie().find((one) => one.startsWith('vigie_session='));
  if (!set) throw new Error(`${response.status}: ${await response.text()}`);
  return set.slice('vigie_session='.length).split(';')[0];
}
