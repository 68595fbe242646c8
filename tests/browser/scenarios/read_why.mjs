// From the link of the first start to why a project is flagged, as a person would who has nothing but a browser.
//
// `link`: the one that the first start prints.

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person, given }) => {
  const ada = await person();
  await ada.goes(given.link);
  await ada.fill('Vos prénom et nom', 'Ada Martin');
  await ada.press('Créer le compte', { leaves: true });
  await ada.goes('/');
  await ada.seesHeading('Tableau de bord');
  await ada.follow('Projets', { within: ada.part('navigation', 'Menu principal') });
  await ada.seesHeading('Projets');
  await ada.fill('Nom d’un projet', 'SAMU');
  await ada.press('Rechercher', { leaves: true });
  await ada.follow('SI SAMU');
  await ada.seesHeading('SI SAMU');
  await ada.page.goBack();
  await ada.seesHeading('Projets');
});
