// Thirty alerts worked through in the queue: one acknowledged, two handed to somebody, one silenced, the others acknowledged
// a page at a time.

import assert from 'node:assert/strict';

import { axe } from '../lib/accessibility.mjs';
import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person }) => {
  const claire = await person({ as: 'Claire Martin' });
  await claire.goes('/alertes');
  const all = await waiting(claire);
  assert.ok(all >= 30, `${all} alerts`);

  await acknowledgeFirst(claire);
  await waits(claire, all - 1);

  await choose(claire, 2);
  await claire.press('Confier…', { leaves: true });
  await claire.fill('À qui', 'Paul Durand');
  await claire.press('Confier', { leaves: true });
  await claire.sees('Les alertes choisies sont confiées.');
  await claire.sees('Confiée à Paul Durand');

  await choose(claire, 1);
  await claire.press('Mettre en silence…', { leaves: true });
  await claire.fill('Dernier jour du silence', '2020-12-20');
  await claire.fill('Motif', 'plan de redressement arrêté en revue');
  await claire.press('Mettre en silence', { leaves: true });
  await claire.sees('L’alerte est en silence');
  await waits(claire, all - 2);
  if (claire.hasScripts) await axe(claire.page);

  for (let left = all - 2; left > 0; left = await waiting(claire)) {
    await claire.follow('Tout choisir sur cette page', { leaves: !claire.hasScripts });
    await claire.press('Acquitter', { leaves: true });
    await claire.sees('acquittée');
    assert.ok((await waiting(claire)) < left);
  }
  await claire.sees('Aucune alerte à traiter');
});

/** How many alerts the queue says that it has. */
async function waiting({ page }) {
  const told = await page.locator('.vigie-filters strong').innerText();
  return Number(/\d+/.exec(told)?.[0] ?? 0);
}

async function waits(someone, count) {
  const told = new RegExp(`^\\s*${count} alertes?\\s*$`);
  await someone.page.locator('.vigie-filters strong').filter({ hasText: told }).waitFor();
}

function boxes({ page }) {
  return page.getByRole('checkbox', { name: /^Choisir l’alerte/ });
}

async function choose(someone, count) {
  for (let one = 0; one < count; one += 1) {
    await someone.check(await boxes(someone).nth(one).getAttribute('aria-label'));
  }
}

/** By the keys of the queue, where the keyboard is all there is: the focus goes to the next alert. */
async function acknowledgeFirst(someone) {
  if (someone.way !== 'keyboard') {
    await choose(someone, 1);
    await someone.press('Acquitter', { leaves: true });
    await someone.sees('L’alerte est acquittée.');
    return;
  }
  const titles = someone.page.locator('.vigie-queue__title a');
  const next = await titles.nth(1).getAttribute('href');
  await someone.page.keyboard.press('j');
  await someone.page.keyboard.press('a');
  await someone.page.locator(`a[href="${next}"]:focus`).waitFor();
}
