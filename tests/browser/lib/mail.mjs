// Mails that arrive at the server of the test: a JSON file each, under a number that grows.

import { watch } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** How many mails have arrived in the folder of a server. */
export async function mailCount(folder) {
  return (await arrived(folder)).length;
}

/** Waits for a mail to an address, after so many mails, that has a link beginning with `start`: the path of that link. */
export async function linkTo(folder, address, start, after = 0) {
  const watcher = watch(folder);
  let wake;
  let change = new Promise((resolve) => (wake = resolve));
  watcher.on('change', () => {
    wake();
    change = new Promise((resolve) => (wake = resolve));
  });
  const found = async () => {
    for (const file of (await arrived(folder)).slice(after)) {
      const mail = JSON.parse(await readFile(join(folder, file), 'utf8'));
      const path = mail.to.includes(address) && pathIn(mail, start);
      if (path) return path;
    }
    return undefined;
  };
  try {
    for (;;) {
      // Begun before looking, so that what arrives meanwhile is a change.
      const next = change;
      const path = await found();
      if (path) return path;
      await next;
    }
  } finally {
    watcher.close();
  }
}

/** The path of the first link of a mail that begins so, whatever host it names. */
function pathIn(mail, start) {
  const links = mail.text.match(/https?:\/\/\S+/g) ?? [];
  return links.map((link) => new URL(link).pathname).find((path) => path.startsWith(start));
}

async function arrived(folder) {
  return (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
}
