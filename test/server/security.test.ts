import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { TestServer } from "../support/notebook-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  server.write("a.txt", "hello");
  writeFileSync(join(server.outside, "secret.txt"), "secret");
  symlinkSync(join(server.outside, "secret.txt"), join(server.root, "link.txt"));
  symlinkSync(server.outside, join(server.root, "linked-folder"));
  mkdirSync(join(server.root, ".hidden"));
  server.write(".hidden/a.txt", "hidden");
});
afterAll(() => server[Symbol.asyncDispose]());

/** A request as it is written: fetch would repair the path and the headers. */
function raw(
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const auth = { authorization: `token ${server.server.token}` };
    const sent = request(
      { host: "127.0.0.1", port: server.server.port, path, method, headers: { ...auth, ...headers } },
      async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        done({ status: response.statusCode ?? 0, text });
      },
    );
    sent.on("error", fail).end();
  });
}

/** How a WebSocket's opening ends: "open", or the status that refused it. */
function opening(path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((done) => {
    const socket = new WebSocket(`ws://localhost:${server.server.port}${path}`, { headers });
    socket.on("open", () => {
      socket.terminate();
      done("open");
    });
    socket.on("unexpected-response", (_request, response) => {
      response.resume();
      done(String(response.statusCode));
    });
    socket.on("error", () => {});
  });
}

describe("the token", () => {
  const paths = [
    "/api/contents",
    "/api/kernels",
    "/files/a.txt",
    "/lab/api/settings",
    "/static/frontend-test/main.js",
    "/tree",
  ];

  test.each(paths)("%s is refused without it", async (path) => {
    expect((await fetch(server.origin + path)).status).toBe(401);
  });

  test.each(paths)("%s is refused with a wrong one", async (path) => {
    const headers = { authorization: "token 0123456789abcdef" };
    expect((await fetch(server.origin + path, { headers })).status).toBe(401);
  });

  test.each(paths)("%s opens with it", async (path) => {
    expect((await server.fetch(path)).status).toBe(200);
  });

  test("a browser that has a wrong one gets a page that says what to do", async () => {
    const response = await fetch(`${server.origin}/tree?token=wrong`, { headers: { accept: "text/html" } });
    expect(response.status).toBe(401);
    expect(await response.text()).toMatch(/ringlab notebook[\s\S]*<input name="token"/);
  });

  test("in the address it becomes a cookie that no script reads and no other site sends", async () => {
    const response = await fetch(`${server.server.url}&x=1`, {
      headers: { accept: "text/html" },
      redirect: "manual",
    });
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/tree?x=1");
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
    const page = await fetch(`${server.origin}/tree`, {
      headers: { cookie: cookie.split(";")[0] as string },
    });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("jupyter-config-data");
  });

  test("does not open what changes things from the address alone", async () => {
    const response = await fetch(`${server.origin}/api/kernels?token=${server.server.token}`, {
      method: "POST",
    });
    expect(response.status).toBe(401);
  });
});

describe("other names and other pages", () => {
  test.each(["evil.example", "localhost", "localhost:1", "127.0.0.1.evil.example:80"])(
    "Host %s is refused (DNS rebinding)",
    async (host) => expect((await raw("/api/contents", { host })).status).toBe(403),
  );

  test.each(["localhost", "127.0.0.1", "[::1]"])("Host %s with our port is ours", async (name) => {
    expect((await raw("/api/contents", { host: `${name}:${server.server.port}` })).status).toBe(200);
  });

  test.each(["http://evil.example", "null", "http://localhost:1"])(
    "Origin %s changes nothing",
    async (origin) => {
      const response = await server.fetch("/api/contents/a.txt", { method: "DELETE", headers: { origin } });
      expect(response.status).toBe(403);
      expect((await server.fetch("/api/contents/a.txt")).status).toBe(200);
    },
  );

  test("nothing invites other sites", async () => {
    const { headers } = await server.fetch("/api/contents", { headers: { origin: server.origin } });
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'self'");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("a served page runs as a stranger", async () => {
    server.write("page.html", "<script>1</script>");
    const { headers } = await server.fetch("/files/page.html");
    expect(headers.get("content-security-policy")).toContain("sandbox allow-scripts");
  });
});

describe("WebSockets", () => {
  const events = "/api/events/subscribe";
  const authorization = () => ({ authorization: `token ${server.server.token}` });

  test("open with the token", async () => expect(await opening(events, authorization())).toBe("open"));
  test("are refused without it", async () => expect(await opening(events, {})).toBe("401"));
  test("are refused to another page, even with the cookie", async () => {
    const cookie = `ringlab-${server.server.port}=${server.server.token}`;
    expect(await opening(events, { cookie, origin: server.origin })).toBe("open");
    expect(await opening(events, { cookie, origin: "http://evil.example" })).toBe("403");
  });
  test("are refused under another name", async () =>
    expect(await opening(events, { ...authorization(), host: "evil.example" })).toBe("403"));
  test("to no kernel are refused", async () =>
    expect(await opening("/api/kernels/none/channels", authorization())).toBe("404"));
});

describe("paths", () => {
  test.each([
    "/files/../outside/secret.txt",
    "/files/%2e%2e/outside/secret.txt",
    "/files/..%2foutside%2fsecret.txt",
    "/files/%2e%2e%2foutside/secret.txt",
    "/files/..%5coutside%5csecret.txt",
    "/files//etc/passwd",
    "/files/%2fetc%2fpasswd",
    "/files/C:%5cWindows",
    "/files/a.txt%00.html",
    "/files/%ff",
    "/files/link.txt",
    "/files/linked-folder/secret.txt",
    "/files/.hidden/a.txt",
    "/api/contents/..%2foutside%2fsecret.txt",
    "/api/contents/link.txt",
    "/api/contents/linked-folder",
    "/api/contents/.hidden",
    "/static/frontend-test/..%2fschemas.json",
    "/lab/api/themes/..%2fschemas.json",
  ])("%s is refused", async (path) => {
    const { status, text } = await raw(path);
    expect([400, 403, 404]).toContain(status);
    expect(text).not.toContain("secret\n");
    expect(text).not.toMatch(/root:|^secret/);
  });

  test("links that lead outside, and hidden files, are not listed", async () => {
    const { body } = await server.json("GET", "/api/contents");
    const names = body.content.map((model: { name: string }) => model.name);
    expect(names).toContain("a.txt");
    expect(names).not.toEqual(expect.arrayContaining(["link.txt"]));
    expect(names.filter((name: string) => /^\.|link/.test(name))).toEqual([]);
  });

  test.each(["PUT", "PATCH", "DELETE"])("%s through a link leaves the outside alone", async (method) => {
    const body =
      method === "PUT" ? { type: "file", format: "text", content: "overwritten" } : { path: "b.txt" };
    const { status } = await server.json(method, "/api/contents/linked-folder/secret.txt", body);
    expect(status).toBe(403);
    expect((await server.json("PATCH", "/api/contents/a.txt", { path: "linked-folder/a.txt" })).status).toBe(
      403,
    );
  });
});

test("only loopback is listened on", async () => {
  const { networkInterfaces } = await import("node:os");
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  for (const { address } of others.filter(({ internal, family }) => !internal && family === "IPv4")) {
    const refused = await new Promise((done) => {
      const socket = connect(server.server.port, address, () => done(socket.destroy() && false));
      socket.on("error", () => done(true));
    });
    expect(refused).toBe(true);
  }
});
