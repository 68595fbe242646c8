// Thirty alerts worked through in the queue: some silenced, some assigned, the others acknowledged, with the forms of the page;
// and by keyboard with the keys that the page knows.

import { scenario } from '../lib/scenario.mjs';

const MANY = 30;

await scenario(async ({ person }) => {
  const claire = await person({ as: 'Claire Martin' });
  await claire.goes('/alertes');
  const before = await waiting(claire);
  await (claire.way === 'keyboard' ? workByKeys(claire) : workByForms(claire));
  await claire.goes('/alertes');
  const left = await waiting(claire);
  if (before - left < MANY) throw new Error(`${before} alerts waited, ${left} still do, expected ${MANY} fewer`);
  await claire.sees(/autres alertes ne sont pas affichées/);
  await claire.goes('/alertes?silence=oui');
  await claire.sees('En silence', { within: claire.page.locator('.vigie-queue').first() });
});

/** How many alerts the queue says there are. */
async function waiting({ page }) {
  return Number.parseInt(await page.locator('.vigie-filters strong').innerText(), 10);
}

async function workByForms(claire) {
  await choose(claire, 2);
  await claire.press('Mettre en silence…', { leaves: true });
  await claire.fill('Dernier jour du silence', '2020-12-31');
  await claire.fill('Motif', 'Arbitrage budgétaire en cours');
  await claire.press('Mettre en silence', { leaves: true });
  await claire.sees(/Les alertes choisies sont en silence/);

  await choose(claire, 3);
  await claire.press('Confier…', { leaves: true });
  await claire.fill('À qui', 'Claire Martin');
  await claire.press('Confier', { leaves: true });
  await claire.sees('Les alertes choisies sont confiées.');
  await claire.sees('Confiée à moi');

  const all = 'Tout choisir sur cette page';
  if (claire.hasScripts) await claire.page.getByRole('link', { name: all }).click();
  else await claire.follow(all);
  await claire.press('Acquitter', { leaves: true });
  await claire.sees('Les alertes choisies sont acquittées.');
}

/** Ticks the first alerts of the queue. */
async function choose({ page }, count) {
  const boxes = page.locator('#actes input[type=checkbox]');
  for (let one = 0; one < count; one += 1) await boxes.nth(one).check();
}

async function workByKeys(claire) {
  const { page } = claire;
  await page.keyboard.press('j');
  await isOnAlert(page);
  for (let done = 0; done < MANY - 1; done += 1) {
    const item = await isOnAlert(page);
    await page.keyboard.press('a');
    await page.locator(`[id="${item}"]`).waitFor({ state: 'detached' });
    await isOnAlert(page);
    await page.locator('#annonce').filter({ hasText: 'L’alerte est acquittée.' }).waitFor({ state: 'attached' });
  }
  await page.keyboard.press('?');
  await claire.sees('alerte suivante');
  await page.keyboard.press('?');
  await isOnAlert(page);
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('x');
  await page.locator('#annonce').filter({ hasText: '1 alerte choisie' }).waitFor({ state: 'attached' });
  await Promise.all([page.waitForURL('/alertes/actes'), page.keyboard.press('s')]);
  await claire.fill('Dernier jour du silence', '2020-12-31');
  await claire.fill('Motif', 'Arbitrage budgétaire en cours');
  await claire.press('Mettre en silence', { leaves: true });
  await claire.sees(/L’alerte est en silence/);
}

/** The focus is on an alert of the queue, which is marked: its id. */
async function isOnAlert(page) {
  const item = page.locator('.vigie-queue__item[aria-current=true]:focus-within');
  await item.waitFor();
  return item.getAttribute('id');
}
