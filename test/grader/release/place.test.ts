/** A release is written whole, and touches nothing that no release wrote. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { add, type Release } from "../../../grader/release/files.ts";
import { place } from "../../../grader/release/place.ts";

let top: string;
let out: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "ringlab-place-"));
  out = join(top, "out");
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function releaseOf(files: Record<string, string>): Release {
  const release: Release = new Map();
  for (const [path, text] of Object.entries(files)) add(release, path, text, path.startsWith("bin/"));
  return release;
}
const first = () => releaseOf({ "README.md": "one", "bin/run.js": "go", "labs/a/x.ts": "x" });
const second = () => releaseOf({ "README.md": "two", "bin/run.js": "go", "labs/b/y.ts": "y" });
const read = (path: string) => readFileSync(join(out, path), "utf8");
const force = { force: true };

test("into a folder that is not there, or empty", async () => {
  await place(first(), join(out, "deep"), { force: false });
  mkdirSync(join(top, "empty"));
  await place(first(), join(top, "empty"), { force: false });
  expect(read("deep/labs/a/x.ts")).toBe("x");
  expect(statSync(join(out, "deep/bin/run.js")).mode & 0o777).toBe(0o755);
  expect(statSync(join(out, "deep")).mode & 0o777).toBe(0o755);
  expect(readdirSync(top).sort()).toEqual(["empty", "out"]);
});

test("a folder that is not empty is refused", async () => {
  mkdirSync(out);
  writeFileSync(join(out, "mine"), "");
  await expect(place(first(), out, { force: false })).rejects.toThrow("is not empty. With --force");
  expect(readdirSync(out)).toEqual(["mine"]);
});

test("a file is no folder", async () => {
  writeFileSync(out, "");
  await expect(place(first(), out, force)).rejects.toThrow("is there already, and is no folder");
});

test("with force an earlier release is replaced, and everything else is kept", async () => {
  await place(first(), out, { force: false });
  mkdirSync(join(out, "node_modules"));
  writeFileSync(join(out, "node_modules/x"), "");
  writeFileSync(join(out, "labs/notes"), "mine");
  await place(second(), out, force);
  expect(read("README.md")).toBe("two");
  expect(read("labs/notes")).toBe("mine");
  expect(readdirSync(join(out, "labs")).sort()).toEqual(["b", "notes"]);
  expect(existsSync(join(out, "node_modules/x"))).toBe(true);
  await place(first(), out, force);
  expect(read("README.md")).toBe("one");
  expect(readdirSync(top)).toEqual(["out"]);
});

test("what was changed since, or never was ours, is in the way: nothing at all is written", async () => {
  await place(first(), out, { force: false });
  writeFileSync(join(out, "README.md"), "my own words");
  mkdirSync(join(out, "labs/b"));
  writeFileSync(join(out, "labs/b/y.ts"), "mine");
  await expect(place(second(), out, force)).rejects.toThrow(
    /README\.md, labs\/b\/y\.ts in .*not as a release wrote them/,
  );
  expect(read("README.md")).toBe("my own words");
  expect(read("labs/a/x.ts")).toBe("x");
});

test("a file that was changed is not taken away either", async () => {
  await place(first(), out, { force: false });
  writeFileSync(join(out, "labs/a/x.ts"), "changed");
  await place(second(), out, force);
  expect(read("labs/a/x.ts")).toBe("changed");
});

test("links lead nowhere", async () => {
  await place(first(), out, { force: false });
  mkdirSync(join(top, "elsewhere"));
  symlinkSync(join(top, "elsewhere"), join(out, "labs/b"));
  await expect(place(second(), out, force)).rejects.toThrow("labs/b in");
  expect(readdirSync(join(top, "elsewhere"))).toEqual([]);
});

test.skipIf(process.getuid?.() === 0)("where nothing can be written, nothing is left", async () => {
  chmodSync(top, 0o555);
  await expect(place(first(), out, { force: false })).rejects.toThrow("EACCES");
  chmodSync(top, 0o755);
  expect(readdirSync(top)).toEqual([]);
});
