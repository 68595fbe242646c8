// The queue of alerts by keyboard: j and k move, x chooses, a acknowledges, s silences, ? shows the keys. Everything is done by
// the forms of the page, which work without this script; it spares loading the page anew, and keeps the focus where one is.
(() => {
  "use strict";

  const STORED = "vigie-raccourcis";
  const help = document.getElementById("raccourcis");
  const toggle = document.getElementById("raccourcis-actifs");
  const announcement = document.getElementById("annonce");
  let current = null;
  let isBusy = false;

  const items = () => [...document.querySelectorAll("#actes .vigie-queue__item")];
  const link = (item) => item.querySelector(".vigie-queue__title a");
  const box = (item) => item.querySelector("input[type=checkbox]");
  const boxes = () => items().map(box).filter(Boolean);
  const chosen = () => boxes().filter((one) => one.checked);

  function announce(text) {
    announcement.textContent = "";
    requestAnimationFrame(() => { announcement.textContent = text; });
  }

  // The item that acts are on: the one with the focus, else the last one that had it, else the first.
  function here() {
    const focused = document.activeElement && document.activeElement.closest("#actes .vigie-queue__item");
    if (focused) return focused;
    return items().find((item) => item.id === current) || null;
  }

  function mark(item) {
    for (const other of items()) other.removeAttribute("aria-current");
    if (!item) return;
    current = item.id;
    item.setAttribute("aria-current", "true");
  }

  function goTo(item) {
    if (!item) return;
    mark(item);
    link(item).focus();
    item.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = items();
    const at = all.indexOf(here());
    goTo(all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]);
  }

  function isEnabled() {
    try { return localStorage.getItem(STORED) !== "non"; } catch { return true; }
  }

  function enable(on) {
    try { localStorage.setItem(STORED, on ? "oui" : "non"); } catch { /* Kept for this page alone. */ }
    show(on);
  }

  let enabled = isEnabled();
  function show(on) {
    enabled = on;
    toggle.setAttribute("aria-pressed", on ? "false" : "true");
    toggle.textContent = on ? "Désactiver les raccourcis" : "Activer les raccourcis";
  }

  // Where the focus may go once these items are gone, the best first: those that follow, then those before.
  function around(gone) {
    const all = items();
    const first = all.findIndex((item) => gone.includes(item));
    const others = [...all.slice(first + 1), ...all.slice(0, first).reverse()];
    return others.filter((item) => !gone.includes(item)).map((item) => item.id);
  }

  // A project whose worst alert is gone may have moved to another page with all its alerts: the next that is still here.
  function goOn(ids) {
    const next = ids.map((id) => document.getElementById(id)).find(Boolean) || items()[0];
    if (next) goTo(next); else document.getElementById("titre").focus();
  }

  function take(page) {
    const list = page.getElementById("file");
    if (list) document.getElementById("file").replaceWith(list);
    wire();
    return Boolean(list);
  }

  async function acknowledge() {
    if (isBusy) return;
    isBusy = true;
    try { await send(); } finally { isBusy = false; }
  }

  async function send() {
    const form = document.getElementById("actes");
    let boxesToSend = chosen();
    if (!boxesToSend.length) {
      const item = here();
      if (!item || !box(item)) return;
      boxesToSend = [box(item)];
    }
    const gone = boxesToSend.map((one) => one.closest(".vigie-queue__item"));
    const next = around(gone);
    const body = new URLSearchParams({ act: "acknowledge", back: form.elements.back.value });
    for (const one of boxesToSend) body.append("alert", one.value);
    let page;
    let response;
    try {
      response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      announce("L’acte n’a pas été enregistré : le service ne répond pas.");
      return;
    }
    if (response.redirected && response.ok && take(page)) {
      const said = page.querySelector("[role=status].fr-alert");
      const left = page.querySelector(".vigie-filters strong");
      goOn(next);
      announce([said, left].filter(Boolean).map((one) => one.textContent.trim()).join(" "));
      return;
    }
    // Refused, for some alerts or for all: the page says which and why.
    const refusal = page.querySelector("main");
    if (!refusal) { location.reload(); return; }
    document.querySelector("main").replaceWith(refusal);
    document.title = page.title;
    const first = refusal.querySelector("[autofocus]") || refusal.querySelector("h1");
    if (first) { first.tabIndex = -1; first.focus(); }
  }

  function silence() {
    if (!chosen().length) {
      const item = here();
      if (!item || !box(item)) return;
      box(item).checked = true;
    }
    const form = document.getElementById("actes");
    form.requestSubmit(form.querySelector("button[value=silence]"));
  }

  function choose() {
    const item = here();
    if (!item || !box(item)) return;
    box(item).checked = !box(item).checked;
    const count = chosen().length;
    announce(`${box(item).checked ? "Choisie" : "Non choisie"}. ${count} ${count > 1 ? "alertes choisies" : "alerte choisie"}.`);
  }

  function showHelp() {
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus(); else goTo(here() || items()[0]);
  }

  const KEYS = { j: () => move(1), k: () => move(-1), x: choose, a: acknowledge, s: silence, "?": showHelp };

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (!enabled || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    if (!act || !document.getElementById("actes")) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("focusin", (event) => {
    const item = event.target.closest && event.target.closest("#actes .vigie-queue__item");
    if (item) mark(item);
  });

  // What is new in the page after an act: choosing all without loading it anew.
  function wire() {
    const all = document.getElementById("tout-choisir");
    if (!all) return;
    all.addEventListener("click", (event) => {
      event.preventDefault();
      const on = chosen().length < boxes().length;
      for (const one of boxes()) one.checked = on;
      all.textContent = on ? "Ne rien choisir" : "Tout choisir sur cette page";
      announce(on ? `${boxes().length} alertes choisies.` : "Aucune alerte choisie.");
    });
  }

  toggle.addEventListener("click", () => enable(!enabled));
  show(enabled);
  wire();
})();
