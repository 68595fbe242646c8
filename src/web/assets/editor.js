// A draft of rules: tries what is typed, without saving it, and shows faults, cases and effect beside it.

"use strict";

(() => {
  const form = document.getElementById("edition");
  const place = document.getElementById("essai");
  const state = document.getElementById("essai-etat");
  if (!form || !place || !state) {
    return;
  }
  const quiet = 100;
  let timer = 0;
  let request = null;

  const tell = (words) => {
    state.textContent = words;
  };

  const show = (html) => {
    place.innerHTML = html;
    place.removeAttribute("aria-busy");
    document.dispatchEvent(new CustomEvent("vigie:essai"));
  };

  const tried = async () => {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    place.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(form.dataset.essai, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "text/html" },
        credentials: "same-origin",
        signal,
      });
      if (!response.ok) {
        throw new Error(String(response.status));
      }
      show(await response.text());
      tell("Essai mis à jour.");
    } catch (fault) {
      if (fault.name !== "AbortError") {
        place.removeAttribute("aria-busy");
        tell("L’essai n’a pas eu lieu : enregistrez le brouillon pour en voir l’effet.");
      }
    }
  };

  const soon = (event) => {
    if (event.target.name === "commentaire") {
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(tried, quiet);
  };

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
})();
