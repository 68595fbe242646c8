// A workbook with title rows and an unknown layout: described in the assistant, imported, on hold, and confirmed.

import { scenario } from '../lib/scenario.mjs';

const MIME = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

await scenario(async ({ person, given }) => {
  const claire = await person({ as: 'Claire' });
  const leaves = true;
  await claire.goes('/imports/nouveau');
  const buffer = Buffer.from(given.workbook, 'base64');
  await claire.attach('Fichiers', { name: given.file, mimeType: MIME, buffer });
  await claire.press('Simuler l’importation', { leaves });
  await claire.seesHeading('Simulation d’importation', { level: 1 });
  await claire.sees('Aucune disposition connue ne correspond');
  await claire.isAccessible();

  await claire.follow('Décrire sa disposition');
  await claire.sees('Suivi des chantiers');
  await claire.isAccessible();
  await claire.fill('Champ de la colonne Intitulé du chantier', 'Projet');
  await claire.fill('Champ de la colonne Porteur', 'Ministère');
  await claire.fill('Champ de la colonne Avancement', 'Phase');
  await claire.fill('Champ de la colonne Lancement', 'Date de début');
  await claire.fill('Champ de la colonne Terme prévu', 'Date de fin (la durée en est calculée)');
  await claire.fill('Champ de la colonne Budget (k€)', 'Coût');
  await claire.fill('Nom de cette disposition', 'Suivi de la Justice');
  await claire.press('Essayer sur le fichier', { leaves });
  await claire.sees('dans le fichier');
  await claire.choose('Amorce', 'Cadrage');
  await claire.choose('Réflexion', 'Cadrage');
  await claire.press('Essayer sur le fichier', { leaves });
  await claire.sees('2 lignes se liraient sans erreur.');
  await claire.isAccessible();
  await claire.press('Enregistrer la disposition', { leaves });
  await claire.sees('La disposition est enregistrée');

  await claire.sees('Elle serait mise en attente de confirmation');
  await claire.sees('Coût hors de proportion');
  await claire.isAccessible();
  await claire.press('Importer 1 fichier', { leaves });
  await claire.follow(given.file);
  await claire.sees('Ce qui est à confirmer');
  await claire.fill('Pourquoi ces chiffres sont justes', 'Vérifié avec le ministère.');
  await claire.press('Confirmer l’importation', { leaves });
  await claire.sees('L’importation est confirmée');
  await claire.isAccessible();
});
