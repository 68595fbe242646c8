// Where the DSFR is served, which has one sheet of colours for each theme: the reader's system says which, and may change its mind.
"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.setAttribute("data-fr-theme", dark.matches ? "dark" : "light");
follow();
dark.addEventListener("change", follow);
