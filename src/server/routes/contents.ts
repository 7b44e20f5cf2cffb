/** /api/contents. Source: Jupyter Server documentation, "REST API", tag contents. */
import { stat } from "node:fs/promises";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Contents } from "../contents/contents.ts";
import { fromSystem, HttpError } from "../http-error.ts";
import { bodyOf, pathAfter } from "./request.ts";

const PREFIX = "/api/contents";

const saved = z.object({
  type: z.string().optional(),
  format: z.string().nullish(),
  content: z.unknown().optional(),
  chunk: z.number().int().optional(),
});
const created = z.object({
  type: z.string().optional(),
  ext: z
    .string()
    .regex(/^(\.[\w.]+)?$/, "an extension is a dot and letters")
    .optional(),
  copy_from: z.string().optional(),
});
const renamed = z.object({ path: z.string() });

/** `<path>/checkpoints[/<id>]`, unless a folder of that name is meant. */
async function checkpointIn(
  contents: Contents,
  path: string,
): Promise<[string, string | undefined] | undefined> {
  const match = /^(.+)\/checkpoints(?:\/([^/]+))?$/.exec(path);
  if (!match) return undefined;
  const stats = await stat(await contents.root.resolve(match[1] as string)).catch(() => undefined);
  return stats?.isDirectory() ? undefined : [match[1] as string, match[2]];
}

export function contentsRoutes(contents: Contents): Hono {
  const routes = new Hono();

  /** System errors name the file as the page knows it. */
  const on = (handle: (c: Context, path: string) => Promise<Response>) => async (c: Context) => {
    const path = pathAfter(c, PREFIX);
    try {
      return await handle(c, path);
    } catch (error) {
      throw fromSystem(error, path);
    }
  };

  const get = on(async (c, path) => {
    const checkpoint = await checkpointIn(contents, path);
    if (checkpoint) return c.json(await contents.checkpoints.list(checkpoint[0]));
    const { content, hash, type, format } = c.req.query();
    const wanted = { content: content !== "0", hash: hash === "1", type, format };
    return c.json(await contents.get(path, wanted));
  });

  const put = on(async (c, path) => c.json(await contents.save(path, await bodyOf(c, saved))));

  const post = on(async (c, path) => {
    const checkpoint = await checkpointIn(contents, path);
    if (checkpoint?.[1]) {
      await contents.checkpoints.restore(checkpoint[0], checkpoint[1]);
      return c.body(null, 204);
    }
    if (checkpoint) return c.json(await contents.checkpoints.create(checkpoint[0]), 201);
    const { copy_from, ...wanted } = await bodyOf(c, created);
    return c.json(await (copy_from ? contents.copy(copy_from, path) : contents.create(path, wanted)), 201);
  });

  const patch = on(async (c, path) => c.json(await contents.rename(path, (await bodyOf(c, renamed)).path)));

  const remove = on(async (c, path) => {
    const checkpoint = await checkpointIn(contents, path);
    if (!checkpoint) await contents.delete(path);
    else if (checkpoint[1]) await contents.checkpoints.delete(checkpoint[0], checkpoint[1]);
    else throw new HttpError(400, "name the checkpoint that is to go");
    return c.body(null, 204);
  });

  for (const pattern of [PREFIX, `${PREFIX}/*`])
    routes
      .get(pattern, get)
      .put(pattern, put)
      .post(pattern, post)
      .patch(pattern, patch)
      .delete(pattern, remove);
  return routes;
}
