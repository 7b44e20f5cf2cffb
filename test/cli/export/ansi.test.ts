import { expect, test } from "vitest";
import { ansiToHtml } from "../../../src/cli/export/ansi.ts";

const ESC = "\u001b";

test.each([
  ["a <b> & c", "a &lt;b&gt; &amp; c"],
  [`${ESC}[31mred${ESC}[39m plain`, '<span class="ansi-red">red</span> plain'],
  [
    `${ESC}[1;32mboth${ESC}[22mgreen${ESC}[0m.`,
    '<span class="ansi-green ansi-bold">both</span><span class="ansi-green">green</span>.',
  ],
  [`${ESC}[91mbright${ESC}[m.`, '<span class="ansi-red">bright</span>.'],
  [`${ESC}[38;5;31mnot red${ESC}[38;2;31;32;33mnor this`, "not rednor this"],
  [`${ESC}[2Kcleared ${ESC}]8;;http://x${ESC}\\link${ESC}]8;;${ESC}\\`, "cleared link"],
  ["10 %\r50 %\r100 %\nnext\r\n", "100 %\nnext\n"],
])("%j", (text, html) => expect(ansiToHtml(text)).toBe(html));
