/** The addresses that people open: /tree, /notebooks, /edit, and the icons of their tabs. */
import { type Context, Hono } from "hono";
import { appPage, BUSY_LOGO, LOGO, type PageKind } from "../page.ts";
import { pathAfter } from "./request.ts";

const svg = (c: Context, image: string) => c.body(image, 200, { "content-type": "image/svg+xml" });

export interface PageSettings {
  staticUrl: string;
  version: string;
  root: string;
}

export function pageRoutes(settings: PageSettings): Hono {
  const routes = new Hono();
  const page = (kind: PageKind) => (c: Context) =>
    c.html(appPage({ kind, path: pathAfter(c, `/${kind}`), ...settings }), 200, {
      "cache-control": "no-cache",
    });
  for (const kind of ["tree", "notebooks", "edit"] as const)
    routes.get(`/${kind}`, page(kind)).get(`/${kind}/*`, page(kind));
  // Names under which the front end looks for them as well.
  const idle = ["/favicon.svg", "/favicon.ico", "/static/favicons/favicon-notebook.ico"];
  const busy = ["/favicon-busy.svg", "/static/favicons/favicon-busy-1.ico"];
  for (const path of idle) routes.get(path, (c) => svg(c, LOGO));
  for (const path of busy) routes.get(path, (c) => svg(c, BUSY_LOGO));
  return routes.get("/", (c) => c.redirect("/tree"));
}
