import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openGround } from "../../../src/compare/ground/ground.ts";
import { MARK, processesOf, startOf } from "../../../src/compare/ground/processes.ts";
import { remember, type State, stateOf, sweep } from "../../../src/compare/ground/state.ts";

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "ringlab-state-"));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const NAME = "ringlab-compare-0123abcd";
/** A run of a process that is gone: above every process id. */
const dead = async (): Promise<State> => ({
  ...(await stateOf(NAME, join(cache, NAME))),
  pid: 4194304,
  started: "1",
});

test("a ground is remembered while it is open, and forgotten with everything undone", async () => {
  const ground = await openGround(cache, new AbortController().signal);
  expect(await readdir(join(cache, "running"))).toEqual([`${ground.name}.json`]);
  expect(process.env[MARK]).toBe(ground.name);
  expect(await sweep(cache)).toEqual([]);
  await writeFile(join(ground.scratch, "file"), "");
  expect(await ground.undo.run()).toEqual([]);
  expect(await readdir(join(cache, "running"))).toEqual([]);
  expect(existsSync(ground.scratch)).toBe(false);
  expect(process.env[MARK]).toBeUndefined();
});

test.skipIf(process.platform !== "linux")(
  "what a dead run left is ended and removed: its processes, their children, its folder, its commands",
  async () => {
    const state = await dead();
    await mkdir(state.scratch);
    const proof = join(cache, "proof");
    await remember(cache, { ...state, commands: [["touch", proof]] });
    const child = spawn("sh", ["-c", "sleep 600 & wait"], {
      env: { ...process.env, [MARK]: NAME },
      stdio: "ignore",
    });
    const ended = new Promise((done) => child.on("close", (_, signal) => done(signal)));
    await expect.poll(() => processesOf(NAME)).toHaveLength(2);
    expect(await sweep(cache)).toEqual([
      "a run was killed before (process 4194304): what it left has been removed",
    ]);
    expect(await ended).toBe("SIGKILL");
    expect(await processesOf(NAME)).toEqual([]);
    expect(existsSync(state.scratch)).toBe(false);
    expect(existsSync(proof)).toBe(true);
    expect(await sweep(cache)).toEqual([]);
  },
);

test("what could not be removed stays remembered, and is said", async () => {
  await remember(cache, { ...(await dead()), commands: [["false"]] });
  const [said] = await sweep(cache);
  expect(said).toContain("could not remove everything");
  expect(await readdir(join(cache, "running"))).toHaveLength(1);
});

test.skipIf(process.platform !== "linux")(
  "a run that lives is left alone; a process that has a dead one's id is not taken for it",
  async () => {
    const living = { ...(await stateOf(NAME, join(cache, NAME))), pid: process.pid };
    await remember(cache, living);
    expect(await sweep(cache)).toEqual([]);
    await remember(cache, { ...living, started: `${Number(await startOf(process.pid)) + 1}` });
    expect(await sweep(cache)).toHaveLength(1);
  },
);

test("a file that says something else ends nothing and removes nothing", async () => {
  await mkdir(join(cache, "running"));
  const precious = join(cache, "precious");
  await mkdir(precious);
  for (const text of ["", "{}", `{"name":"","scratch":"${precious}"}`, `{"name":"${NAME}","scratch":"/"}`])
    await writeFile(join(cache, "running", "odd.json"), text).then(() => sweep(cache));
  expect(existsSync(precious)).toBe(true);
});

test("a thing of the cache that was left half made is removed, one that is being made is not", async () => {
  await writeFile(join(cache, "rootfs.4194304.half.tar"), "");
  await mkdir(join(cache, `boot.${process.pid}.half`));
  expect(await sweep(cache)).toEqual(["rootfs.4194304.half.tar in the cache was left half made: removed"]);
  expect(await readdir(cache)).toContain(`boot.${process.pid}.half`);
});
