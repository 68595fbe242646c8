// How soon the main pages show something, with nothing of the page's own in the browser's cache.
//
// `pages`: their paths.

import { scenario } from '../lib/scenario.mjs';

await scenario(async ({ person, given }) => {
  for (const path of given.pages) {
    const claire = await person({ as: 'Claire', trace: false });
    await claire.goes(path);
    const paint = await claire.page.evaluate(firstPaint);
    console.log(`${String(Math.round(paint)).padStart(5)} ms  ${path}`);
    await claire.page.context().close();
  }
});

/** Runs in the page: milliseconds from asking for it until something of its content shows. */
function firstPaint() {
  return new Promise((resolve) => {
    new PerformanceObserver((list, observer) => {
      const paint = list.getEntriesByName('first-contentful-paint')[0];
      if (!paint) return;
      observer.disconnect();
      resolve(paint.startTime);
    }).observe({ type: 'paint', buffered: true });
  });
}
