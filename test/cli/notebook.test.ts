import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ensureFrontend } from "../../src/server/index.ts";
import { NotebookCommand, temporaryFolders } from "../support/notebook-command.ts";
import { alive, childrenOf } from "../support/processes.ts";

beforeAll(() => ensureFrontend(), 120_000);

describe("what is wrong is said in one line, with the way out", () => {
  test.each([
    [["--dir", "/no/such/folder"], /there is no folder \/no\/such\/folder.*--dir/],
    [["--dir", import.meta.filename], /is a file, not a folder/],
    [["no-such.ipynb"], /there is no notebook .*no-such\.ipynb/],
    [[import.meta.filename, "--dir", join(import.meta.dirname, "../support")], /is not in .*support.*--dir/],
    [["--port", "http"], /whole number from 1 to 65535/],
  ])("%j", async (args, message) => {
    const command = new NotebookCommand(args);
    expect(await command.exited).toBe(1);
    expect(command.output).toMatch(message);
    expect(command.output).not.toMatch(/\n\s+at /);
  });

  test("a notebook that is named is opened, from its own folder", async () => {
    using folders = temporaryFolders();
    const path = join(folders.served, "my first.ipynb");
    writeFileSync(path, "{}");
    const command = new NotebookCommand([path], folders.env);
    expect((await command.url()).pathname).toBe("/notebooks/my%20first.ipynb");
    command.process.kill("SIGTERM");
    expect(await command.exited).toBe(0);
  });

  test("a port in use: names one that is free", async () => {
    using folders = temporaryFolders();
    const taken = createServer()
      .on("error", () => {})
      .listen(8888, "127.0.0.1"); // unless somebody else has it
    const first = new NotebookCommand(["--dir", folders.served], folders.env);
    const { port } = await first.url();
    const second = new NotebookCommand(["--dir", folders.served, "--port", port], folders.env);
    expect(await second.exited).toBe(1);
    expect(second.output).toMatch(new RegExp(`port ${port} is in use. Port \\d+ is free: --port \\d+`));
    const third = new NotebookCommand(["--dir", folders.served], folders.env);
    expect((await third.url()).port).not.toBe(port);
    expect(third.output).toMatch(/is in use .* so this one takes \d+/);
    for (const command of [first, third]) {
      command.process.kill("SIGTERM");
      expect(await command.exited).toBe(0);
    }
    taken.close();
  });
});

describe.skipIf(process.platform !== "linux")("stopping", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s ends the server and every kernel",
    async (signal) => {
      using folders = temporaryFolders();
      const command = new NotebookCommand(["--dir", folders.served], folders.env);
      const response = await command.fetch("/api/kernels", { method: "POST", body: "{}" });
      expect(response.status).toBe(201);
      const children = childrenOf(command.process.pid as number);
      expect(children.length).toBeGreaterThan(0);
      command.process.kill(signal);
      expect(await command.exited).toBe(0);
      expect(children.filter(alive)).toEqual([]);
    },
  );

  test("a second Ctrl+C does not wait", async () => {
    using folders = temporaryFolders();
    const command = new NotebookCommand(["--dir", folders.served], folders.env);
    await command.fetch("/api/kernels", { method: "POST", body: "{}" });
    const children = childrenOf(command.process.pid as number);
    command.process.kill("SIGINT");
    await new Promise((done) => setTimeout(done, 20));
    command.process.kill("SIGINT");
    expect([0, 130]).toContain(await command.exited);
    await expect.poll(() => children.filter(alive), { timeout: 10_000 }).toEqual([]);
  });
});

test.skipIf(process.platform !== "linux")(
  "a server that is killed leaves no kernel behind either",
  async () => {
    using folders = temporaryFolders();
    const command = new NotebookCommand(["--dir", folders.served], folders.env);
    await command.url();
    await new Promise((done) => setTimeout(done, 100)); // the spare is about to start
    const children = childrenOf(command.process.pid as number);
    command.process.kill("SIGKILL");
    await command.exited;
    for (let tries = 0; children.some(alive) && tries < 100; tries++)
      await new Promise((done) => setTimeout(done, 100));
    expect(children.filter(alive)).toEqual([]);
  },
  20_000,
);

test("the address is printed soon, and opens the list of what is served", async () => {
  using folders = temporaryFolders();
  writeFileSync(join(folders.served, "a.ipynb"), "{}");
  const command = new NotebookCommand(["--dir", folders.served], folders.env);
  const start = performance.now();
  await command.url();
  expect(performance.now() - start).toBeLessThan(4000); // 0.5 s on an idle machine
  const listed = (await (await command.fetch("/api/contents")).json()) as { content: { name: string }[] };
  expect(listed.content.map(({ name }) => name)).toEqual(["a.ipynb"]);
  expect(command.output).toContain(folders.served);
  await command.fetch("/api/shutdown", { method: "POST" });
  expect(await command.exited).toBe(0);
});
