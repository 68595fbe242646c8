// The editor of a rule's text: completion from the dictionary, faults at their line and column as the service finds them.
// The text area that it stands for is kept, and is what the form sends.

import { autocompletion, completionKeymap, completeFromList } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const WORDS = new Set(
  "fn let if else switch return for while loop do break continue in true false CLEAR WATCH MODERATE HIGH CRITICAL".split(" "),
);

// Enough of the language, and of the TOML of its front matter, to tell words, texts and figures apart.
const language = StreamLanguage.define({
  name: "rule",
  startState: () => ({}),
  token(stream) {
    if (stream.eatSpace()) {
      return null;
    }
    if (stream.match(/\/\/.*/) || stream.match(/\/\*---|---\*\//) || (stream.sol() && stream.match(/#.*/))) {
      return "comment";
    }
    if (stream.match(/"(?:[^"\\]|\\.)*"?/) || stream.match(/'[^']*'?/) || stream.match(/`[^`]*`?/)) {
      return "string";
    }
    if (stream.match(/\d+(?:[._]\d+)*/)) {
      return "number";
    }
    if (stream.match(/[pt]\.[a-z0-9_]+/)) {
      return "propertyName";
    }
    if (stream.match(/\[\[?[a-z_]+\]?\]/)) {
      return "heading";
    }
    const word = stream.match(/[\p{L}_][\p{L}\p{N}_]*/u);
    if (word) {
      return WORDS.has(word[0]) ? "keyword" : null;
    }
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: "//" } },
});

// Colours are those of the page, whichever its theme.
const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--clear)" },
  { tag: tags.number, color: "var(--high)" },
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "700" },
  { tag: tags.propertyName, color: "var(--watch)" },
  { tag: tags.heading, color: "var(--accent)", fontWeight: "700" },
]);

const theme = EditorView.theme({
  "&": { maxHeight: "40rem", backgroundColor: "var(--page)", color: "var(--text)" },
  "&.cm-focused": { outline: "2px solid var(--focus)" },
  ".cm-scroller": { minHeight: "22rem", overflow: "auto", font: "var(--small)/1.55 var(--mono)" },
  ".cm-gutters": { borderColor: "var(--line)", backgroundColor: "var(--sunken)", color: "var(--muted)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-tooltip": { borderColor: "var(--edge)", backgroundColor: "var(--raised)", color: "var(--text)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
});

const texts = EditorState.phrases.of({
  "Completions": "Propositions",
  "Diagnostics": "Fautes",
  "No diagnostics": "Aucune faute",
});

// `{ label, detail, type }` of each field, threshold and function.
const completions = async (address) => {
  const response = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  return response.ok ? response.json() : [];
};

const diagnostics = (state) => {
  const found = document.querySelectorAll("#essai [data-line]");
  return [...found].flatMap((item) => {
    const line = Number(item.dataset.line);
    if (item.dataset.here === undefined || !line || line > state.doc.lines) {
      return [];
    }
    const { from, to } = state.doc.line(line);
    const start = Math.min(from + Math.max(Number(item.dataset.column) - 1, 0), to);
    const word = state.wordAt(start);
    return [{ from: start, to: word?.to ?? to, severity: "error", message: item.dataset.text }];
  });
};

const edit = (area, known, root) => {
  let leaves = false;
  const view = new EditorView({
    doc: area.value,
    parent: root,
    root,
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      bracketMatching(),
      language,
      syntaxHighlighting(colours),
      theme,
      lintGutter(),
      autocompletion({ override: [completeFromList(known)], activateOnTyping: true }),
      texts,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        "aria-label": `${area.labels[0]?.firstChild?.textContent.trim() ?? "Texte"}. Échap puis Tab pour en sortir.`,
      }),
      // Escape, then Tab, leaves the editor as it leaves any field.
      EditorView.domEventHandlers({
        keydown(event) {
          if (event.key === "Tab" && leaves) {
            leaves = false;
            return true;
          }
          leaves = event.key === "Escape" || (leaves && event.key === "Shift");
          return false;
        },
      }),
      keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) {
          area.value = view.state.doc.toString();
          area.dispatchEvent(new Event("input", { bubbles: true }));
        }
      }),
    ],
  });
  return view;
};

const begin = async () => {
  const area = document.querySelector("textarea[data-dictionnaire]");
  if (!area) {
    return;
  }
  const box = document.createElement("div");
  box.className = "vigie-codemirror";
  // Within a root of its own the editor's styles are adopted sheets, which the policy of pages allows; elsewhere they would
  // be elements, which it does not.
  const root = box.attachShadow({ mode: "open" });
  const view = edit(area, await completions(area.dataset.dictionnaire), root);
  const plain = document.createElement("button");
  plain.type = "button";
  plain.className = "fr-btn fr-btn--tertiary fr-btn--sm";
  const show = (isPlain) => {
    area.hidden = !isPlain;
    box.hidden = isPlain;
    plain.textContent = isPlain ? "Éditeur avec propositions" : "Éditeur simple";
  };
  plain.addEventListener("click", () => {
    const isPlain = area.hidden;
    if (!isPlain && view.state.doc.toString() !== area.value) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: area.value } });
    }
    show(isPlain);
    (isPlain ? area : view).focus();
  });
  area.before(plain, box);
  show(false);
  const lint = () => view.dispatch(setDiagnostics(view.state, diagnostics(view.state)));
  document.addEventListener("vigie:essai", lint);
  lint();
  document.addEventListener("click", (event) => {
    const fault = event.target.closest("[data-here] a")?.closest("[data-here]");
    if (!fault || box.hidden) {
      return;
    }
    event.preventDefault();
    const line = view.state.doc.line(Math.min(Number(fault.dataset.line) || 1, view.state.doc.lines));
    const anchor = Math.min(line.from + Math.max(Number(fault.dataset.column) - 1, 0), line.to);
    view.dispatch({ selection: { anchor }, scrollIntoView: true });
    view.focus();
  });
};

begin();
