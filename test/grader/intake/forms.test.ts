/** The same component in every form in which people hand it in. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CAPS } from "../../../grader/intake/caps.ts";
import { readCandidate } from "../../../grader/intake/read-candidate.ts";
import { lacks } from "../../support/needs.ts";
import { notebook, Repository, tar, zip } from "./archives.ts";

const labId = "01-popek-goldberg";
const SOURCE = 'import { help } from "./help.ts";\nexport const component = { help };\n';
const HELP = "export const help = 1;\n";
const FILES = { "component.ts": SOURCE, "help.ts": HELP };
const TAKEN = { entry: "component.ts", files: new Map(Object.entries(FILES)) };
const CELLS = [
  { type: "markdown", source: "# Lab" },
  { id: "component", tags: ["component"], source: "const component = {};" },
  {
    type: "markdown",
    id: "reflection-1",
    tags: ["reflection"],
    source: "Why?\n\n_Your answer:_\n\nBecause.",
  },
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-forms-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function put(name: string, content: string | Buffer | Uint8Array): string {
  const path = join(folder, String(count++), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function putAll(files: Record<string, string>): string {
  const root = join(folder, String(count++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const read = (path: string, caps = CAPS) => readCandidate({ id: "x", path }, { labId, caps });
const members = (prefix = "") =>
  Object.entries(FILES).map(([name, data]) => ({ name: `${prefix}${name}`, data }));

describe("a file", () => {
  test("of TypeScript, whatever it is called", async () => {
    const taken = await read(put("doejane_123_456_my work.ts", HELP.replace("help", "component")));
    expect(taken).toMatchObject({ form: "typescript", entry: "component.ts", notes: [], cells: [] });
  });

  test("with a byte order mark and the line ends of Windows", async () => {
    const taken = await read(put("a.ts", "\ufeffexport const component = 1;\r\n// end\r\n"));
    expect(taken.files.get("component.ts")).toBe("export const component = 1;\n// end\n");
  });

  test("that lacks the export, as a cell does", async () => {
    const taken = await read(put("a.ts", "const component = 1; // here"));
    expect(taken.files.get(taken.entry)).toBe("const component = 1; // here\nexport { component };\n");
    expect(taken.notes).toEqual(["`component` was declared but not exported; the export was added."]);
  });

  test("that is a notebook", async () => {
    const taken = await read(put("Doe <b>Jane</b>.ipynb", notebook(CELLS)));
    expect(taken).toMatchObject({ form: "notebook", entry: `${labId}.ipynb` });
    expect(taken.files).toEqual(
      new Map([[`${labId}.ipynb`, "const component = {};\nexport { component };\n"]]),
    );
    expect(taken.answers).toEqual(new Map([["reflection-1", "Because."]]));
    expect(taken.cells).toEqual([{ title: 'cell 2 ("component")', from: 1 }]);
  });
});

describe("an archive", () => {
  test("zip", async () =>
    expect(await read(put("a.zip", zip(members())))).toMatchObject({ ...TAKEN, form: "zip" }));

  test("zip with everything in one folder, as forges make it", async () => {
    const all = [{ name: "work-main/", mode: 0o040755 }, ...members("work-main/")];
    expect(await read(put("a.zip", zip(all)))).toMatchObject(TAKEN);
  });

  test("zip of a Mac, stored without compression", async () => {
    const all = [
      { name: "__MACOSX/._component.ts", data: Buffer.from([0, 5, 22, 7]) },
      { name: ".DS_Store", data: Buffer.alloc(10) },
      ...members().map((member) => ({ ...member, method: 0 })),
    ];
    expect(await read(put("a.zip", zip(all)))).toMatchObject(TAKEN);
  });

  test("zip with a whole project: what is not the component is not read", async () => {
    const junk = Buffer.from([0xff, 0xfe, 0xff]);
    const all = [
      ...members(),
      ...["package.json", "tsconfig.json", "README.md", "vitest.config.ts", "a.test.ts", "types.d.ts"].map(
        (name) => ({ name, data: junk }),
      ),
      { name: "node_modules/.bin/tsc", data: "../typescript", mode: 0o120777 },
      { name: "node_modules/x/index.ts", data: junk },
      { name: ".ipynb_checkpoints/component.ts", data: junk },
      { name: "photo.png", data: junk, flags: 1 & 0 },
    ];
    expect(await read(put("a.zip", zip(all)))).toMatchObject({ ...TAKEN, notes: [] });
  });

  test("zip with another inside", async () => {
    const taken = await read(put("a.zip", zip([...members(), { name: "old.zip", data: "PK" }])));
    expect(taken.notes).toEqual(['"old.zip" was not opened: hand in the files themselves.']);
  });

  test.each([
    ["a.tar", (bytes: Buffer) => bytes],
    ["a.tar.gz", gzipSync],
    ["a.tgz", gzipSync],
    ["gzipped although its name does not say so.tar", gzipSync],
  ])("%s", async (name, pack) => {
    const all = [{ name: "./", type: "5" }, { name: "./.git/config", type: "2" }, ...members("./")];
    expect(await read(put(name, pack(tar(all))))).toMatchObject({ ...TAKEN, form: "tar" });
  });

  test("tar with long names", async () => {
    const deep = `${"folder-with-a-long-name/".repeat(8)}component.ts`;
    const bytes = await packTar([
      { header: { name: deep, size: HELP.length, type: "file" }, body: HELP },
      { header: { name: "other/README.md", size: 1, type: "file" }, body: "x" },
    ]);
    expect((await read(put("a.tar", bytes))).entry).toBe("component.ts");
  });
});

describe("a folder", () => {
  test("with the files at its top", async () =>
    expect(await read(putAll({ ...FILES, "notes/README.md": "" }))).toMatchObject({
      ...TAKEN,
      form: "folder",
    }));

  test("as nbgrader keeps it: the folder named like the lab counts", async () => {
    const other = notebook([], "02-modes-and-rings");
    const taken = await read(
      putAll({
        [`${labId}/${labId}.ipynb`]: notebook(CELLS),
        [`${labId}/timestamp.txt`]: "2026-01-01",
        "02-modes-and-rings/02-modes-and-rings.ipynb": other,
      }),
    );
    expect(taken.entry).toBe(`${labId}/${labId}.ipynb`);
  });

  test("with a component.ts and a notebook: the answers are of the notebook", async () => {
    const taken = await read(putAll({ ...FILES, [`${labId}.ipynb`]: notebook(CELLS) }));
    expect(taken).toMatchObject(TAKEN);
    expect(taken.answers).toEqual(new Map([["reflection-1", "Because."]]));
    expect(taken.notes).toEqual([
      `"component.ts" was taken as the component; of the notebook "${labId}.ipynb" only the answers were.`,
    ]);
  });

  test("with a program that is called otherwise", async () => {
    const taken = await read(putAll({ "mine.ts": SOURCE, "help.ts": HELP }));
    expect(taken.entry).toBe("mine.ts");
  });

  test("with a hard link, which is an ordinary file", async () => {
    const root = putAll({ "original.txt": HELP.replace("help", "component") });
    linkSync(join(root, "original.txt"), join(root, "component.ts"));
    expect((await read(root)).entry).toBe("component.ts");
  });

  test("with a notebook full of plots", async () => {
    const plots = { ...JSON.parse(notebook(CELLS)), plots: "x".repeat(2 ** 20) };
    expect((await read(putAll({ "lab.ipynb": JSON.stringify(plots) }))).entry).toBe("lab.ipynb");
  });
});

describe("a git repository", () => {
  test("of loose objects: the commit counts, not the working files", async () => {
    const root = putAll({ "component.ts": "broken {" });
    const id = new Repository(join(root, ".git")).commitFiles(FILES);
    expect(await read(root)).toMatchObject({
      ...TAKEN,
      form: "git",
      notes: [`The commit ${id.slice(0, 10)} at HEAD was taken; what is not committed was not.`],
    });
  });

  test("bare, with a detached HEAD and a submodule", async () => {
    const repository = new Repository(join(folder, "bare.git"));
    const file = repository.object("blob", HELP.replace("help", "component"));
    const tree = repository.tree([
      { mode: "100644", name: "component.ts", id: file },
      { mode: "160000", name: "library", id: "3".repeat(40) },
    ]);
    repository.write("HEAD", repository.commit(tree));
    expect(await read(repository.folder)).toMatchObject({ form: "git", entry: "component.ts" });
  });

  describe.skipIf(lacks("git", import.meta.url))("as git itself packs it", () => {
    const git = (root: string, ...args: string[]) =>
      execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...args], {
        cwd: root,
        stdio: "pipe",
        env: { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: "1" },
      });

    test("with deltas and packed references", async () => {
      const long = Array.from({ length: 2000 }, (_, line) => `// line ${line}`).join("\n");
      const versions = [1, 2, 3, 4].map(
        (version) => `${long}\nexport const component = ${version};\n${long}\n`,
      );
      const root = putAll({ "a/help.ts": HELP });
      git(root, "init", "-q", "-b", "work");
      for (const version of versions) {
        writeFileSync(join(root, "a/component.ts"), version);
        git(root, "add", ".");
        git(root, "commit", "-q", "-m", "work");
      }
      git(root, "gc", "-q");
      // The same objects against their names instead of offsets, as fetched thin packs have them.
      const copy = join(folder, "ref-deltas");
      cpSync(root, copy, { recursive: true });
      git(copy, "-c", "repack.useDeltaBaseOffset=false", "repack", "-a", "-d", "-f", "-q");
      for (const [index, version] of versions.entries())
        for (const repository of [root, copy]) {
          git(repository, "checkout", "-q", `work~${3 - index}`);
          const { files } = await read(repository);
          expect(files.get("component.ts")).toBe(version);
        }
    });

    test("without running what it wants to be run", async () => {
      const root = putAll({ "component.ts": SOURCE, "help.ts": HELP, ".gitattributes": "* filter=evil" });
      git(root, "init", "-q");
      git(root, "add", ".");
      git(root, "commit", "-q", "-m", "work");
      const evil = `touch ${join(root, "evil")}`;
      for (const key of ["filter.evil.smudge", "core.fsmonitor", "core.sshCommand"])
        git(root, "config", key, evil);
      expect(await read(root)).toMatchObject(TAKEN);
      expect(existsSync(join(root, "evil"))).toBe(false);
    });

    test("larger than is read", async () => {
      const root = putAll({ "component.ts": HELP.replace("help", "component") });
      git(root, "init", "-q");
      git(root, "add", ".");
      git(root, "commit", "-q", "-m", "work");
      git(root, "gc", "-q");
      await expect(read(root, { ...CAPS, archive: 1000 })).rejects.toThrow(/too large|larger than/);
      await expect(read(root, { ...CAPS, inflated: 200 })).rejects.toThrow(/grows beyond 200 bytes/);
    });
  });
});

test("a submission that is gone is nobody's fault but ours", async () => {
  await expect(read(join(folder, "nowhere.ts"))).rejects.toThrow(/ENOENT/);
});
