/** What ends a cell's thread, the checker or the parent does not end the notebook. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { KernelClient } from "../../../src/kernel/client.ts";
import { newConnection } from "../../../src/kernel/connection.ts";
import type * as Snapshot from "../../../src/kernel/own/checker/snapshot.ts";
import { DEFAULT_SPEC } from "../../../src/kernel/specs.ts";
import { streamed, useKernel } from "../../support/kernel.ts";

const kernel = useKernel({ RINGLAB_HEAP_MB: "96" });
const scratch = mkdtempSync(join(tmpdir(), "ringlab-recovery-"));
afterAll(() => rmSync(scratch, { recursive: true }));

test("process.exit: said, output kept, next cell fresh", async () => {
  await kernel.run("const before = 1");
  const result = await kernel.run("console.log('last words'); process.exit(3)");
  expect(result.reply).toMatchObject({
    status: "error",
    ename: "ProcessEnded",
    evalue: "This cell ended the process with code 3; its variables are gone. The next cell starts fresh.",
  });
  expect(streamed(result)).toBe("last words\n");
  expect((await kernel.run("before")).reply.evalue).toMatch(/Cannot find name 'before'/);
  expect(await kernel.value("const before = 'again'; before")).toBe("'again'");
});

test("process.exit in a timer between cells", async () => {
  await kernel.run("const doomed = 1; setTimeout(() => process.exit(0), 20)");
  await new Promise((done) => setTimeout(done, 300));
  await expect.poll(async () => (await kernel.run("doomed")).reply.status).toBe("error");
});

test("out of memory", async () => {
  const { reply } = await kernel.run(
    "const hoard: number[][] = []; for (;;) hoard.push(new Array(100_000).fill(1.5))",
  );
  expect(reply.evalue).toMatch(/used up the memory that a notebook may use \(96 MB/);
  expect(await kernel.value("1 + 1")).toBe("2");
});

test("local files are there again after the thread ended", async () => {
  kernel.write("again.ts", "export const again = 5;\n");
  await kernel.run("import { again } from './again'; process.exit(0)");
  expect(await kernel.value("import { again } from './again'; again")).toBe("5");
});

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);

test.runIf(process.platform === "linux")("the checker is replaced and told what was declared", async () => {
  await kernel.run("const survivor = 'still here'");
  const [checker] = childrenOf(kernel.client.kernel.process.pid as number);
  process.kill(checker as number, "SIGKILL");
  await new Promise((done) => setTimeout(done, 200));
  expect(await kernel.value("survivor.length")).toBe("10");
});

describe("the start-up snapshot", () => {
  const cache = join(scratch, "cache");
  const env = { RINGLAB_CACHE: cache };
  // The built module: the snapshot is made of built files.
  const built = async () => {
    process.env.RINGLAB_CACHE = cache;
    return (await import("../../../dist/src/kernel/own/checker/snapshot.js" as string)) as typeof Snapshot;
  };
  afterAll(() => {
    delete process.env.RINGLAB_CACHE;
  });

  test("is made once, and older ones are removed", async () => {
    const { ensureSnapshot, snapshotPath } = await built();
    mkdirSync(cache);
    const older = `${snapshotPath().slice(0, -"0123456789abcdef.blob".length)}0123456789abcdef.blob`;
    writeFileSync(older, "older");
    expect(await ensureSnapshot()).toBe(snapshotPath());
    expect(readdirSync(cache)).toEqual([basename(snapshotPath())]);
  });

  test.runIf(process.platform === "linux")("wakes the checker", async () => {
    const client = await KernelClient.start(DEFAULT_SPEC, { cwd: scratch, env });
    const { reply } = await client.execute("const a: string = 1");
    expect(reply.ename).toBe("TypeScriptError");
    const [checker] = childrenOf(client.kernel.process.pid as number);
    expect(readFileSync(`/proc/${checker}/cmdline`, "utf8")).toContain("--snapshot-blob");
    expect((await client.execute("import { sep } from 'node:path'; sep")).reply.status).toBe("ok");
    await client.shutdown();
  });

  test("is passed over when it is damaged", async () => {
    const { snapshotPath } = await built();
    writeFileSync(snapshotPath(), "not a snapshot");
    const client = await KernelClient.start(DEFAULT_SPEC, { cwd: scratch, env });
    expect((await client.execute("1 + 1")).reply.status).toBe("ok");
    expect((await client.execute("const a: string = 1")).reply.ename).toBe("TypeScriptError");
    await client.shutdown();
  });
});

test("shutdown ends the process and all that it started", async () => {
  const client = await KernelClient.start(DEFAULT_SPEC, { cwd: scratch });
  await client.execute("setInterval(() => {}, 1000)");
  const begun = performance.now();
  expect(await client.shutdown(10_000)).toEqual({ code: 0, signal: null });
  expect(performance.now() - begun).toBeLessThan(5000);
});

test.runIf(process.platform === "linux")("an orphan ends by itself", async () => {
  const file = join(scratch, "orphan.json");
  writeFileSync(file, JSON.stringify(await newConnection("ringlab")));
  const argv = DEFAULT_SPEC.argv.map((word) => word.replace("{connection_file}", file));
  const script = `const c = require("child_process").spawn(${JSON.stringify(argv[0])}, ${JSON.stringify(argv.slice(1))}, { stdio: "ignore", detached: true }); console.log(c.pid); setTimeout(() => process.exit(), 700)`;
  const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = await new Promise<number>((done) => parent.stdout.once("data", (text) => done(Number(text))));
  const alive = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  expect(alive()).toBe(true);
  await expect.poll(alive, { timeout: 10_000, interval: 200 }).toBe(false);
});
