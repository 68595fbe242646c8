// Files are dropped on the form that takes them, and the sending shows how far it is. Without this script, the form is
// filled in with the file field and sent by its button.
"use strict";

for (const form of document.querySelectorAll("form.vigie-drop")) {
  const field = form.querySelector("input[type=file]");
  const button = form.querySelector("button[type=submit]");
  const state = document.createElement("p");
  state.setAttribute("role", "status");
  state.className = "vigie-meta";
  const bar = document.createElement("progress");
  bar.hidden = true;
  bar.max = 100;
  bar.setAttribute("aria-label", "Envoi des fichiers");
  form.append(state, bar);

  const list = () => {
    const names = Array.from(field.files, (file) => file.name);
    state.textContent = names.length === 0 ? "" : `${names.length} ${names.length > 1 ? "fichiers" : "fichier"} : ${names.join(", ")}`;
  };
  field.addEventListener("change", list);

  const over = (event) => {
    event.preventDefault();
    form.classList.add("vigie-drop--over");
  };
  const left = () => form.classList.remove("vigie-drop--over");
  form.addEventListener("dragenter", over);
  form.addEventListener("dragover", over);
  form.addEventListener("dragleave", left);
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    left();
    if (event.dataTransfer.files.length > 0) {
      field.files = event.dataTransfer.files;
      list();
      button.focus();
    }
  });

  form.addEventListener("submit", (event) => {
    if (field.files.length === 0) {
      return;
    }
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    bar.hidden = false;
    button.disabled = true;
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) {
        bar.value = Math.round((100 * sent.loaded) / sent.total);
      }
    });
    request.upload.addEventListener("load", () => {
      state.textContent = "Fichiers reçus, lecture en cours…";
      bar.removeAttribute("value");
    });
    const again = () => {
      // What the service answers, or that it does not, is for the browser to show.
      form.submit();
    };
    request.addEventListener("load", () => {
      if (request.status < 400) {
        window.location.assign(request.responseURL);
        return;
      }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = page.querySelector("main");
      if (main === null) {
        again();
        return;
      }
      document.querySelector("main").replaceWith(main);
      document.title = page.title;
      const errors = main.querySelector("#erreurs");
      (errors === null ? main : errors).focus();
    });
    request.addEventListener("error", again);
    request.send(new FormData(form));
  });
}
