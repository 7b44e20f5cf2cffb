import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { candidates, PathError } from "../../../grader/intake/candidates.ts";
import { sameAs } from "../../../grader/intake/names.ts";
import { Repository } from "./archives.ts";

const LAB = "01-popek-goldberg";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-class-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function put(...names: string[]): string {
  const root = join(folder, String(count++));
  mkdirSync(root);
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(join(root, name), "x");
    else mkdirSync(join(root, name), { recursive: true });
  }
  return root;
}

const ids = async (path: string) => {
  const found = await candidates(path, LAB);
  return [found.kind, ...found.candidates.map(({ id }) => id)];
};

test("a file", async () => {
  const root = put("alice.ipynb");
  expect(await candidates(join(root, "alice.ipynb"), LAB)).toEqual({
    kind: "one",
    candidates: [{ id: "alice", path: join(root, "alice.ipynb") }],
  });
});

test.each([
  ["component.ts", "component.ts", "README.md"],
  ["the lab's notebook", `${LAB}.ipynb`],
  ["a project", "package.json", "src/component.ts"],
])("a folder with %s is one submission", async (_what, ...names) => {
  expect(await ids(put(...names))).toEqual(["one", String(count - 1)]);
});

test("a git repository is one submission, bare or not", async () => {
  const root = put("a.txt");
  new Repository(join(root, ".git"));
  expect((await ids(root))[0]).toBe("one");
  const bare = put();
  new Repository(bare);
  expect((await ids(bare))[0]).toBe("one");
});

test.each([
  ["Canvas", ["doejane_1_2_a.ipynb", "roejohn_LATE_3_4_b.zip"], ["doejane_1_2_a", "roejohn_LATE_3_4_b"]],
  [
    "Gradescope",
    ["submission_1/component.ts", "submission_2/", "submission_metadata.yml"],
    ["submission_1", "submission_2"],
  ],
  ["nbgrader", [`alice/${LAB}/${LAB}.ipynb`, `bob/${LAB}/${LAB}.ipynb`], ["alice", "bob"]],
  [
    "mixed, with what is no submission",
    ["b.docx", "A.ts", "grades.csv", "README.md", ".DS_Store", "__MACOSX/x"],
    ["A", "b.docx"],
  ],
])("the class as %s leaves it", async (_what, names, expected) => {
  expect(await ids(put(...names))).toEqual(["class", ...expected]);
});

test("links are candidates; what they are is found out when they are opened", async () => {
  const root = put("a.ts");
  symlinkSync("/etc/passwd", join(root, "b.ts"));
  symlinkSync("/nowhere", join(root, "c"));
  expect(await ids(root)).toEqual(["class", "a", "b", "c"]);
});

test("names that become one get a piece of their hash, whoever else is there", async () => {
  const [, ...few] = await ids(put("alice.ts", "Alice.ipynb", "bob.ts"));
  const [, ...more] = await ids(put("alice.ts", "Alice.ipynb", "bob.ts", "carol.ts", "alice.zip"));
  expect(few).toEqual([
    expect.stringMatching(/^Alice-[0-9a-f]{8}$/),
    expect.stringMatching(/^alice-[0-9a-f]{8}$/),
    "bob",
  ]);
  expect(more).toEqual(expect.arrayContaining(few));
});

test("ids are unique, whatever the names are", async () => {
  const name = fc
    .stringMatching(/^([aAéE<>=.\- ]|\u0301){1,6}(\.ts|\.zip|)$/)
    .filter((each) => !/^\.{1,2}$/.test(each));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { maxLength: 30 }), async (names) => {
      const root = put(...names, "zzz.ts");
      const [, ...found] = await ids(root);
      expect(new Set(found.map((id) => sameAs(id!))).size).toBe(found.length);
      expect(found).toHaveLength(names.filter((each) => !each.startsWith(".")).length + 1);
    }),
    { seed: 20261121, numRuns: 50 },
  );
});

test("what cannot be graded at all", async () => {
  await expect(candidates(join(folder, "nowhere"), LAB)).rejects.toThrow(/nowhere does not exist$/);
  await expect(candidates(put(), LAB)).rejects.toThrow(/is empty: it must hold/);
  await expect(candidates(put(".hidden", "README.md"), LAB)).rejects.toThrow(PathError);
  await expect(candidates("/dev/null", LAB)).rejects.toThrow(/neither a file nor a folder/);
});

test.skipIf(process.getuid?.() === 0)("a folder that may not be read", async () => {
  const root = put("a.ts");
  chmodSync(root, 0);
  await expect(candidates(root, LAB)).rejects.toThrow(/permission denied/);
  chmodSync(root, 0o700);
});
