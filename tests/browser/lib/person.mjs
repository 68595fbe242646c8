// Someone before a page, who acts with the pointer, by keyboard alone, or without scripts. A scenario says what they do;
// how they do it is their way. Everything is found by the name that assistive technology reads.

import { readFile } from 'node:fs/promises';

import { axe, hasNoHorizontalScroll, isStructured } from './accessibility.mjs';
import { tabTo } from './keyboard.mjs';

export class Person {
  constructor({ page, way, watch, traced }) {
    Object.assign(this, { page, way, watch, traced });
  }

  get hasScripts() {
    return this.way !== 'no-script';
  }

  /** Types an address. */
  async goes(path, { status = 200 } = {}) {
    this.watch.expects(status);
    const response = await this.page.goto(path);
    if (response.status() !== status) throw new Error(`${path}: ${response.status()}, expected ${status}`);
  }

  /** Follows a link. The first, where several have this name; `within` is a part of the page. */
  async follow(name, { within = this.page, status, leaves = true } = {}) {
    const link = within.getByRole('link', { name, exact: true }).first();
    const act = () => this.#activate(link);
    if (leaves) await this.#leaves(act, status);
    else await act();
  }

  /** Presses a button. Without scripts it leads to another page; `status` is the one that its response must have. */
  async press(name, { within = this.page, status, leaves = !this.hasScripts } = {}) {
    const button = within.getByRole('button', { name, exact: true });
    const act = () => this.#activate(button);
    if (leaves || status !== undefined) await this.#leaves(act, status);
    else await act();
  }

  /** Writes in a field in place of what it has. */
  async fill(label, text, { within = this.page } = {}) {
    const field = await fieldOf(within, label);
    if (this.way !== 'keyboard' || (await field.getAttribute('type')) === 'date') {
      await field.fill(text);
      return;
    }
    await tabTo(this.page, field);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
  }

  /** Chooses from a list. */
  async choose(label, option, { within = this.page } = {}) {
    const list = await fieldOf(within, label);
    if (this.way !== 'keyboard') {
      await list.selectOption({ label: option });
      return;
    }
    await tabTo(this.page, list);
    await this.page.keyboard.type(option);
    const chosen = await list.evaluate((select) => select.selectedOptions[0]?.label.trim());
    if (chosen !== option) throw new Error(`typing « ${option} » in « ${label} » chose « ${chosen} »`);
  }

  /** Ticks a box, or one of several choices. */
  async check(label, { within = this.page } = {}) {
    const box = await fieldOf(within, label);
    if (this.way !== 'keyboard') {
      await box.check();
      return;
    }
    if ((await box.getAttribute('type')) === 'radio') await this.#toChoice(box);
    else await tabTo(this.page, box);
    if (!(await box.isChecked())) await this.page.keyboard.press('Space');
  }

  /** Opens a part of the page that is closed, by what stands on it. */
  async unfold(name, { within = this.page } = {}) {
    const closed = within.locator('summary').filter({ hasText: name }).first();
    await this.#activate(closed);
  }

  /** Gives a file from a disk, or `{ name, mimeType, buffer }`; or several. */
  async attach(label, files, { within = this.page } = {}) {
    await (await fieldOf(within, label)).setInputFiles(files);
  }

  /** Follows a link to a file: its name and bytes. */
  async download(name, { within = this.page } = {}) {
    const link = within.getByRole('link', { name, exact: true }).first();
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.#activate(link)]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  /** Waits until the page shows a text. */
  async sees(text, { within = this.page.locator('body') } = {}) {
    await within.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** Waits until the page has a heading. */
  async seesHeading(name, { level } = {}) {
    await this.page.getByRole('heading', { name, level, exact: true }).first().waitFor();
  }

  /** The page shows no such text; to be asked once it shows something else. */
  async seesNo(text, { within = this.page.locator('body') } = {}) {
    const found = await within.getByText(text).filter({ visible: true }).count();
    if (found > 0) throw new Error(`${this.page.url()} shows « ${text} »`);
  }

  /** Waits until the address is this one. */
  async isAt(path) {
    await this.page.waitForURL(path);
  }

  /** What a machine can say of the page finds nothing wrong; axe is a script, and looks where scripts run. */
  async isAccessible() {
    if (this.hasScripts) await axe(this.page);
    await isStructured(this.page);
    await hasNoHorizontalScroll(this.page);
  }

  /** A region, table, dialog, row… of the page by its name, to act `within`. */
  part(role, name) {
    return this.page.getByRole(role, { name }).first();
  }

  /** The entry of a list, or the row of a table, that holds a text, to act `within`. */
  entry(text) {
    return this.page.getByRole('listitem').or(this.page.getByRole('row')).filter({ hasText: text }).first();
  }

  async #activate(locator) {
    if (this.way !== 'keyboard') {
      await locator.click();
      return;
    }
    await tabTo(this.page, locator);
    await this.page.keyboard.press('Enter');
  }

  /** Does something that leads to another page, whose status is `status`, or no error. */
  async #leaves(act, status) {
    if (status !== undefined) this.watch.expects(status);
    const arrived = this.page.waitForEvent('framenavigated', (frame) => frame === this.page.mainFrame());
    const answered =
      status === undefined ? undefined : this.page.waitForResponse((response) => response.status() === status);
    await Promise.all([arrived, answered, act()]);
    await this.page.waitForLoadState('load');
  }

  /** Tab leads to the choice that is made, or to the first; arrows to the others. */
  async #toChoice(radio) {
    const name = await radio.getAttribute('name');
    const group = this.page.locator(`input[type=radio][name="${name}"]`);
    const made = group.and(this.page.locator(':checked'));
    await tabTo(this.page, (await made.count()) > 0 ? made : group.first());
    for (let step = await group.count(); step > 0; step -= 1) {
      if (await radio.evaluate((one) => one === document.activeElement)) return;
      await this.page.keyboard.press('ArrowDown');
    }
    throw new Error(`no arrow leads to ${radio}`);
  }
}

/** The field with a label, whatever hint stands in the label too. */
async function fieldOf(within, label) {
  const labels = within.locator('label').filter({ hasText: label });
  const named = within.getByLabel(label, { exact: true });
  await labels.or(named).first().waitFor({ state: 'attached' });
  if ((await named.count()) > 0) return named;
  const ids = await labels.evaluateAll((all, wanted) => {
    const own = (one) => [...one.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return all.filter((one) => own(one)?.data.replace(/\s+/g, ' ').trim() === wanted).map((one) => one.htmlFor);
  }, label);
  if (ids.length !== 1) throw new Error(`${ids.length} fields with the label « ${label} »`);
  return within.locator(`[id="${ids[0]}"]`);
}
