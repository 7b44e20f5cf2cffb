import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { notebookOf, TestServer } from "../support/notebook-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => server.write("a.txt", "hello\n"));

const api = (path: string) => `/api/contents/${path}`;
const disk = (path: string) => readFileSync(join(server.root, path), "utf8");

describe("notebooks", () => {
  test("are written as Jupyter writes them: lines as lists, sorted keys, a newline at the end", async () => {
    const content = notebookOf(["const a = 1;\nconsole.log(a);"]);
    expect((await server.json("PUT", api("n.ipynb"), { type: "notebook", content })).status).toBe(200);
    expect(disk("n.ipynb").split("\n").slice(0, 14)).toEqual([
      "{",
      ' "cells": [',
      "  {",
      '   "cell_type": "code",',
      '   "execution_count": null,',
      '   "id": "cell-0",',
      '   "metadata": {},',
      '   "outputs": [],',
      '   "source": [',
      '    "const a = 1;\\n",',
      '    "console.log(a);"',
      "   ]",
      "  }",
      " ],",
    ]);
    const { body } = await server.json("GET", api("n.ipynb"));
    expect(body.content.cells[0].source).toBe("const a = 1;\nconsole.log(a);");
  });

  test.each([
    ["cut.ipynb", '{\n "cells": [\n  {"cell_type": }\n', /not valid JSON at line 3, column 17/],
    ["cut-off.ipynb", '{\n "cells": [', /not valid JSON at line 2/],
    ["empty.ipynb", "", /is empty/],
    ["list.ipynb", "[]", /is not a notebook: at the top level/],
    [
      "cell.ipynb",
      '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"cell_type":7}]}',
      /at cells\.0\.cell_type/,
    ],
    ["old.ipynb", '{"nbformat":3,"worksheets":[]}', /format 3.*nbconvert/],
  ])(
    "%s: the message says where it is broken, and the file is left as it is",
    async (name, text, message) => {
      server.write(name, text);
      const { status, body } = await server.json("GET", api(name));
      expect(status).toBe(400);
      expect(body.message).toMatch(message);
      expect(disk(name)).toBe(text);
      expect((await server.json("GET", `${api(name)}?type=file`)).body.content).toBe(text);
    },
  );

  test("what is no notebook is not saved over one", async () => {
    server.write("keep.ipynb", "{}");
    const { status } = await server.json("PUT", api("keep.ipynb"), {
      type: "notebook",
      content: { cells: 1 },
    });
    expect(status).toBe(400);
    expect(disk("keep.ipynb")).toBe("{}");
  });

  test("outputs are trusted when this user made them, not because the file says so", async () => {
    const html = { output_type: "display_data", metadata: {}, data: { "text/html": "<b>1</b>" } };
    const notebook = (trusted: boolean) => {
      const content = notebookOf(["1"]) as { cells: { outputs: object[]; metadata: object }[] };
      Object.assign(content.cells[0] as object, { outputs: [html], metadata: { trusted } });
      return content;
    };
    const trust = async (path: string) =>
      (await server.json("GET", api(path))).body.content.cells[0].metadata.trusted;
    server.write("stranger.ipynb", JSON.stringify(notebook(true)));
    expect(await trust("stranger.ipynb")).toBeUndefined();
    await server.json("PUT", api("ours.ipynb"), { type: "notebook", content: notebook(true) });
    expect(disk("ours.ipynb")).not.toContain("trusted");
    expect(await trust("ours.ipynb")).toBe(true);
  });

  test("50 MB open and save", async () => {
    const content = notebookOf(Array.from({ length: 50 }, () => "x".repeat(2 ** 20)));
    expect((await server.json("PUT", api("large.ipynb"), { type: "notebook", content })).status).toBe(200);
    expect(statSync(join(server.root, "large.ipynb")).size).toBeGreaterThan(50 * 2 ** 20);
    const { status, body } = await server.json("GET", api("large.ipynb"));
    expect(status).toBe(200);
    expect(body.content.cells[49].source).toHaveLength(2 ** 20);
  });

  test("more than the limit is refused with the limit in the message", async () => {
    server.write("huge.ipynb", "");
    truncateSync(join(server.root, "huge.ipynb"), 201 * 2 ** 20); // sparse: takes no space
    const { status, body } = await server.json("GET", api("huge.ipynb"));
    expect(status).toBe(413);
    expect(body.message).toMatch(/201 MB; up to 200 MB/);
    const refused = await new Promise((done) => {
      const headers = { authorization: `token ${server.server.token}`, "content-length": 400 * 2 ** 20 };
      const put = request(`${server.origin}${api("huge.ipynb")}`, { method: "PUT", headers }, (response) => {
        done(response.statusCode);
        put.destroy();
      });
      put.on("error", () => {}).flushHeaders();
    });
    expect(refused).toBe(413);
  });
});

describe("files", () => {
  test("text and bytes go both ways", async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const content = bytes.toString("base64");
    expect((await server.json("PUT", api("b.bin"), { type: "file", format: "base64", content })).status).toBe(
      200,
    );
    expect(readFileSync(join(server.root, "b.bin"))).toEqual(bytes);
    expect((await server.json("GET", api("b.bin"))).body).toMatchObject({ format: "base64", content });
    expect((await server.json("GET", api("a.txt"))).body).toMatchObject({
      format: "text",
      content: "hello\n",
      mimetype: "text/plain",
    });
    expect((await server.json("GET", `${api("b.bin")}?format=text`)).body.message).toMatch(
      /not text in UTF-8/,
    );
    expect(Buffer.from(await (await server.fetch("/files/b.bin")).arrayBuffer())).toEqual(bytes);
  });

  test("a save through a link keeps the link, and the mode stays", async () => {
    chmodSync(join(server.root, "a.txt"), 0o640);
    symlinkSync("a.txt", join(server.root, "link.txt"));
    await server.json("PUT", api("link.txt"), { type: "file", format: "text", content: "new" });
    expect(lstatSync(join(server.root, "link.txt")).isSymbolicLink()).toBe(true);
    expect(disk("a.txt")).toBe("new");
    expect(statSync(join(server.root, "a.txt")).mode & 0o777).toBe(0o640);
  });

  test("a change on disk shows in last_modified and in the hash", async () => {
    const model = async () => (await server.json("GET", `${api("a.txt")}?content=0&hash=1`)).body;
    const before = await model();
    expect(before).toMatchObject({ hash_algorithm: "sha256", content: null });
    server.write("a.txt", "changed by an editor\n");
    utimesSync(join(server.root, "a.txt"), 2_000_000_000, 2_000_000_000);
    const after = await model();
    expect(after.hash).not.toBe(before.hash);
    expect(after.last_modified).toBe(new Date(2e12).toISOString());
  });

  test("pieces of an upload become one file when the last is there", async () => {
    const piece = (text: string, chunk: number) =>
      server.json("PUT", api("up.txt"), {
        type: "file",
        format: "base64",
        chunk,
        content: Buffer.from(text).toString("base64"),
      });
    await piece("one ", 1);
    await piece("two ", 2);
    expect(readdirSync(server.root)).not.toContain("up.txt");
    expect((await piece("three", -1)).status).toBe(200);
    expect(disk("up.txt")).toBe("one two three");
    expect((await piece("lost", 2)).body.message).toMatch(/upload the file again/);
  });

  test.each([
    ["GET", "none.txt", undefined, 404, /no such file/],
    ["PUT", "none/b.txt", { type: "file", format: "text", content: "" }, 404, /no such file or folder/],
    ["PUT", "c.txt", { type: "file", format: "morse", content: "" }, 400, /"morse" is unknown/],
    ["PUT", "c.txt", { type: "volcano" }, 400, /none of directory, file, notebook/],
    ["PATCH", "a.txt", { path: 7 }, 400, /wrong at path/],
    ["GET", "a.txt?type=directory", undefined, 400, /not a folder/],
  ])("%s %s fails in words", async (method, path, body, status, message) => {
    const answer = await server.json(method, api(path), body);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toMatch(message);
  });
});

describe("the folder", () => {
  test("new files take the first free name", async () => {
    mkdirSync(join(server.root, "new"));
    const create = async (body: object) => (await server.json("POST", api("new"), body)).body.path;
    expect(await create({ type: "notebook" })).toBe("new/Untitled.ipynb");
    expect(await create({ type: "notebook" })).toBe("new/Untitled1.ipynb");
    expect(await create({ type: "directory" })).toBe("new/Untitled Folder");
    expect(await create({ type: "directory" })).toBe("new/Untitled Folder 1");
    expect(await create({ type: "file", ext: ".ts" })).toBe("new/untitled.ts");
    expect(await create({ copy_from: "a.txt" })).toBe("new/a-Copy1.txt");
    expect(JSON.parse(disk("new/Untitled.ipynb"))).toEqual({
      cells: [],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    });
  });

  test("renaming never overwrites, and takes the checkpoint along", async () => {
    server.write("from.txt", "from");
    expect((await server.json("PATCH", api("from.txt"), { path: "a.txt" })).status).toBe(409);
    await server.json("POST", api("from.txt/checkpoints"));
    expect((await server.json("PATCH", api("from.txt"), { path: "to.txt" })).body.path).toBe("to.txt");
    expect((await server.json("GET", api("to.txt/checkpoints"))).body).toHaveLength(1);
    expect((await server.json("GET", api("from.txt"))).status).toBe(404);
  });

  test("a checkpoint brings back what was", async () => {
    const { body, status } = await server.json("POST", api("a.txt/checkpoints"));
    expect(status).toBe(201);
    server.write("a.txt", "worse");
    expect((await server.json("POST", api(`a.txt/checkpoints/${body.id}`))).status).toBe(204);
    expect(disk("a.txt")).toBe("hello\n");
    expect((await server.json("DELETE", api(`a.txt/checkpoints/${body.id}`))).status).toBe(204);
    expect((await server.json("POST", api(`a.txt/checkpoints/${body.id}`))).status).toBe(404);
  });

  test("a folder with something in it is not deleted", async () => {
    mkdirSync(join(server.root, "full"));
    server.write("full/x.txt", "x");
    const { status, body } = await server.json("DELETE", api("full"));
    expect([status, body.message]).toEqual([400, expect.stringMatching(/not empty/)]);
    await server.json("POST", api("full/x.txt/checkpoints"));
    expect((await server.json("DELETE", api("full/x.txt"))).status).toBe(204);
    expect((await server.json("DELETE", api("full"))).status).toBe(204);
    expect(readdirSync(server.root)).not.toContain("full");
  });
});

describe("settings", () => {
  const path = "/lab/api/settings/@test/plugin:themes";
  test("are kept as the user wrote them, with comments", async () => {
    const raw = '{ // mine\n "theme": "dark" }';
    expect((await server.json("PUT", path, { raw })).status).toBe(204);
    expect((await server.json("GET", path)).body).toMatchObject({
      raw,
      settings: { theme: "dark" },
      version: "1.0.0",
    });
    expect((await server.json("GET", "/lab/api/settings")).body.settings).toHaveLength(1);
  });
  test("that cannot be read, or belong to nobody, are refused", async () => {
    expect((await server.json("PUT", path, { raw: "{" })).body.message).toMatch(/cannot be read/);
    expect((await server.json("GET", "/lab/api/settings/@test/none:x")).status).toBe(404);
  });
});
