// Two people before one alert: the second is told what the first did, keeps what was typed, and neither act is lost.

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person, given }) => {
  const claire = await person({ as: 'Claire Martin' });
  const paul = await person({ as: 'Paul Durand' });
  const alert = `/alertes/${given.alert}`;
  await claire.goes(alert);
  await paul.goes(alert);
  await paul.fill('Remarque', 'Vu avec le ministère');
  await paul.press('Acquitter l’alerte', { leaves: true });
  await paul.sees('L’alerte est acquittée.');

  await claire.fill('Remarque', 'Le plan est arrêté');
  await claire.press('Acquitter l’alerte', { status: 409 });
  await claire.sees(/a changé depuis que vous l’avez lue/);
  await claire.sees(/acquittée par Paul Durand/);
  await claire.isAccessible();
  const typed = await claire.page.getByLabel('Remarque').inputValue();
  if (typed !== 'Le plan est arrêté') throw new Error(`« ${typed} » is left of what was typed`);
  await claire.press('Acquitter', { leaves: true });
  await claire.sees('L’alerte est acquittée.');
  await claire.goes(alert);
  await claire.sees(/Vu avec le ministère/);
  await claire.sees(/Le plan est arrêté/);
});
