/** The folder of results: whose it is, who may write, what is kept. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Graded } from "../../../../grader/report/result.ts";
import { Store } from "../../../../grader/run/out/store.ts";
import { thisProcess } from "../../../../grader/run/process-identity.ts";
import { sweepTemporary, temporaryFolder } from "../../../../grader/run/temporary.ts";

const home = mkdtempSync(join(tmpdir(), "ringlab-store-"));
afterAll(() => rmSync(home, { recursive: true }));
let count = 0;
const fresh = () => join(home, `${++count}`);
const LAB = "01-popek-goldberg";
const graded: Graded = {
  ...{ version: 1, lab: LAB, key: "k", refused: undefined, notes: ["\ud800 <b>"], answers: {}, tests: [] },
  ...{ score: 0.1, max: 15 },
};

/** A process id that was somebody's a moment ago. */
const deadPid = () => spawnSync(process.execPath, ["-e", ""]).pid;

describe("results", () => {
  test("come back as they were kept, whatever the id", async () => {
    const store = await Store.open(fresh(), LAB);
    for (const id of ["ada", "Ada", "名前", "x".repeat(80)]) await store.keep(id, { ...graded, key: id });
    for (const id of ["ada", "Ada", "名前", "x".repeat(80)])
      expect(store.result(id)).toEqual({ ...graded, key: id });
    expect(store.result("bob")).toBeUndefined();
    expect(store.strangers(["ada", "Ada", "名前"])).toHaveLength(1);
    store.close();
  });

  test("that nobody can read are none", async () => {
    const store = await Store.open(fresh(), LAB);
    for (const text of ["", "{", "[]", "null", '{"version":2,"key":"k","tests":[]}']) {
      writeFileSync(store.path("results", "ada.json"), text);
      expect(store.result("ada")).toBeUndefined();
    }
    store.close();
  });

  test("that do not change are not written", async () => {
    const store = await Store.open(fresh(), LAB);
    await store.keep("ada", graded);
    const file = store.path("results", "ada.json");
    utimesSync(file, 1000, 1000);
    await store.keep("ada", graded);
    expect(statSync(file).mtimeMs).toBe(1_000_000);
    await store.keep("ada", { ...graded, score: 1 });
    expect(statSync(file).mtimeMs).toBeGreaterThan(1_000_000);
    store.close();
  });

  test("half written ones of a killed run are removed, and nothing else", async () => {
    const folder = fresh();
    (await Store.open(folder, LAB)).close();
    writeFileSync(join(folder, "results", "ada.json.1234567"), "{");
    writeFileSync(join(folder, "class.csv.42"), "");
    writeFileSync(join(folder, "notes.txt"), "mine");
    (await Store.open(folder, LAB)).close();
    expect(readdirSync(join(folder, "results"))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual([
      "about.json",
      "feedback",
      "gradescope",
      "log",
      "notes.txt",
      "results",
    ]);
  });
});

describe("a folder is refused", () => {
  test("that holds something else", async () => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, "thesis.tex"), "");
    await expect(Store.open(folder, LAB)).rejects.toThrow(/not empty and holds no results/);
    expect(readdirSync(folder)).toEqual(["thesis.tex"]);
  });

  test("that holds another lab's", async () => {
    const folder = fresh();
    (await Store.open(folder, LAB)).close();
    await expect(Store.open(folder, "02-modes-and-rings")).rejects.toThrow(
      /of lab 01-popek-goldberg; give another/,
    );
  });

  test("that is a file, or below one", async () => {
    const file = fresh();
    writeFileSync(file, "");
    await expect(Store.open(file, LAB)).rejects.toThrow(/a part of its path is a file/);
    await expect(Store.open(join(file, "out"), LAB)).rejects.toThrow(/a part of its path is a file/);
  });

  test("that another run is writing", async () => {
    const folder = fresh();
    const store = await Store.open(folder, LAB);
    await expect(Store.open(folder, LAB)).rejects.toThrow(
      new RegExp(`another run \\(process ${process.pid}\\) is writing`),
    );
    store.close();
    (await Store.open(folder, LAB)).close();
  });

  test("whose lock is of another machine", async () => {
    const folder = fresh();
    (await Store.open(folder, LAB)).close();
    writeFileSync(join(folder, ".lock"), JSON.stringify({ ...thisProcess(), host: "elsewhere" }));
    await expect(Store.open(folder, LAB)).rejects.toThrow(
      /a run on elsewhere .* if it is over, delete .*\.lock/,
    );
  });
});

describe("the lock of a run that is dead", () => {
  test.each([
    ["killed", () => ({ ...thisProcess(), pid: deadPid() })],
    ["whose process id is another's by now", () => ({ ...thisProcess(), started: "1" })],
  ])("%s, is taken over", async (_, holder) => {
    const folder = fresh();
    (await Store.open(folder, LAB)).close();
    writeFileSync(join(folder, ".lock"), JSON.stringify(holder()));
    writeFileSync(join(folder, `.lock-${deadPid()}`), JSON.stringify({ ...thisProcess(), pid: deadPid() }));
    const store = await Store.open(folder, LAB);
    expect(readdirSync(folder).filter((name) => name.startsWith(".lock"))).toEqual([".lock"]);
    store.close();
    expect(existsSync(join(folder, ".lock"))).toBe(false);
  });
});

test("temporary folders of killed runs are swept, those of living ones and of strangers are not", () => {
  const parent = fresh();
  mkdirSync(parent);
  const own = temporaryFolder(parent);
  const dead = temporaryFolder(parent);
  const foreign = temporaryFolder(parent);
  const unsigned = join(parent, "ringlab-run-unsigned");
  mkdirSync(unsigned);
  utimesSync(unsigned, 1000, 1000);
  mkdirSync(join(parent, "ringlab-run-new"));
  mkdirSync(join(parent, "other"));
  writeFileSync(join(dead.path, "owner.json"), JSON.stringify({ ...thisProcess(), pid: deadPid() }));
  writeFileSync(
    join(foreign.path, "owner.json"),
    JSON.stringify({ ...thisProcess(), host: "elsewhere", pid: deadPid() }),
  );
  sweepTemporary(parent);
  expect(existsSync(dead.path)).toBe(false);
  expect(existsSync(unsigned)).toBe(false);
  expect(readdirSync(parent)).toHaveLength(4);
  own.remove();
  expect(existsSync(own.path)).toBe(false);
});
