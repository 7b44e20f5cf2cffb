import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { normalize, Root } from "../../src/server/paths.ts";

let folder: string;
let root: Root;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-paths-"));
  for (const name of ["root", "root/sub", "root-sibling"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "root-sibling/secret"), "secret");
  writeFileSync(join(folder, "root/sub/inside"), "inside");
  symlinkSync(join(folder, "root-sibling"), join(folder, "root/out"));
  symlinkSync(join(folder, "root-sibling/none"), join(folder, "root/dangling"));
  symlinkSync("sub/inside", join(folder, "root/in"));
  root = new Root(join(folder, "root"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["/a//b/", "a/b"],
  ["", ""],
  ["a b/ü.ipynb", "a b/ü.ipynb"],
])("%j is %j", (path, normal) => expect(normalize(path)).toBe(normal));

test.each([
  ["../secret", /outside/],
  ["sub/../../secret", /outside/],
  ["a\0b", /NUL/],
  ["..\\secret", /"\/" between/],
  ["C:/Windows", /drive/],
  [".ssh/id", /hidden/],
  ["sub/.git/config", /hidden/],
])("%j is refused", (path, why) => expect(() => normalize(path)).toThrow(why));

test("a link that stays inside is followed", async () => {
  expect(await root.resolve("in")).toBe(join(root.folder, "in"));
});

test("an absolute path is taken as relative to the folder", async () => {
  expect(await root.resolve("/etc/passwd")).toBe(join(root.folder, "etc/passwd"));
});

test.each(["out", "out/secret", "out/new-file", "dangling"])(
  "%j leads outside and is refused",
  async (path) => {
    await expect(root.resolve(path)).rejects.toMatchObject({ name: "HttpError" });
  },
);

test("no path of any characters leaves the folder", async () => {
  const piece = fc.oneof(
    fc.constantFrom("..", ".", "/", "\\", "out", "in", "sub", "%2e%2e", "\0", "C:"),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      const file = await root.resolve(pieces.join("/")).catch(() => root.folder);
      expect(root.holds(file)).toBe(true);
    }),
    { seed: 2, numRuns: 500 },
  );
});
