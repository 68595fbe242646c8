// A threshold is changed by form, its effect seen, submitted, published by another person, and rolled back.

import { scenario } from '../lib/scenario.mjs';

const LABEL = 'Seuil élevé de l’écart budgétaire';

await scenario(async ({ person }) => {
  const ada = await person({ as: 'Ada' });
  const paul = await person({ as: 'Paul' });
  await ada.goes('/regles/D1');
  await ada.press(`Modifier : ${LABEL}`, { leaves: true });
  await ada.seesHeading(`Seuil : ${LABEL}`);
  await ada.sees('Aucun verdict, aucune mission ne changerait.');
  await ada.fill('Valeur (%)', '15 %');
  if (!ada.hasScripts) await ada.press('Essayer sans enregistrer', { leaves: true });
  await ada.sees('Alerte ouverte, niveau élevé');
  await ada.sees('Messages qui changeraient, ministère par ministère');
  await ada.isAccessible();
  await ada.press('Enregistrer le brouillon', { leaves: true });
  await ada.sees('Le brouillon est enregistré.');
  await ada.press('Soumettre à relecture', { leaves: true });
  await ada.seesHeading('Relecture du brouillon 1');
  await ada.seesNo('Publier ces règles');

  await paul.goes('/brouillons');
  await paul.follow(`Modifier le seuil « ${LABEL} »`);
  await paul.sees('value = 0.15');
  await paul.fill('Raison de la publication', 'aligné sur la cible');
  await paul.press('Publier ces règles', { leaves: true });
  await paul.sees('Les règles du brouillon sont en vigueur.');
  await paul.goes('/seuils');
  await paul.unfold(`Rétablir : ${LABEL}`);
  await paul.fill('Raison', 'trop d’alertes');
  await paul.press('Rétablir cette valeur', { leaves: true });
  await paul.sees('Le texte précédent est de nouveau en vigueur.');
  await paul.seesNo('Rétablir : ');
});
