// Makes src/web/assets/codemirror.js, or the file named as the first argument, of editor.mjs and the packages of the lock file.

import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import path from "node:path";

const folder = path.dirname(fileURLToPath(import.meta.url));
const outfile = process.argv[2] ?? path.join(folder, "../../src/web/assets/codemirror.js");

await build({
  absWorkingDir: folder,
  entryPoints: ["editor.mjs"],
  outfile,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* CodeMirror (MIT), bundled by scripts/editor */" },
});
