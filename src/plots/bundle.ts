/** One thing in several MIME types, from which a front end takes the richest that it can draw. */
export type Bundle = Record<string, unknown>;

/** The method under which a value tells how it looks. Ringlab's kernels ask the last value of a cell for it. */
const MIME = Symbol.for("ringlab.mime");

/** Gives a value its looks. Not enumerable: a copy, a comparison or a listing sees the plain value. */
export function withBundle<T extends object>(value: T, bundle: Bundle): T {
  return Object.defineProperty(value, MIME, { value: () => bundle });
}

/** The looks that a value was given, or undefined. */
export function ownBundle(value: unknown): Bundle | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const method = (value as { [MIME]?: unknown })[MIME];
  return typeof method === "function" ? (method.call(value) as Bundle) : undefined;
}
