// Going through a page by keyboard alone, as whoever has no pointer does.

/** More steps than any page has. */
const STEPS = 3000;

/** A date has a day, a month, a year and a button, which are one element. */
const STOPS_IN_ONE_ELEMENT = 4;

/** Presses Tab until the element has the focus. On the way the focus must be seen at each step, and go on. */
export async function tabTo(page, locator) {
  const target = await locator.elementHandle();
  const name = `${locator}`;
  await page.evaluate(focusTools);
  let [stops, turns] = [0, 0];
  for (let step = 0; step < STEPS; step += 1) {
    const focus = await target.evaluate((wanted) => window.vigieFocus(wanted));
    // A page may begin on what needs no mark, such as its main part.
    if (focus.fault && step > 0) throw new Error(`on the way to ${name}: ${focus.fault}`);
    if (focus.isTarget) return;
    turns += focus.isNowhere ? 1 : 0;
    // From wherever the focus was to the end, and from the beginning to the end.
    if (turns > 2) throw new Error(`${name} cannot be reached by Tab`);
    stops = focus.isSame ? stops + 1 : 0;
    if (stops > STOPS_IN_ONE_ELEMENT) throw new Error(`on the way to ${name}: Tab does not leave ${focus.element}`);
    await page.keyboard.press('Tab');
  }
  throw new Error(`${name} is more than ${STEPS} steps away`);
}

/** Goes through the whole page by Tab: whatever can be acted on gets the focus, shows it, and lets it go. */
export async function tabThrough(page) {
  await page.evaluate(focusTools);
  const faults = new Set();
  let [stops, turns] = [0, 0];
  for (let step = 0; step < STEPS; step += 1) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(() => window.vigieFocus(null));
    if (focus.isFirstAgain) break;
    if (focus.fault) faults.add(focus.fault);
    turns += focus.isNowhere ? 1 : 0;
    if (turns > 1) break;
    stops = focus.isSame ? stops + 1 : 0;
    if (stops > STOPS_IN_ONE_ELEMENT) throw new Error(`${page.url()}\n  Tab does not leave ${focus.element}`);
  }
  for (const missed of await page.evaluate(() => window.vigieMissed())) faults.add(`Tab never reaches ${missed}`);
  if (faults.size > 0) throw new Error([page.url(), ...faults].join('\n  '));
}

/** Runs in the page: gives it two functions, and forgets where the focus was. */
function focusTools() {
  const reached = new Set();
  let [first, last] = [];
  const start = (element) => element.outerHTML.slice(0, 160);
  const isOutlined = (element) =>
    [null, '::before', '::after'].some((part) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element, part);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
    });
  const isOnScreen = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  };

  /** Where the focus is, and what is wrong with it. */
  window.vigieFocus = (target) => {
    const active = document.activeElement;
    const isSame = last === active;
    last = active;
    if (!active || active === document.body || active === document.documentElement) return { isNowhere: true };
    first ??= active;
    reached.add(active);
    // A box may be drawn by its label, and an editor outlined as a whole.
    const shown = [active, ...(active.labels ?? []), active.parentElement, active.parentElement?.parentElement];
    let fault;
    if (!isOnScreen(active)) fault = `the focus is off the screen, on ${start(active)}`;
    // Further stops in one element, such as the button of a date, are drawn by the browser.
    else if (!isSame && !shown.some((one) => one && isOutlined(one))) fault = `nothing shows the focus on ${start(active)}`;
    return { isTarget: active === target, isFirstAgain: active === first && reached.size > 1 && !isSame, isSame, element: start(active), fault };
  };

  /** What can be acted on and was never reached. Of several choices, one is enough: arrows lead to the others. */
  window.vigieMissed = () => {
    const acts = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
    const choices = new Set([...reached].map((one) => one.type === 'radio' && one.name));
    const isMissed = (one) =>
      one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.getAttribute('tabindex') !== '-1' &&
      !reached.has(one) && !(one.type === 'radio' && choices.has(one.name));
    return [...document.querySelectorAll(acts)].filter(isMissed).map(start);
  };
}
