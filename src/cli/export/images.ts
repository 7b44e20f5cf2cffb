/** Images of a notebook as data URLs, so that the page needs no other file. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, extname, relative, resolve } from "node:path";
import { UserError } from "../errors.ts";

const TYPES: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
};
const MOST_BYTES = 20 * 1024 * 1024;

/** Base64 already, or text that has to be. */
export function dataUrl(mime: string, data: string | Buffer): string {
  return `data:${mime};base64,${Buffer.from(data).toString("base64")}`;
}

export type Attachments = Record<string, Record<string, unknown>>;

/**
 * The source of an image as it stands in the page.
 * @param warn is told of an image that is left out
 * @throws {UserError} when the path leads out of the notebook's folder: a notebook must not collect files
 */
export function embed(
  source: string,
  notebook: string,
  attachments: Attachments,
  warn: (message: string) => void,
): string | undefined {
  if (/^data:image\/[\w.+-]+[;,]/i.test(source)) return source;
  if (source.startsWith("attachment:")) {
    const bundle = attachments[decodeURIComponent(source.slice("attachment:".length))];
    const [mime, data] = Object.entries(bundle ?? {})[0] ?? [];
    if (mime?.startsWith("image/") && typeof data === "string")
      return mime === "image/svg+xml"
        ? dataUrl(mime, data)
        : `data:${mime};base64,${data.replace(/\s/g, "")}`;
    warn(`the image ${source} is not attached to its cell`);
    return undefined;
  }
  if (/^([a-z][a-z+.-]*:|\/\/)/i.test(source)) {
    warn(`the image ${source.slice(0, 100)} lies elsewhere and is left out: the page loads nothing`);
    return undefined;
  }
  return readImage(source, notebook, warn);
}

function readImage(source: string, notebook: string, warn: (message: string) => void): string | undefined {
  const folder = realpathSync(dirname(notebook));
  const asked = resolve(folder, decodeURI(source.replace(/[?#].*$/, "")));
  const file = statSync(asked, { throwIfNoEntry: false })?.isFile() ? realpathSync(asked) : asked;
  if (/^\.\.([\\/]|$)/.test(relative(folder, file)) || relative(folder, file) === resolve(file))
    throw new UserError(
      `${notebook} wants the image ${source}, which lies outside of its folder: copy it beside the notebook`,
    );
  const type = TYPES[extname(file).toLowerCase()];
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (!type || size === undefined || size > MOST_BYTES) {
    const why =
      size === undefined
        ? "does not exist"
        : type
          ? "has more than 20 MiB"
          : "is no PNG, JPEG, GIF, WebP or SVG";
    warn(`the image ${source} ${why} and is left out`);
    return undefined;
  }
  return dataUrl(type, readFileSync(file));
}
