// Two people have the same alert before them: what the first did is said to the second, and nothing is lost.

import assert from 'node:assert/strict';

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person }) => {
  const claire = await person({ as: 'Claire Martin' });
  const paul = await person({ as: 'Paul Durand' });
  for (const one of [claire, paul]) await one.goes('/alertes');
  const label = await first(claire).getAttribute('aria-label');
  assert.equal(await first(paul).getAttribute('aria-label'), label);

  await paul.check(label);
  await paul.press('Acquitter', { leaves: true });
  await paul.sees('L’alerte est acquittée.');

  await claire.check(label);
  await claire.press('Acquitter', { status: 409 });
  await claire.sees('0 alerte acquittée');
  await claire.seesNo('L’alerte est acquittée.');
});

function first({ page }) {
  return page.getByRole('checkbox', { name: /^Choisir l’alerte/ }).first();
}
