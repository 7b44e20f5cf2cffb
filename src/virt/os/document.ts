/** Documents that somebody else wrote (images, bundles): what is wrong with one, where, and what to do about it. */
import type { z } from "zod";

export class DocumentError extends Error {
  override readonly name = "DocumentError";
  /** Which document, and which place in it: "config.json: process.cwd". */
  readonly where: string;

  constructor(where: string, what: string, remedy: string) {
    super(`${where}: ${what}. ${remedy}`);
    this.where = where;
  }
}

const REMEDY = "Correct it, or write the document again with the tool that it came from.";

/**
 * Text as JSON of a form. Members that the form doesn't know are kept: both OCI specifications have a reader ignore them.
 * @throws DocumentError at the first member that is wrong
 */
export function parseDocument<S extends z.ZodType>(schema: S, text: string, where: string): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DocumentError(where, `not JSON (${(error as Error).message})`, REMEDY);
  }
  const { data, error } = schema.safeParse(json);
  if (!error) return data as z.output<S>;
  const [issue] = error.issues;
  const path = issue!.path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("");
  throw new DocumentError(path ? `${where}: ${path.replace(/^\./, "")}` : where, issue!.message, REMEDY);
}

const decoder = new TextDecoder("utf-8", { fatal: true });
/** @throws DocumentError */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new DocumentError(where, "not UTF-8", REMEDY);
  }
}
