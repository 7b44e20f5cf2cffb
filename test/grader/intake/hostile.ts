/** Submissions of people who mean harm, and of broken programs. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { notebook, pax, Repository, tar, zip } from "./archives.ts";

const GOOD = "export const component = {};\n";
const component = { name: "component.ts", data: GOOD };

const MiB = 2 ** 20;
const zeros = (size: number) => Buffer.alloc(size);

/** The maker gets a path of its own and puts something there. */
export type Maker = (path: string) => void | Promise<void>;

const write =
  (bytes: () => string | Buffer): Maker =>
  (path) =>
    writeFileSync(path, bytes());

const files =
  (some: Record<string, string | Buffer>, more: Maker = () => {}): Maker =>
  async (path) => {
    for (const [name, data] of Object.entries(some)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), data);
    }
    await more(path);
  };

const repository =
  (fill: (repository: Repository) => void, head?: string): Maker =>
  (path) =>
    fill(new Repository(join(path, ".git"), head));

/** Name of the case, name of the submission, its maker, and what the refusal says. For lab 01. */
export const CASES: readonly (readonly [name: string, file: string, make: Maker, reason: RegExp])[] = [
  // Zip.
  [
    "zip-slip",
    "a.zip",
    write(() => zip([component, { name: "../../evil.ts", data: GOOD }])),
    /\.\. in its name/,
  ],
  [
    "zip-slip in the middle",
    "a.zip",
    write(() => zip([{ name: "a/../../component.ts", data: GOOD }])),
    /\.\. in its name/,
  ],
  [
    "zip with an absolute name",
    "a.zip",
    write(() => zip([{ name: "/etc/component.ts", data: GOOD }])),
    /absolute/,
  ],
  [
    "zip with a drive letter",
    "a.zip",
    write(() => zip([{ name: "C:/component.ts", data: GOOD }])),
    /drive letter/,
  ],
  [
    "zip with backslashes",
    "a.zip",
    write(() => zip([{ name: "..\\component.ts", data: GOOD }])),
    /backslash/,
  ],
  [
    "zip with a NUL in a name",
    "a.zip",
    write(() => zip([{ name: "component.ts\0.png", data: GOOD }])),
    /NUL/,
  ],
  [
    "zip with an escape sequence in a name",
    "a.zip",
    write(() => zip([{ name: "\u001b[2Jcomponent.ts", data: GOOD }])),
    /control character U\+001B/,
  ],
  [
    "zip with a name that reads backwards",
    "a.zip",
    write(() => zip([{ name: "component\u202est.exe.ts", data: GOOD }])),
    /bidirectional control character U\+202E/,
  ],
  [
    "zip with a name that is not UTF-8",
    "a.zip",
    write(() => zip([{ name: Buffer.from([0xff, 0xfe, 0x2e, 0x74, 0x73]), data: GOOD }])),
    /not UTF-8/,
  ],
  [
    "zip with a very long name",
    "a.zip",
    write(() => zip([{ name: `${"a".repeat(300)}.ts`, data: GOOD }])),
    /longer than 255/,
  ],
  ["zip with a file twice", "a.zip", write(() => zip([component, component])), /twice/],
  [
    "zip with names that differ in case",
    "a.zip",
    write(() => zip([component, { name: "Component.ts", data: GOOD }])),
    /upper and lower case/,
  ],
  [
    "zip with names that differ in composition",
    "a.zip",
    write(() =>
      zip([
        { name: "\u00e9.ts", data: GOOD },
        { name: "e\u0301.ts", data: GOOD },
      ]),
    ),
    /one file/,
  ],
  [
    "zip with a symbolic link",
    "a.zip",
    write(() => zip([{ name: "component.ts", data: "/etc/passwd", mode: 0o120777 }])),
    /symbolic link/,
  ],
  ["zip with a device", "a.zip", write(() => zip([component, { name: "d", mode: 0o020666 }])), /device/],
  ["zip with a pipe", "a.zip", write(() => zip([component, { name: "d", mode: 0o010666 }])), /named pipe/],
  ["zip with a password", "a.zip", write(() => zip([{ ...component, flags: 0x801 }])), /encrypted/],
  ["zip with an odd method", "a.zip", write(() => zip([{ ...component, method: 12 }])), /method 12/],
  [
    "zip bomb, honest",
    "a.zip",
    write(() => zip([{ name: "component.ts", data: zeros(40 * MiB) }])),
    /too large: 40 MiB; at most 256 KiB/,
  ],
  [
    "zip bomb, with a forged size",
    "a.zip",
    write(() => zip([{ name: "component.ts", data: zeros(40 * MiB), claimedSize: 100 }])),
    /damaged/,
  ],
  [
    "zip bomb of many files",
    "a.zip",
    write(() => zip(Array.from({ length: 20 }, (_, i) => ({ name: `${i}.ts`, data: " ".repeat(200_000) })))),
    /larger than 1 MiB together/,
  ],
  [
    "zip bomb of overlapping files",
    "a.zip",
    write(() =>
      zip([component, { name: "a.ts", sameAs: 0, data: GOOD }, { name: "b.ts", sameAs: 0, data: GOOD }]),
    ),
    /overlap/,
  ],
  [
    "zip with a hundred thousand names",
    "a.zip",
    write(() => zip(Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}.txt` })))),
    /more than 10000 files/,
  ],
  [
    "zip with too many programs",
    "a.zip",
    write(() => zip(Array.from({ length: 101 }, (_, i) => ({ name: `${i}.ts`, data: GOOD })))),
    /more than 100 programs/,
  ],
  [
    "zip of folders in folders",
    "a.zip",
    write(() => zip([{ name: `${"a/".repeat(20)}component.ts`, data: GOOD }])),
    /folders deep/,
  ],
  [
    "zip in a zip",
    "a.zip",
    write(() => zip([{ name: "inner.zip", data: zip([component]) }])),
    /no component in it/,
  ],
  ["zip that is cut off", "a.zip", write(() => zip([component]).subarray(0, -30)), /damaged/],
  ["zip that is something else", "a.zip", write(() => GOOD), /damaged/],
  ["zip without anything", "a.zip", write(() => zip([])), /no component in it/],

  // Tar.
  ["tar-slip", "a.tar", write(() => tar([{ name: "../component.ts", data: GOOD }])), /\.\. in its name/],
  [
    "tar with an absolute name",
    "a.tar",
    write(() => tar([{ name: "/component.ts", data: GOOD }])),
    /absolute/,
  ],
  [
    "tar with a slip in a pax header",
    "a.tar",
    write(() => tar([{ name: "x", type: "x", data: pax("path", "../../component.ts") }, component])),
    /\.\. in its name/,
  ],
  [
    "tar with a symbolic link",
    "a.tar",
    write(() => tar([{ name: "component.ts", type: "2", link: "/etc/passwd" }])),
    /symbolic link/,
  ],
  [
    "tar with a hard link",
    "a.tar",
    write(() => tar([component, { name: "b.ts", type: "1", link: "/etc/passwd" }])),
    /hard link/,
  ],
  ["tar with a device", "a.tar", write(() => tar([component, { name: "d", type: "3" }])), /device/],
  ["tar with a pipe", "a.tar", write(() => tar([component, { name: "d", type: "6" }])), /named pipe/],
  [
    "tar with a file twice",
    "a.tar",
    write(() => tar([component, { name: "./component.ts", data: GOOD }])),
    /twice/,
  ],
  [
    "tar with a huge size",
    "a.tar",
    write(() => tar([{ ...component, claimedSize: 8 * 2 ** 30 - 1 }])),
    /too large: 8192 MiB/,
  ],
  [
    "tar with a huge size in a pax header",
    "a.tar",
    write(() => tar([{ name: "x", type: "x", data: pax("size", "9007199254740991") }, component])),
    /too large/,
  ],
  [
    "tar with a sparse file",
    "a.tar",
    write(() =>
      tar([{ name: "x", type: "x", data: pax("GNU.sparse.realsize", "1099511627776") }, component]),
    ),
    /sparse file/,
  ],
  ["tar that is cut off", "a.tar", write(() => tar([component]).subarray(0, 530)), /damaged/],
  ["tar that is something else", "a.tar", write(() => "x".repeat(2000)), /damaged/],
  [
    "gzip bomb",
    "a.tar.gz",
    write(() => gzipSync(tar([{ name: "big.bin", data: zeros(80 * MiB) }]))),
    /grows beyond 64 MiB/,
  ],
  ["gzip that is cut off", "a.tgz", write(() => gzipSync(tar([component])).subarray(0, 40)), /damaged/],

  // Folders.
  [
    "folder with a symbolic link to a file",
    "a",
    files({ "b.ts": GOOD }, (path) => symlinkSync("/etc/passwd", join(path, "component.ts"))),
    /symbolic link/,
  ],
  [
    "folder with a symbolic link to a folder",
    "a",
    files({ "b.ts": GOOD }, (path) => symlinkSync("/etc", join(path, "etc"))),
    /symbolic link/,
  ],
  [
    "folder with a pipe",
    "a",
    files({ "b.ts": GOOD }, (path) => void execFileSync("mkfifo", [join(path, "component.ts")])),
    /named pipe/,
  ],
  ["folder with a socket", "a", files({ "b.ts": GOOD }, socket), /socket/],
  [
    "folder with a control character in a name",
    "a",
    files({ "a\u0007.ts": GOOD }),
    /control character U\+0007/,
  ],
  [
    "folder with names that differ in case",
    "a",
    files({ "component.ts": GOOD, "COMPONENT.TS": GOOD }),
    /upper and lower case/,
  ],
  ["folder without a component", "a", files({ "README.md": "hello" }), /no component in it/],
  ["folder with a choice", "a", files({ "a.ts": GOOD, "b.ts": GOOD }), /"a\.ts", "b\.ts" all export/],
  [
    "symbolic link in place of a submission",
    "a.ts",
    (path) => symlinkSync("/etc/passwd", path),
    /symbolic link/,
  ],
  ["symbolic link in place of a folder", "a", (path) => symlinkSync("/etc", path), /symbolic link/],

  // Texts.
  ["a program of 300 KiB", "a.ts", write(() => `${GOOD}//${"x".repeat(300 * 1024)}`), /too large/],
  ["an empty file", "a.ts", write(() => ""), /is empty/],
  [
    "a program that reads backwards",
    "a.ts",
    write(() => `${GOOD}// \u202e evil`),
    /component\.ts, line 2, column 4: the bidirectional control character U\+202E/,
  ],
  ["a program with isolates", "a.ts", write(() => `${GOOD}"\u2066"`), /U\+2066/],
  [
    "a program with an escape sequence",
    "a.ts",
    write(() => `${GOOD}"\u001b[2J"`),
    /line 2, column 2: the control character U\+001B/,
  ],
  ["a program with a NUL", "a.ts", write(() => `${GOOD}\0`), /U\+0000/],
  [
    "a program in Latin-1",
    "a.ts",
    write(() => Buffer.from("export const\ncaf\xe9 = 1", "latin1")),
    /not UTF-8 text \(line 2, column 4\)/,
  ],
  ["a program in UTF-16", "a.ts", write(() => Buffer.from(`\ufeff${GOOD}`, "utf16le")), /UTF-16/],
  ["a program nested without end", "a.ts", write(() => `${GOOD}${"[".repeat(100_000)}`), /nested more than/],
  [
    "a program that is a long chain",
    "a.ts",
    write(() => `${GOOD}a${".a".repeat(100_000)}`),
    /nested more than/,
  ],
  ["something else", "a.docx", write(() => "PK"), /nothing that can be taken/],
  ["a notebook that is no JSON", "a.ipynb", write(() => "{"), /not JSON/],
  ["a notebook that is a list", "a.ipynb", write(() => "[1]"), /damaged/],
  [
    "a notebook of another lab",
    "a.ipynb",
    write(() => notebook([], "02-modes-and-rings")),
    /of lab 02-modes-and-rings, not of lab 01/,
  ],
  [
    "a notebook that reads backwards",
    "a.ipynb",
    write(() =>
      notebook([
        { source: "1" },
        { id: "component", tags: ["component"], source: `const component = {};\n// \u2067` },
      ]),
    ),
    /cell 2 \("component"\), line 2, column 4: the bidirectional/,
  ],
  ["a notebook that is nested without end", "a.ipynb", write(() => "[".repeat(MiB)), /not JSON|damaged/],

  // Git.
  ["git without a commit", "a", repository(() => {}), /no commit/],
  [
    "git with a HEAD outside",
    "a",
    repository((it) => it.commitFiles({ "component.ts": GOOD }), "ref: refs/../../../etc/passwd\n"),
    /HEAD names no commit/,
  ],
  [
    "git with a HEAD in a circle",
    "a",
    repository((it) => it.write("refs/heads/main", "ref: refs/heads/main\n")),
    /circle/,
  ],
  [
    "git with a symbolic link committed",
    "a",
    repository((it) =>
      it.commit(it.tree([{ mode: "120000", name: "component.ts", id: it.object("blob", "/etc/passwd") }])),
    ),
    /symbolic link/,
  ],
  [
    "git with .. committed",
    "a",
    repository((it) => it.commit(it.tree([{ mode: "100644", name: "..", id: it.object("blob", GOOD) }]))),
    /\.\. in its name/,
  ],
  [
    "git with a slash in a tree",
    "a",
    repository((it) =>
      it.commit(it.tree([{ mode: "100644", name: "../component.ts", id: it.object("blob", GOOD) }])),
    ),
    /damaged \(a tree\)/,
  ],
  ["git with a tree of trees of trees", "a", repository(treeBomb), /more than 10000 files/],
  [
    "git with an object that swells",
    "a",
    repository((it) =>
      it.write(
        objectPath(it.commitFiles({})),
        deflateSync(Buffer.concat([Buffer.from("blob 1\0"), zeros(40 * MiB)])),
      ),
    ),
    /more than 16 MiB/,
  ],
  [
    "git with an object under another's name",
    "a",
    repository((it) =>
      it.write(objectPath(it.commitFiles({})), deflateSync(`commit 45\0tree ${"0".repeat(40)}`)),
    ),
    /not what its name says/,
  ],
  [
    "git with an object missing",
    "a",
    repository((it) => it.commit("1".repeat(40))),
    /lacks the object 1111111111/,
  ],
  [
    "git with its objects elsewhere",
    "a",
    repository((it) => {
      rmSync(join(it.folder, "objects"), { recursive: true });
      symlinkSync("/etc", join(it.folder, "objects"));
      it.write("refs/heads/main", "1".repeat(40));
    }),
    /lacks the object/,
  ],
  [
    "git with a linked HEAD",
    "a",
    repository((it) => {
      rmSync(join(it.folder, "HEAD"));
      symlinkSync("/etc/passwd", join(it.folder, "HEAD"));
    }),
    /symbolic link/,
  ],
  [
    "git with references in a circle of links",
    "a",
    repository((it) => {
      rmSync(join(it.folder, "refs"), { recursive: true });
      symlinkSync("refs", join(it.folder, "refs"));
    }),
    /links or names that no system can follow/,
  ],
  [
    "git with SHA-256",
    "a",
    repository((it) => it.write("config", "[extensions]\n\tobjectFormat = sha256\n")),
    /new format/,
  ],
  [
    "git with a forged index",
    "a",
    repository((it) => {
      it.commitFiles({});
      it.write("refs/heads/main", "2".repeat(40));
      it.write(`objects/pack/pack-${"a".repeat(40)}.idx`, zeros(2000));
    }),
    /no index of version 2/,
  ],
];

const objectPath = (id: string) => `objects/${id.slice(0, 2)}/${id.slice(2)}`;

/** Ten entries that are each the same tree of ten entries, ten times over. */
function treeBomb(it: Repository): void {
  let id = it.object("blob", "x");
  let mode = "100644";
  for (let level = 0; level < 10; level++) {
    id = it.tree(Array.from({ length: 10 }, (_, index) => ({ mode, name: `f${index}`, id })));
    mode = "40000";
  }
  it.commit(id);
}

async function socket(path: string): Promise<void> {
  const server = createServer();
  // Paths of sockets are short.
  const here = process.cwd();
  process.chdir(path);
  await new Promise<void>((resolve) => server.listen("component.ts", resolve));
  process.chdir(here);
  server.unref();
}
