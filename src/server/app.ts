/** All routes behind one door: who may come in, what every answer carries, how errors look. */
import { type Context, Hono } from "hono";
import type { Auth } from "./auth.ts";
import { LARGEST, megabytes } from "./contents/model.ts";
import { HttpError } from "./http-error.ts";
import { errorPage, tokenPage } from "./page.ts";

/** A file as base64 in JSON takes a third more than the file. */
const LARGEST_BODY = Math.ceil(LARGEST * 1.4);

const HEADERS = {
  "content-security-policy": "frame-ancestors 'self'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** A person with a browser, as opposed to a program or the page's scripts. */
const wantsPage = (c: Context): boolean => (c.req.header("accept") ?? "").includes("text/html");

/** The token moves from the address, where it would be seen and bookmarked, into a cookie. */
function withoutToken(c: Context, auth: Auth): Response {
  const url = new URL(c.req.url);
  url.searchParams.delete("token");
  c.header("set-cookie", auth.cookie);
  return c.redirect(url.pathname + url.search);
}

export function createApp(auth: Auth, routes: readonly Hono[]): Hono {
  const app = new Hono();

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    const refusal = auth.refusal(c.req.method, c.req.url, (name) => c.req.header(name));
    if (refusal?.status === 401 && wantsPage(c)) return c.html(tokenPage(), 401);
    if (refusal) throw new HttpError(refusal.status, refusal.message);
    if (wantsPage(c) && auth.isToken(c.req.query("token"))) return withoutToken(c, auth);
    await next();
    if (c.req.path.startsWith("/api/") || c.req.path.startsWith("/lab/api/"))
      c.header("cache-control", c.res.headers.get("cache-control") ?? "no-store");
  });

  app.use(async (c, next) => {
    if (c.req.header("transfer-encoding")) throw new HttpError(411, "send the length of the body with it");
    if (Number(c.req.header("content-length") ?? 0) > LARGEST_BODY)
      throw new HttpError(
        413,
        `this is too large to be saved from the page: up to ${megabytes(LARGEST)} go through`,
      );
    await next();
  });

  for (const route of routes) app.route("/", route);

  app.notFound((c) => {
    const message = `there is nothing at ${new URL(c.req.url).pathname}`;
    return wantsPage(c)
      ? c.html(errorPage("Not found", 'There is nothing here. <a href="/tree">Show the files</a>'), 404)
      : c.json({ message, reason: null }, 404);
  });

  app.onError((error, c) => {
    const known = error instanceof HttpError;
    if (!known) console.error(`${c.req.method} ${new URL(c.req.url).pathname}:`, error);
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    return c.json({ message: error.message, reason: null }, known ? error.status : 500);
  });
  return app;
}
