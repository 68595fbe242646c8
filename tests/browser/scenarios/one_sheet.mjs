// The page of a ministry, printed: its secretary-general takes one sheet to a meeting.
//
// `ministries`: their codes.

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person, given }) => {
  const reader = await person({ as: 'Claire Martin', trace: false });
  for (const ministry of given.ministries) {
    await reader.goes(`/ministeres/${ministry}`);
    const printed = await reader.page.pdf({ format: 'A4', preferCSSPageSize: true });
    const sheets = printed.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
    if (sheets !== 1) throw new Error(`the page of ${ministry} takes ${sheets} sheets`);
  }
  console.log(`${given.ministries.length} ministries, a sheet each`);
});
