// A secretary-general goes from the link of a mail to an acknowledgement, and by a sign-in link to the page of the ministry:
// decisions first, one act each, then the projects; it prints on one sheet.
//
// `mails`: the folder of the mail server; `address`: where the mails of the ministry go.

import { linkTo, mailCount } from '../lib/mail.mjs';
import { scenario } from '../lib/scenario.mjs';

const leaves = true;

await scenario(async ({ person, given }) => {
  const charlie = await person();
  const { page } = charlie;
  await charlie.goes(await linkTo(given.mails, given.address, '/acknowledgements/'));
  await charlie.seesHeading('Prendre connaissance');
  const [, alert] = (await page.locator('main li').first().innerText()).match(/^Critique (.*)$/);
  const [project, rule] = alert.split(/\s:\s/);
  await charlie.isAccessible();
  await charlie.press('J’ai pris connaissance', { leaves });
  await charlie.seesHeading('C’est noté');
  await charlie.isAccessible();

  await charlie.follow('Voir la page de votre ministère');
  await charlie.seesHeading('Se connecter');
  await charlie.fill('Votre adresse électronique', given.address);
  const before = await mailCount(given.mails);
  await charlie.press('Recevoir un lien', { leaves });
  await charlie.seesHeading('Consultez votre messagerie');
  await charlie.goes(await linkTo(given.mails, given.address, '/connexion/', before));
  await charlie.press('Ouvrir ma session', { leaves });

  await charlie.seesHeading('Ministère de la Justice', { level: 1 });
  await charlie.isAt('/ministeres/MJ');
  const parts = await page.getByRole('heading', { level: 2 }).allInnerTexts();
  if (parts[0] !== 'Ce qui attend votre décision' || parts[1] !== 'Vos projets') throw new Error(`found ${parts.join(', ')}`);
  await charlie.isAccessible();
  const acts = page.getByRole('button', { name: /^J’ai pris connaissance : / });
  const count = await acts.count();
  if (count < 3) throw new Error(`${count} alerts to acknowledge`);
  await charlie.sees(`${count} alertes à lire`);
  if ((await named(charlie, rule, project).count()) > 0) throw new Error(`${alert} is not acknowledged by the link`);

  const act = await acts.first().getAttribute('aria-label');
  await charlie.press(act, { leaves });
  await charlie.sees('C’est noté : la DINUM sait que vous avez pris connaissance de cette alerte.');
  await isOnMessage(charlie);
  await charlie.sees(`${count - 1} alertes à lire`);
  if ((await page.getByRole('button', { name: act, exact: true }).count()) > 0) throw new Error(`« ${act} » is still there`);

  const opinion = page.getByRole('button', { name: /^Avis favorable : / }).first();
  await charlie.press(await opinion.getAttribute('aria-label'), { leaves });
  await charlie.sees('Votre avis est noté. La DINUM en tient compte pour décider.');
  await isOnMessage(charlie);
  await charlie.follow('PORTALIS');
  await charlie.seesHeading('PORTALIS', { level: 1 });
  await page.goBack();
  await printsOnOneSheet(charlie);
});

/** The act on an alert of a project. */
function named({ page }, rule, project) {
  return page.getByRole('button', { name: `J’ai pris connaissance : ${rule}, ${project}`, exact: true });
}

/** After an act the page opens on what it did. */
async function isOnMessage({ page }) {
  await page.locator('[role=status]:focus').waitFor();
}

/** Paper has the decisions and the projects, without buttons and menus, and takes one sheet. */
async function printsOnOneSheet(charlie) {
  const { page } = charlie;
  await page.emulateMedia({ media: 'print' });
  await charlie.seesHeading('Ce qui attend votre décision');
  await charlie.sees('PORTALIS');
  await charlie.seesHeading('Vos projets');
  for (const part of ['button', 'nav', 'footer', 'input:not([type=hidden])', 'textarea']) {
    const shown = await page.locator(part).filter({ visible: true }).count();
    if (shown > 0) throw new Error(`${shown} times \`${part}\` on paper`);
  }
  const pdf = await page.pdf({ preferCSSPageSize: true });
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
  if (sheets !== 1) throw new Error(`${sheets} sheets`);
  await page.emulateMedia({ media: 'screen' });
}
