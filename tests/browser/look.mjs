// Looks at pages of a service that runs, as the tests do, and leaves pictures of them in target/browser/pictures.
//
//   node tests/browser/look.mjs http://127.0.0.1:8080 COOKIE /projets /alertes…
//
// COOKIE is the value of `vigie_session`, `-` for nobody.

import { join } from 'node:path';

import { root } from './lib/packages.mjs';

const [base, cookie, ...paths] = process.argv.slice(2);
const as = cookie === '-' ? undefined : 'someone';
process.env.SCENARIO = JSON.stringify({
  base,
  sessions: { someone: cookie },
  pages: paths.map((path) => ({ path, as })),
  looks: [{ width: 1280 }, { width: 320 }, { width: 1280, dark: true }, { width: 320, dark: true }, { width: 1280, textSize: 200 }],
  pictures: join(root, 'target/browser/pictures'),
});
await import('./scenarios/axe.mjs');
