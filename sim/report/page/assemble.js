// SPDX-License-Identifier: GPL-3.0-or-later
// usage: node assemble.js INDEX.html SCRIPT.js STYLE.css: the page in one piece, to standard output
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const [index, script, style] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const code = script.trim();
if (/<\/script|<!--/i.test(code) || /<\/style/i.test(style)) throw new Error("a script or a style would end early in HTML");

// Functions, because a string's $& would be replaced. Observable Plot puts a style of its own beside each figure.
const parts = {
  POLICY: () => `default-src 'none'; script-src ${hash(code)}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`,
  STYLE: () => style.trim(),
  SCRIPT: () => code,
};
let page = index.replace(/<!--(?!!).*?-->\n?/gs, "");
for (const [name, text] of Object.entries(parts)) {
  if (page.split(`@${name}@`).length !== 2) throw new Error(`index.html must have @${name}@ once`);
  page = page.replace(`@${name}@`, text);
}
if (page.split("@DATA@").length !== 2) throw new Error("the page must have @DATA@ once");
process.stdout.write(page);
