// What the browser tests look for, they find: pages that are wrong in one way each, in place of the service's.

import assert from 'node:assert/strict';

import { axe, hasNoHorizontalScroll, isStructured, setTextSize } from '../lib/accessibility.mjs';
import { tabThrough } from '../lib/keyboard.mjs';
import { scenario } from '../lib/scenario.mjs';

const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'";

const STYLE = 'body { margin: 0 } a:focus, button:focus, input:focus { outline: 2px solid blue }';

const WHOLE = page('<main><h1>Alertes</h1><p>20 % des projets</p><a href="/elsewhere">Suite</a></main>');

await scenario(async ({ person, given }) => {
  const readers = new Map();
  const before = async (html, options = {}) => {
    const key = JSON.stringify(options);
    if (!readers.has(key)) readers.set(key, await person({ trace: false, ...options }));
    const reader = readers.get(key);
    reader.watch.isClear();
    await shown(reader.page, html);
    await reader.goes('/page');
    return reader;
  };
  await nothingIsFound(before);
  await faultsOfPagesAreFound(before);
  await faultsOfTheBrowserAreFound(before, given);
  await faultsOfTheKeyboardAreFound(before);
  await everyWayActs(before);
});

function page(body, head = '') {
  const title = '<meta charset="utf-8"><title>Alertes — Vigie</title><link rel="stylesheet" href="/style.css">';
  return `<!DOCTYPE html><html lang="fr"><head>${title}${head}</head><body>${body}</body></html>`;
}

async function shown(target, html) {
  const answer = (contentType, body) => (route) =>
    route.fulfill({ contentType, body, headers: { 'content-security-policy': POLICY } });
  await target.unrouteAll();
  await target.route('**/page', answer('text/html', html));
  await target.route('**/elsewhere*', answer('text/html', page('<main><h1>Suite</h1></main>')));
  await target.route('**/style.css', answer('text/css', STYLE));
  await target.route('**/script.js', answer('text/javascript', 'missing.call()'));
  await target.route('**/lost.png', (route) => route.fulfill({ status: 404 }));
}

async function nothingIsFound(before) {
  for (const options of [{}, { dark: true, width: 320 }, { way: 'no-script' }]) {
    const reader = await before(WHOLE, options);
    if (reader.hasScripts) {
      await axe(reader.page);
      await tabThrough(reader.page);
    }
    await isStructured(reader.page);
    await hasNoHorizontalScroll(reader.page);
    await setTextSize(reader.page, 200);
    await hasNoHorizontalScroll(reader.page);
    await reader.sees('20 % des projets');
    reader.watch.isClear();
  }
}

async function faultsOfPagesAreFound(before) {
  const unnamed = await before(page('<main><h1>Alertes</h1><img src="/style.css"></main>'));
  await assert.rejects(axe(unnamed.page), /image-alt .*critical/);
  unnamed.watch.faults.length = 0;

  const table = '<table id="t"><tr><th>Projet</th></tr></table><p id="t">Fin</p>';
  const loose = await before(page(`<h1>Un</h1><h1>Deux</h1>${table}`));
  const faults = await isStructured(loose.page).then(() => '', (fault) => fault.message);
  for (const part of ['2 times `h1`', '0 times `main`', 'no caption', 'no scope', 'twice the id t']) {
    assert.ok(faults.includes(part), `${part} is not among\n${faults}`);
  }

  const wide = await before(page('<main><h1>Alertes</h1><table width="900"><tr><td>x</td></tr></table></main>'), { width: 320 });
  await assert.rejects(hasNoHorizontalScroll(wide.page), /900 px wide on a screen of 320/);
}

async function faultsOfTheBrowserAreFound(before, given) {
  for (const [html, expected] of [
    [page('<main><h1>Alertes</h1><p style="color: red">20 %</p></main>'), /console: .*inline style/],
    [page('<main><h1>Alertes</h1></main><script>1</script>'), /console: .*inline script/],
    [page('<main><h1>Alertes</h1></main>', '<script src="/script.js"></script>'), /a script failed: .*missing/],
    [page('<main><h1>Alertes</h1><img alt="" src="/lost.png"></main>'), /GET .*\/lost\.png: 404/],
    [page('<main><h1>Alertes</h1><img alt="" src="http://vigie.invalid/x.png"></main>'), /content security|left for http:\/\/vigie\.invalid/i],
  ]) {
    const reader = await before(html);
    assert.throws(() => reader.watch.isClear(), expected);
    reader.watch.faults.length = 0;
  }
  const lost = await before(WHOLE);
  await assert.rejects(lost.goes('/nothing-is-here'), /404, expected 200/);
  lost.watch.faults.length = 0;
  await lost.goes('/nothing-is-here', { status: 404 });
  lost.watch.isClear();
  assert.ok(given.base.startsWith('http://127.0.0.1:'));
}

async function faultsOfTheKeyboardAreFound(before) {
  const bare = await before(page('<main><h1>Alertes</h1><input aria-label="Motif" class="bare"><a href="/elsewhere">Suite</a></main>'), { way: 'keyboard' });
  await bare.page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.bare:focus { outline: none !important }');
    document.adoptedStyleSheets = [sheet];
  });
  await assert.rejects(bare.follow('Suite'), /nothing shows the focus on <input/);
  await assert.rejects(tabThrough(bare.page), /nothing shows the focus on <input/);

  const unreachable = await before(page('<main><h1>Alertes</h1><a href="/elsewhere" tabindex="-1">Suite</a></main>'), { way: 'keyboard' });
  await assert.rejects(unreachable.follow('Suite'), /cannot be reached by Tab/);

  const trapped = await before(page('<main><h1>Alertes</h1><textarea aria-label="Règle"></textarea><a href="/elsewhere">Suite</a></main>'), { way: 'keyboard' });
  await trapped.page.evaluate(() => {
    document.querySelector('textarea').addEventListener('keydown', (event) => event.preventDefault());
  });
  await assert.rejects(trapped.follow('Suite'), /Tab does not leave <textarea/);
  await assert.rejects(tabThrough(trapped.page), /Tab does not leave <textarea/);

  const skipping = await before(page('<main><h1>Alertes</h1><a href="/elsewhere">Suite</a><button>Fin</button></main>'));
  await skipping.page.evaluate(() => {
    document.querySelector('a').addEventListener('keydown', (event) => {
      document.querySelector('button').focus();
      document.querySelector('button').remove();
      event.preventDefault();
    });
    document.querySelector('a').addEventListener('focus', ({ target }) => target.blur());
  });
  await assert.rejects(tabThrough(skipping.page), /Tab never reaches <(a|button)/);
}

async function everyWayActs(before) {
  const form = `<main><h1>Alertes</h1><form action="/elsewhere">
    <label for="why">Motif <span>(facultatif)</span><span>Une ligne</span></label><input id="why" name="why" value="ancien">
    <label for="other">Motif du refus</label><input id="other">
    <label for="on">Jour</label><input id="on" name="on" type="date">
    <label for="who">Ministère</label><select id="who" name="who"><option>Culture</option><option value="MJ">Justice</option></select>
    <fieldset><legend>Décision</legend>
      <input type="radio" id="yes" name="do" value="yes"><label for="yes">Accepter</label>
      <input type="radio" id="no" name="do" value="no"><label for="no">Refuser</label></fieldset>
    <input type="checkbox" id="sure" name="sure"><label for="sure">Certain</label>
    <button>Envoyer</button></form></main>`;
  for (const way of ['pointer', 'keyboard', 'no-script']) {
    const reader = await before(page(form), { way });
    await reader.fill('Motif', 'vu en revue');
    await reader.fill('Jour', '2020-12-01');
    await reader.choose('Ministère', 'Justice');
    await reader.check('Refuser');
    await reader.check('Certain');
    await reader.press('Envoyer', { leaves: true });
    await reader.seesHeading('Suite');
    const sent = new URL(reader.page.url()).search;
    assert.equal(sent, '?why=vu+en+revue&on=2020-12-01&who=MJ&do=no&sure=on', way);
    await reader.page.goBack();
    await reader.seesHeading('Alertes');
    await reader.seesNo('Refusé');
    reader.watch.isClear();
  }
}
