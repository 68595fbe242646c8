// An edition with two ministries that nothing knows: both settled on the page of its simulation, and the edition imported.

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person, given }) => {
  const claire = await person({ as: 'Claire' });
  const leaves = true;
  await claire.goes('/imports/nouveau');
  const buffer = Buffer.from(given.text, 'utf8');
  await claire.attach('Fichiers', { name: given.file, mimeType: 'text/csv', buffer });
  await claire.press('Simuler l’importation', { leaves });
  await claire.sees('1 refusé');
  await claire.sees(`Ministère inconnu : « ${given.unknown} »`);
  await claire.sees('Ressemble à « Ministère de l');
  await claire.isAccessible();

  await claire.follow('Dire ce que désignent les noms inconnus');
  await claire.choose(`Ministère que désigne « ${given.misspelt} »`, given.known);
  const within = claire.page.getByRole('group', { name: `Ministère inconnu : « ${given.unknown} »` });
  await claire.unfold(`« ${given.unknown} » est un nouveau ministère`);
  await claire.fill('Code du nouveau ministère', 'MJ', { within });
  await claire.fill('Nom officiel du nouveau ministère', given.official, { within });
  await claire.fill('Pourquoi ces noms désignent cela', 'Décret du 20 mai.');
  await claire.press('Retenir ces noms', { leaves, status: 422 });
  await claire.sees('1 erreur à corriger');
  await claire.isAccessible();

  await claire.fill('Code du nouveau ministère', 'MNL', { within });
  await claire.press('Retenir ces noms', { leaves });
  await claire.sees('Les noms sont retenus');
  await claire.sees('Bon à importer');
  await claire.press('Importer 1 fichier', { leaves });
  await claire.sees('Tous les fichiers sont importés');

  await claire.goes('/imports');
  await claire.follow('Noms retenus');
  await claire.sees(given.official);
  await claire.isAccessible();
});
