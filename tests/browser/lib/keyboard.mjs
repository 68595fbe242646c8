// Going through a page by keyboard alone, as whoever has no pointer does.

/** More steps than any page has. */
const STEPS = 3000;

/** A date has a day, a month, a year and a button, which are one element. */
const STOPS_IN_ONE_ELEMENT = 4;

/** Steps after which a walk asks where it is. */
const STRIDE = 20;

/** Presses Tab until the element has the focus. On the way the focus must be seen at each step, and go on. */
export async function tabTo(page, locator) {
  const target = await locator.elementHandle();
  const name = `${locator}`;
  await page.evaluate(focusTools, STOPS_IN_ONE_ELEMENT);
  let [stops, turns] = [0, 0];
  for (let step = 0; step < STEPS; step += 1) {
    const focus = await target.evaluate((wanted) => window.vigieFocus.where(wanted));
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

/**
 * Goes through the whole page by Tab: whatever can be acted on gets the focus, shows it, and lets it go. The page must
 * run scripts.
 */
export async function tabThrough(page) {
  await page.evaluate(focusTools, STOPS_IN_ONE_ELEMENT);
  const most = await page.evaluate(() => window.vigieFocus.watch());
  for (let step = 0; step < most; step += STRIDE) {
    for (let one = 0; one < STRIDE; one += 1) await page.keyboard.press('Tab');
    if (await page.evaluate(() => window.vigieFocus.isOver())) break;
  }
  const faults = await page.evaluate(() => window.vigieFocus.faults());
  if (faults.length > 0) throw new Error([page.url(), ...faults].join('\n  '));
}

/** Runs in the page: gives it functions that say where the focus is and what is wrong with it. */
function focusTools(stopsInOneElement) {
  const acts = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
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
  // A box may be drawn by its label, and an editor outlined as a whole.
  const shows = (element) =>
    [element, ...(element.labels ?? []), element.parentElement, element.parentElement?.parentElement]
      .some((one) => one && isOutlined(one));
  const fault = (element) => {
    if (!isOnScreen(element)) return `the focus is off the screen, on ${start(element)}`;
    return shows(element) ? undefined : `nothing shows the focus on ${start(element)}`;
  };

  let last;
  const where = (target) => {
    const active = document.activeElement;
    const isSame = last === active;
    last = active;
    if (!active || active === document.body || active === document.documentElement) return { isNowhere: true };
    // Further stops in one element, such as the button of a date, are drawn by the browser.
    return { isTarget: active === target, isSame, element: start(active), fault: isSame ? undefined : fault(active) };
  };

  const reached = new Set();
  const found = new Set();
  let [first, presses, isOver] = [undefined, 0, false];
  const arrives = ({ target }) => {
    presses = 0;
    isOver ||= target === first;
    first ??= target;
    reached.add(target);
    const wrong = fault(target);
    if (wrong) found.add(wrong);
  };
  const press = ({ key }) => {
    presses += key === 'Tab' ? 1 : 0;
    if (presses <= stopsInOneElement || document.activeElement === document.body) return;
    found.add(`Tab does not leave ${start(document.activeElement)}`);
    isOver = true;
  };
  const watch = () => {
    addEventListener('focusin', arrives, true);
    addEventListener('keydown', press, true);
    return (document.querySelectorAll(acts).length + 2) * (stopsInOneElement + 1);
  };

  // Of several choices one is enough: arrows lead to the others.
  const missed = () => {
    const choices = new Set([...reached].map((one) => one.type === 'radio' && one.name));
    const isMissed = (one) =>
      one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.getAttribute('tabindex') !== '-1' &&
      !reached.has(one) && !(one.type === 'radio' && choices.has(one.name));
    return [...document.querySelectorAll(acts)].filter(isMissed).map((one) => `Tab never reaches ${start(one)}`);
  };
  const faults = () => {
    removeEventListener('focusin', arrives, true);
    removeEventListener('keydown', press, true);
    return [...found, ...missed()];
  };

  window.vigieFocus = { where, watch, isOver: () => isOver, faults };
}
