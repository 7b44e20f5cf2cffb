/**
 * Files as they are: /files of the served folder, /static and the themes of the built page.
 * Source: Jupyter Server, `FilesHandler` (a served page runs its scripts, but as a stranger: sandboxed).
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { getMimeType } from "hono/utils/mime";
import { fromSystem, HttpError } from "../http-error.ts";
import { nameOf, Root } from "../paths.ts";
import { pathAfter } from "./request.ts";

async function sendFile(
  c: Context,
  root: Root,
  path: string,
  headers: Record<string, string>,
): Promise<Response> {
  try {
    const file = await root.resolve(path);
    const stats = await stat(file);
    if (!stats.isFile()) throw new HttpError(404, `"${path}" is not a file`);
    const type = getMimeType(path) ?? "application/octet-stream";
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    c.header("content-type", type);
    c.header("content-length", String(stats.size));
    return c.body(Readable.toWeb(createReadStream(file)) as ReadableStream);
  } catch (error) {
    throw fromSystem(error, path);
  }
}

export function fileRoutes(root: Root): Hono {
  return new Hono().get("/files/*", (c) => {
    const path = pathAfter(c, "/files");
    const name = encodeURIComponent(nameOf(path));
    return sendFile(c, root, path, {
      "content-security-policy": "frame-ancestors 'self'; sandbox allow-scripts",
      "cache-control": "no-cache",
      ...(c.req.query("download") === undefined
        ? {}
        : { "content-disposition": `attachment; filename*=UTF-8''${name}` }),
    });
  });
}

/** `staticUrl` changes with each build, so what is under it never does. */
export function frontendRoutes(frontend: string, staticUrl: string): Hono {
  const page = new Root(join(frontend, "static"));
  const themes = new Root(join(frontend, "themes"));
  return new Hono()
    .get(`${staticUrl}/*`, (c) =>
      sendFile(c, page, pathAfter(c, staticUrl), { "cache-control": "private, max-age=31536000, immutable" }),
    )
    .get("/lab/api/themes/*", (c) =>
      sendFile(c, themes, pathAfter(c, "/lab/api/themes"), { "cache-control": "no-cache" }),
    );
}
