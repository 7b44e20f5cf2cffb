/**
 * Small things that the front end asks for: who am I, which languages, which export formats.
 * Source: Jupyter Server and JupyterLab Server documentation, "REST API".
 */
import { userInfo } from "node:os";
import { Hono } from "hono";
import type { Kernels } from "../kernels/kernels.ts";

function identity() {
  const username = userInfo().username;
  const name = username[0]?.toUpperCase() + username.slice(1);
  return { username, name, display_name: name, initials: name.slice(0, 2), avatar_url: null, color: null };
}

/** `stop` ends the server, as the page's menu entry "Shut Down" asks for. */
export function statusRoutes(kernels: Kernels, version: string, stop: () => void): Hono {
  const started = new Date().toISOString();
  return new Hono()
    .get("/api", (c) => c.json({ version }))
    .get("/api/status", (c) => {
      const models = kernels.list().map((kernel) => kernel.model);
      const activity = [started, ...models.map((model) => model.last_activity)].sort();
      return c.json({
        started,
        last_activity: activity.at(-1),
        connections: models.reduce((sum, model) => sum + model.connections, 0),
        kernels: models.length,
      });
    })
    .get("/api/me", (c) => c.json({ identity: identity(), permissions: {} }))
    .get("/api/nbconvert", (c) => c.json({})) // no format: `ringlab export` does it on the command line
    .get("/api/terminals", (c) => c.json([]))
    .post("/api/events", (c) => c.body(null, 204))
    .post("/api/shutdown", (c) => {
      setTimeout(stop, 100); // after this answer went out
      return c.body(null, 200);
    })
    .get("/lab/api/translations", (c) =>
      c.json({ data: { en: { displayName: "English", nativeName: "English" } }, message: "" }),
    )
    .get("/lab/api/translations/*", (c) => c.json({ data: {}, message: "" }));
}
