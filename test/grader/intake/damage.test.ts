/** Damaged at random, a submission is taken or refused; anything else would be blamed on the machine and tried again for ever. */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCandidate } from "../../../grader/intake/read-candidate.ts";
import { Refusal } from "../../../grader/intake/submission.ts";
import { lacks } from "../../support/needs.ts";
import { notebook, pax, Repository, tar, zip } from "./archives.ts";

const labId = "01-popek-goldberg";
const SOURCE = `// ${"a comment, to have something to compress. ".repeat(20)}\nexport const component = 1;\n`;
const SEED = { seed: 20261121, numRuns: 150 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-damage-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Some bytes changed, and perhaps the rest lost. */
const damage = fc.record({
  changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
  keep: fc.option(fc.nat(), { freq: 4 }),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(bytes: Buffer, { changes, keep }: Damage): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, byte] of changes) copy[at % copy.length] = byte;
  return keep === null ? copy : copy.subarray(0, keep % copy.length);
}

async function outcome(path: string): Promise<"taken" | "refused"> {
  try {
    await readCandidate({ id: "x", path }, { labId });
    return "taken";
  } catch (error) {
    if (error instanceof Refusal) return "refused";
    throw error;
  }
}

const members = [
  { name: "component.ts", data: SOURCE },
  { name: "README.md", data: "read me" },
];
const FORMS: [string, () => Buffer][] = [
  ["a.zip", () => zip(members)],
  ["a.tar", () => tar([{ name: "x", type: "x", data: pax("path", "component.ts") }, ...members])],
  ["a.tgz", () => gzipSync(tar(members))],
  [
    "a.ipynb",
    () =>
      Buffer.from(
        notebook([{ id: "component", tags: ["component"], source: SOURCE.replace("export ", "") }]),
      ),
  ],
  ["a.ts", () => Buffer.from(SOURCE)],
];

test.each(FORMS)("%s", async (name, make) => {
  const bytes = make();
  const path = join(folder, name);
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(damage, async (how) => {
      writeFileSync(path, damaged(bytes, how));
      seen.add(await outcome(path));
    }),
    SEED,
  );
  expect(seen).toContain("refused");
});

describe("a git repository:", () => {
  /** Damages one file of it at a time, again and again. */
  async function survives(root: string, files: readonly string[]): Promise<void> {
    const whole = files.map((file) => readFileSync(join(root, file)));
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(damage, fc.nat({ max: files.length - 1 }), async (how, index) => {
        const file = join(root, files[index]!);
        rmSync(file);
        writeFileSync(file, damaged(whole[index]!, how));
        seen.add(await outcome(root));
        writeFileSync(file, whole[index]!);
      }),
      SEED,
    );
    expect(await outcome(root)).toBe("taken");
    expect(seen).toContain("refused");
  }

  test("its loose objects", async () => {
    const repository = new Repository(join(folder, "loose.git"));
    const blob = repository.object("blob", SOURCE);
    const tree = repository.tree([{ mode: "100644", name: "component.ts", id: blob }]);
    const commit = repository.commit(tree);
    const objects = [blob, tree, commit].map((id) => `objects/${id.slice(0, 2)}/${id.slice(2)}`);
    await survives(repository.folder, ["HEAD", "refs/heads/main", "config", ...objects]);
  });

  test.skipIf(lacks("git", import.meta.url))("its packs", async () => {
    const root = join(folder, "packed");
    mkdirSync(root);
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...args], {
        cwd: root,
        stdio: "pipe",
        env: { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: "1" },
      }).toString();
    git("init", "-q", "-b", "main");
    for (const version of [1, 2, 3]) {
      writeFileSync(join(root, "component.ts"), `${SOURCE}// version ${version}\n`);
      git("add", ".");
      git("commit", "-q", "-m", "work");
      if (version === 1) git("tag", "first");
    }
    git("checkout", "-q", "first");
    git("gc", "-q");
    cpSync(join(root, ".git"), join(folder, "packed.git"), { recursive: true });
    const packs = readdirSync(join(folder, "packed.git/objects/pack")).filter((name) =>
      /\.(pack|idx)$/.test(name),
    );
    expect(packs).toHaveLength(2);
    await survives(join(folder, "packed.git"), [...packs.map((name) => `objects/pack/${name}`), "HEAD"]);
  });
});
