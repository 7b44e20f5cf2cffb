/** MIME bundles: what is shown beside text. */
import { inspect } from "node:util";
import type { Bundle, FromRunner } from "./messages.ts";

export type DisplayOptions = { id?: string; update?: boolean; metadata?: object };
export type DisplayHook = (bundle: Record<string, unknown>, options?: DisplayOptions) => void;

/** Where a library finds the notebook's display; absent outside of a notebook. */
export const DISPLAY = Symbol.for("ringlab.display");
/** A method of values that know how they look: () → MIME bundle. */
export const MIME = Symbol.for("ringlab.mime");

const encode = (value: unknown): unknown => {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  return value;
};

/** Binary values become base64, as the protocol wants. */
export function encodeBundle(bundle: Record<string, unknown>): Bundle {
  const encoded = Object.entries(bundle).map(([mime, value]) => [mime, encode(value)]);
  return JSON.parse(JSON.stringify(Object.fromEntries(encoded)));
}

export function displayHook(post: (message: FromRunner) => void): DisplayHook {
  return (bundle, { id, update = false, metadata = {} } = {}) => {
    post({ type: "display", data: encodeBundle(bundle), metadata, id, update });
  };
}

/** How the value of a cell's last expression is shown; undefined is not. */
export function resultBundle(value: unknown): Bundle | undefined {
  if (value === undefined) return undefined;
  const method =
    typeof value === "object" && value !== null ? (value as Record<symbol, unknown>)[MIME] : undefined;
  if (typeof method === "function")
    return encodeBundle((method as () => Record<string, unknown>).call(value));
  return { "text/plain": inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000 }) };
}
