// What a machine can say of a page's accessibility: axe, the structure that RGAA asks for, and the room it takes.

import { axeSource } from './packages.mjs';

/** Places of one fault that are shown. */
const SHOWN = 5;

/** axe finds nothing, good practices included. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  fail(page, violations.map(violation));
}

function violation({ id, impact, help, nodes }) {
  const places = nodes.slice(0, SHOWN).map(({ target, html, failureSummary }) => {
    const reason = failureSummary.split('\n').slice(1).join(' ; ').replace(/\s+/g, ' ');
    return `    ${target.join(' ')}\n      ${html.slice(0, 200)}\n      ${reason}`;
  });
  const more = nodes.length > SHOWN ? [`    and ${nodes.length - SHOWN} more`] : [];
  return [`  ${id} (${impact}): ${help}`, ...places, ...more].join('\n');
}

/** One first heading, a title, a main part, French, captions and scopes, each id once. */
export async function isStructured(page) {
  fail(page, (await page.evaluate(structure)).map((fault) => `  ${fault}`));
}

/** Runs in the page. */
function structure() {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const start = (element) => element.outerHTML.slice(0, 120);
  const one = (selector) => {
    if (all(selector).length !== 1) faults.push(`${all(selector).length} times \`${selector}\`, expected 1`);
  };
  ['h1', 'main', 'head > title'].forEach(one);
  if (!document.title.trim()) faults.push('the title is empty');
  if (document.documentElement.lang !== 'fr') faults.push(`the language is « ${document.documentElement.lang} »`);
  for (const table of all('table')) {
    if (!table.caption?.textContent.trim()) faults.push(`no caption: ${start(table)}`);
  }
  for (const header of all('th:not([scope])')) faults.push(`no scope: ${start(header)}`);
  for (const element of all('[style], body style, script:not([src]):not([type="application/json"])')) {
    faults.push(`style or script in the page: ${start(element)}`);
  }
  const ids = all('[id]').map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) faults.push(`twice the id ${id}`);
  return faults;
}

/** Each class is one of `documented`, or begins with the name of the service; an editor has its own. */
export async function hasKnownClasses(page, documented) {
  const used = await page.evaluate(() =>
    [...document.querySelectorAll('[class]')].filter((one) => !one.closest('.cm-editor')).flatMap((one) => [...one.classList]));
  const unknown = [...new Set(used)].filter((one) => !documented.has(one) && !one.startsWith('vigie-'));
  fail(page, unknown.map((one) => `  the class ${one} is neither of the DSFR nor ours`));
}

/** Nothing is wider than the screen: what must be, such as a table, scrolls by itself. */
export async function hasNoHorizontalScroll(page) {
  fail(page, (await page.evaluate(overflow)).map((fault) => `  ${fault}`));
}

/** Runs in the page: the innermost elements that stand out, when the page scrolls sideways. */
function overflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const standsOut = (element) => element.getBoundingClientRect().right > clientWidth + 1;
  const scrolls = (element) => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX);
  const isHeld = (element) => {
    for (let above = element.parentElement; above && above !== document.body; above = above.parentElement) {
      if (scrolls(above)) return true;
    }
    return false;
  };
  const out = [...document.body.querySelectorAll('*')].filter((one) => standsOut(one) && !isHeld(one));
  const innermost = out.filter((one) => !out.some((other) => other !== one && one.contains(other)));
  const told = innermost.slice(0, 5).map((one) => `${Math.round(one.getBoundingClientRect().right)} px: ${one.outerHTML.slice(0, 120)}`);
  return [`${scrollWidth} px wide on a screen of ${clientWidth}`, ...told];
}

/** Text larger than the page sets it, in percent, as whoever sees badly asks for. */
export async function setTextSize(page, percent) {
  await page.evaluate((size) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`html { font-size: ${size}% !important }`);
    document.adoptedStyleSheets = [sheet];
  }, percent);
}

function fail(page, faults) {
  if (faults.length > 0) throw new Error(`${page.url()}\n${faults.join('\n')}`);
}
