// Runs a scenario: one browser, any number of people in it, and what is kept when it fails.
//
//   await scenario(async ({ person, given }) => {
//     const claire = await person({ as: 'Claire' });
//     await claire.goes('/alertes');
//   });
//
// `SCENARIO` in the environment is a JSON object: `base`, the address of the service; `sessions`, the session cookie of
// each person; `way`, how people act by default; `failed`, the folder of what is kept; and what this scenario needs.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium } from './packages.mjs';
import { Person } from './person.mjs';
import { Watch } from './watch.mjs';

/** How long something may take that must happen: far more than it does, on a machine that builds meanwhile. */
const PATIENCE_MS = 90_000;

/** How people act: with the pointer, by keyboard alone, or without scripts. */
export const WAYS = ['pointer', 'keyboard', 'no-script'];

export const given = JSON.parse(process.env.SCENARIO ?? '{}');

export async function scenario(play) {
  const browser = await launch();
  const people = [];
  const person = async (options) => {
    const one = await arrive(browser, options);
    people.push(one);
    return one;
  };
  try {
    await play({ person, given });
    for (const one of people) one.watch.isClear();
    console.log('-- done');
  } catch (fault) {
    process.exitCode = 1;
    console.error(fault.stack ?? fault);
    await keep(people).catch((error) => console.error(`nothing could be kept: ${error}`));
  } finally {
    await browser.close();
  }
}

/** Debian's Chromium. Tests and containers run as root, where its sandbox cannot be had; it shows our own pages only. */
export async function launch() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--disable-dev-shm-usage', '--lang=fr-FR'] });
}

/**
 * Someone in a browser of their own.
 *
 * `as` names a session of `given.sessions`, nobody's without; `way` is one of `WAYS`; `dark` and `width` are the theme
 * and the width of the screen in pixels; `trace` is off where pages are many.
 */
async function arrive(browser, { as, way = given.way ?? 'pointer', dark = false, width = 1280, trace = true } = {}) {
  if (!WAYS.includes(way)) throw new Error(`no way to act: ${way}`);
  const context = await browser.newContext({
    baseURL: given.base,
    javaScriptEnabled: way !== 'no-script',
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  if (as !== undefined) await signIn(context, as);
  if (trace) await context.tracing.start({ snapshots: true, screenshots: false });
  const page = await context.newPage();
  return new Person({ page, way, watch: new Watch(context, given.base), traced: trace });
}

async function signIn(context, as) {
  const value = given.sessions?.[as];
  if (value === undefined) throw new Error(`nobody has a session as ${as}`);
  await context.addCookies([
    { name: 'vigie_session', value, url: given.base, httpOnly: true, sameSite: 'Lax' },
  ]);
}

/** What each person saw: a picture, what assistive technology reads, and a trace for `playwright-core show-trace`. */
async function keep(people) {
  if (!given.failed) return;
  await rm(given.failed, { recursive: true, force: true });
  await mkdir(given.failed, { recursive: true });
  for (const [index, { page, traced, watch }] of people.entries()) {
    const file = (name) => join(given.failed, `${index + 1}-${name}`);
    const read = await page.locator('body').ariaSnapshot({ timeout: 5000 }).catch((error) => `${error}`);
    await writeFile(file('page.txt'), [page.url(), ...watch.faults, read].join('\n'));
    await page.screenshot({ path: file('page.png'), fullPage: true }).catch(() => {});
    if (traced) await page.context().tracing.stop({ path: file('trace.zip') });
    console.error(`-- person ${index + 1} is on ${page.url()}`);
  }
  console.error(`-- what each has before them is kept in ${given.failed}`);
}
