// The npm packages, which `make browser` installs under target/browser, outside the repository's files.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../../../target/browser/package.json', import.meta.url));

export const { chromium } = require('playwright-core');

/** The text of axe-core, evaluated in a page: a script element would be refused by the page's own policy. */
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
