// Two people on one draft: the second sees what the first did, beside what they typed, which is kept.

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person }) => {
  const ada = await person({ as: 'Ada' });
  const bob = await person({ as: 'Bob' });
  await ada.goes('/regles/D1');
  await ada.press('Modifier : Seuil élevé de l’écart budgétaire', { leaves: true });
  await ada.seesHeading('Seuil : Seuil élevé de l’écart budgétaire');
  await bob.goes('/brouillons/1');
  await bob.fill('Valeur (%)', '18 %');
  await bob.press('Enregistrer le brouillon', { leaves: true });
  await bob.sees('Le brouillon est enregistré.');

  await ada.fill('Valeur (%)', '15 %');
  await ada.press('Enregistrer le brouillon', { leaves: true, status: 412 });
  await ada.seesHeading('Quelqu’un a enregistré ce brouillon entre-temps');
  await ada.sees('Enregistré par Bob');
  await ada.isAccessible();
  await ada.sees('value = 0.18', { within: ada.part('table', 'Ce que l’autre personne a changé') });
  await ada.sees('value = 0.15', { within: ada.part('table', 'Votre saisie, comparée à ce qui est enregistré') });
  await ada.press('Enregistrer le brouillon', { leaves: true });
  await ada.sees('Le brouillon est enregistré.');
});
