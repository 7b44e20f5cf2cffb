/**
 * What belongs to the user and the page rather than to files: /lab/api/settings, /lab/api/workspaces, /api/config.
 * Source: JupyterLab Server documentation, "REST API"; Jupyter Server documentation, "REST API", tag config.
 */
import { Hono } from "hono";
import { z } from "zod";
import type { Settings } from "../user/settings.ts";
import type { Store } from "../user/store.ts";
import { bodyOf, pathAfter } from "./request.ts";

const raw = z.object({ raw: z.string() });
const object = z.record(z.string(), z.unknown());

export function settingsRoutes(settings: Settings): Hono {
  const prefix = "/lab/api/settings";
  return new Hono()
    .get(prefix, async (c) =>
      c.json({
        settings:
          c.req.query("ids_only") === "true" ? settings.ids().map((id) => ({ id })) : await settings.list(),
      }),
    )
    .get(`${prefix}/*`, async (c) => c.json(await settings.get(pathAfter(c, prefix))))
    .put(`${prefix}/*`, async (c) => {
      await settings.put(pathAfter(c, prefix), (await bodyOf(c, raw)).raw);
      return c.body(null, 204);
    });
}

export function workspaceRoutes(store: Store): Hono {
  const prefix = "/lab/api/workspaces";
  const read = async (id: string) =>
    JSON.parse((await store.get(id))?.text ?? JSON.stringify({ data: {}, metadata: { id } }));
  return new Hono()
    .get(prefix, async (c) => {
      const ids = await store.ids();
      return c.json({ workspaces: { ids, values: await Promise.all(ids.map(read)) } });
    })
    .get(`${prefix}/*`, async (c) => c.json(await read(pathAfter(c, prefix))))
    .put(`${prefix}/*`, async (c) => {
      await store.put(pathAfter(c, prefix), JSON.stringify(await bodyOf(c, object)));
      return c.body(null, 204);
    })
    .delete(`${prefix}/*`, async (c) => {
      await store.delete(pathAfter(c, prefix));
      return c.body(null, 204);
    });
}

/** Sections of the older kind of settings, which plugins patch key by key. */
export function configRoutes(store: Store): Hono {
  const read = async (section: string) => JSON.parse((await store.get(section))?.text ?? "{}");
  return new Hono()
    .get("/api/config/:section", async (c) => c.json(await read(c.req.param("section"))))
    .patch("/api/config/:section", async (c) => {
      const section = c.req.param("section");
      const changed = { ...(await read(section)), ...(await bodyOf(c, object)) };
      await store.put(section, JSON.stringify(changed));
      return c.json(changed);
    });
}
