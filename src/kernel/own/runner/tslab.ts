/** The module "tslab" as cells see it: the same functions as tslab 1.0's, over our display hook. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { DISPLAY, type DisplayHook } from "./display.ts";

export interface Display {
  javascript(text: string): void;
  html(text: string): void;
  markdown(text: string): void;
  latex(text: string): void;
  svg(text: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  /** Shows `content` as any MIME type; bytes are sent as base64. */
  raw(contentType: string, content: string | Uint8Array): void;
}

function createDisplay(id?: string): Display {
  let shown = false;
  const raw = (contentType: string, content: string | Uint8Array) => {
    const hook = (globalThis as unknown as Record<symbol, DisplayHook>)[DISPLAY];
    hook?.({ [contentType]: content }, id === undefined ? {} : { id, update: shown });
    shown = true;
  };
  return {
    javascript: (text) => raw("text/javascript", text),
    html: (text) => raw("text/html", text),
    markdown: (text) => raw("text/markdown", text),
    latex: (text) => raw("text/latex", text),
    svg: (text) => raw("image/svg+xml", text),
    png: (bytes) => raw("image/png", bytes),
    jpeg: (bytes) => raw("image/jpeg", bytes),
    gif: (bytes) => raw("image/gif", bytes),
    pdf: (bytes) => raw("application/pdf", bytes),
    text: (text) => raw("text/plain", text),
    raw,
  };
}

/** Shows rich content below the cell. */
export const display: Display = createDisplay();

/** A display of which each call replaces what the one before showed. */
export function newDisplay(): Display {
  return createDisplay(randomUUID());
}

const require = createRequire(import.meta.url);
const versionOf = (name: string): string =>
  JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")).version;

export const versions: { tslab: string; typescript: string; node: string } = {
  tslab: `ringlab ${versionOf("ringlab")}`,
  typescript: versionOf("typescript"),
  node: process.version,
};
