// A new rule from a few answers: its cases pass, and it is seen to fire.

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person }) => {
  const ada = await person({ as: 'Ada' });
  await ada.goes('/regles');
  await ada.follow('Nouvelle règle');
  await ada.fill('Code', 'X1');
  await ada.fill('Titre', 'Projet coûteux');
  await ada.check('Une donnée au-delà d’un seuil');
  const test = ada.part('group', 'Une donnée au-delà d’un seuil, ou la première de deux');
  await ada.fill('Donnée', 'Coût actualisé', { within: test });
  await ada.fill('Valeur', '50 M€', { within: test });
  await ada.press('Écrire la règle dans un brouillon', { leaves: true });
  await ada.seesHeading('Règle : Projet coûteux');
  await ada.sees('Verdicts qui changeraient, projet par projet');
  await ada.sees('SI SAMU');
  await ada.isAccessible();
});
