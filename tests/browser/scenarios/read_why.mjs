// From the link of the first start to why a project is flagged, as a person would who has nothing but a browser.
//
// `link`: the one that the first start prints.

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person, given }) => {
  const ada = await person();
  await ada.goes(given.link);
  await ada.fill('Vos prénom et nom', 'Ada Martin');
  await ada.press('Créer le compte et ouvrir la session', { leaves: true });
  await ada.seesHeading('Tableau de bord');
  await ada.sees('Édition de novembre 2020');

  await ada.follow('Projets', { within: ada.part('navigation', 'Menu principal') });
  await ada.seesHeading('Projets');
  await ada.fill('Nom d’un projet', 'SAMU');
  await ada.press('Rechercher', { leaves: true });
  await ada.sees('1 projet');
  await ada.follow('SI SAMU');

  await ada.seesHeading('SI SAMU', { level: 1 });
  await ada.follow('Pourquoi ce projet est signalé');
  const drift = ada.entry('Dérive budgétaire');
  await ada.sees('Critique', { within: drift });
  await ada.sees('Le coût est de 188,7 M€, contre 117,2 M€ au départ : l’écart budgétaire est de 61 %.', { within: drift });
  await ada.unfold('Sur quoi repose ce constat', { within: drift });
  await ada.sees('2020-11.panorama.csv, ligne 13', { within: drift });
  await ada.isAccessible();

  await ada.follow('Voir l’alerte Dérive budgétaire', { within: drift });
  await ada.seesHeading(/^Dérive budgétaire/, { level: 1 });
  await ada.page.goBack();
  await ada.seesHeading('SI SAMU', { level: 1 });
});
