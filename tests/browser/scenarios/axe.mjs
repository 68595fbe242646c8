// Every page: its structure is whole, and Tab leads everywhere; in each theme and width axe finds nothing, and nothing is wider
// than the screen.
//
// `pages`: `[{ path, status, as }]`; `looks`: `[{ dark, width, textSize }]`; `classes`: the file of those that the DSFR
// documents; `pictures`: a folder for what each looks like.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { axe, hasKnownClasses, hasNoHorizontalScroll, isStructured, setTextSize } from '../lib/accessibility.mjs';
import { tabThrough } from '../lib/keyboard.mjs';
import { scenario } from '../lib/scenario.mjs';

/** Pages looked at side by side. */
const AT_ONCE = 2;

const faults = [];
const titles = new Map();

await scenario(async ({ person, given }) => {
  const documented = new Set((await readFile(given.classes, 'utf8')).split('\n'));
  const waiting = [...given.pages];
  const look = async () => {
    const readers = new Map();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (!readers.has(next.as)) readers.set(next.as, await person({ as: next.as ?? undefined, trace: false }));
      await lookAt(readers.get(next.as), next, { ...given, documented });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  if (faults.length > 0) throw new Error(`${faults.length} faults\n${faults.join('\n')}`);
  console.log(`${given.pages.length} pages, each in ${given.looks.length} looks`);
});

async function lookAt(reader, { path, status = 200, as }, { looks, pictures, documented }) {
  const { page, watch } = reader;
  const told = (fault) => faults.push(`${path}, ${as ?? 'nobody'}: ${fault.message ?? fault}`);
  try {
    await reader.goes(path, { status });
    await isStructured(page).catch(told);
    await hasKnownClasses(page, documented).catch(told);
    await tabThrough(page).catch(told);
    if (status === 200) ownTitle(new URL(page.url()).pathname, await page.title()).forEach(told);
    for (const { dark = false, width, textSize = 100 } of looks) {
      const name = [dark ? 'dark' : 'light', width, ...(textSize === 100 ? [] : [`text-${textSize}`])].join('-');
      const here = (fault) => told(`${name}: ${fault.message}`);
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      await page.setViewportSize({ width, height: 900 });
      await setTextSize(page, textSize);
      await axe(page).catch(here);
      await hasNoHorizontalScroll(page).catch(here);
      if (pictures) await picture(page, join(pictures, name), `${path} ${as ?? 'nobody'}`);
    }
    watch.isClear();
  } catch (fault) {
    told(fault);
  }
  watch.faults.length = 0;
}

/** Two pages with one title cannot be told apart in a list of windows. */
function ownTitle(place, title) {
  const other = titles.get(title) ?? place;
  titles.set(title, place);
  return other === place ? [] : [`« ${title} » is the title of ${other} too`];
}

async function picture(page, folder, name) {
  await mkdir(folder, { recursive: true });
  const file = name.replace(/^\//, '').replace(/^ /, 'home ').replace(/[^\p{L}\d-]+/gu, '_');
  await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true });
}
