/** /api/kernels, /api/sessions, /api/kernelspecs. Source: Jupyter Server documentation, "REST API". */
import { Hono } from "hono";
import { z } from "zod";
import { HttpError } from "../http-error.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { LOGO } from "../page.ts";
import type { Root } from "../paths.ts";
import { newSession, type Sessions, sessionChange } from "../sessions.ts";
import { bodyOf } from "./request.ts";

const newKernel = z.object({ name: z.string().nullish(), path: z.string().nullish() });

export function kernelRoutes(kernels: Kernels, root: Root): Hono {
  return new Hono()
    .get("/api/kernels", (c) => c.json(kernels.list().map((kernel) => kernel.model)))
    .post("/api/kernels", async (c) => {
      const { name, path } = await bodyOf(c, newKernel);
      const kernel = await kernels.start(name ?? undefined, path ? await root.resolve(path) : root.folder);
      return c.json(kernel.model, 201);
    })
    .get("/api/kernels/:id", (c) => c.json(kernels.get(c.req.param("id")).model))
    .delete("/api/kernels/:id", async (c) => {
      await kernels.shutdown(c.req.param("id"));
      return c.body(null, 204);
    })
    .post("/api/kernels/:id/interrupt", (c) => {
      kernels.get(c.req.param("id")).interrupt();
      return c.body(null, 204);
    })
    .post("/api/kernels/:id/restart", async (c) => {
      const kernel = kernels.get(c.req.param("id"));
      await kernel.restart().catch((error: Error) => {
        throw new HttpError(500, error.message);
      });
      return c.json(kernel.model);
    })
    .get("/api/kernelspecs", (c) => c.json(kernels.specs.models))
    .get("/api/kernelspecs/:name", (c) => c.json(kernels.specs.model(c.req.param("name"))))
    .get("/kernelspecs/:name/logo-svg.svg", (c) => c.body(LOGO, 200, { "content-type": "image/svg+xml" }));
}

export function sessionRoutes(sessions: Sessions): Hono {
  return new Hono()
    .get("/api/sessions", (c) => c.json(sessions.list()))
    .post("/api/sessions", async (c) => c.json(await sessions.open(await bodyOf(c, newSession)), 201))
    .get("/api/sessions/:id", (c) => c.json(sessions.get(c.req.param("id"))))
    .patch("/api/sessions/:id", async (c) =>
      c.json(await sessions.change(c.req.param("id"), await bodyOf(c, sessionChange))),
    )
    .delete("/api/sessions/:id", async (c) => {
      await sessions.delete(c.req.param("id"));
      return c.body(null, 204);
    });
}
