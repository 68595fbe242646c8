// What pages add where scripts run. Each page reads and acts without them.
"use strict";

// A field with `data-filters="ID"` shows, while one types, the rows of that table that contain the words.
for (const field of document.querySelectorAll("[data-filters]")) {
  const table = document.getElementById(field.dataset.filters);
  if (!table) continue;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = [...table.querySelectorAll("tbody > tr")];
  const texts = rows.map((row) => plain(row.textContent));
  const count = document.createElement("p");
  count.className = "fr-sr-only";
  count.setAttribute("role", "status");
  table.before(count);
  field.addEventListener("input", () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      if (!row.hidden) shown += 1;
    });
    count.textContent = shown === 1 ? "1 ligne" : `${shown} lignes`;
  });
}
