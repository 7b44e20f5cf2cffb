import { spawnSync } from "node:child_process";
import {
  chmodSync,
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
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { replaceFile } from "../../src/kernel/replace-file.ts";

const BUILT = resolve(import.meta.dirname, "../../dist/src/kernel/replace-file.js");
const folder = mkdtempSync(join(tmpdir(), "ringlab-replace-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the new content, the old mode, the link still a link", async () => {
  const file = join(folder, "real.txt");
  writeFileSync(file, "old and longer than the new");
  chmodSync(file, 0o640);
  symlinkSync(file, join(folder, "link.txt"));
  await replaceFile(join(folder, "link.txt"), "new ✓");
  expect(readFileSync(file, "utf8")).toBe("new ✓");
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder).sort()).toEqual(["link.txt", "real.txt"]);
});

test("a new file takes the mode that is asked for", async () => {
  await replaceFile(join(folder, "secret"), Buffer.from([0, 255]), { mode: 0o600 });
  expect([...readFileSync(join(folder, "secret"))]).toEqual([0, 255]);
  expect(statSync(join(folder, "secret")).mode & 0o777).toBe(0o600);
});

/** A limit on the size of files stops a write half-way, as a full disk does, and needs no rights. */
const LIMITED = `
process.on("SIGXFSZ", () => {}); // write() then fails, instead of ending the process
const { replaceFile } = await import(process.argv[1]);
for (const data of ["x".repeat(100_000), Buffer.alloc(100_000)])
  await replaceFile(process.argv[2], data).then(() => console.log("written"), ({ code }) => console.log(code));
`;

test.skipIf(process.platform === "win32")(
  "what is written only in part never takes the old file's place",
  () => {
    const own = join(folder, "full");
    mkdirSync(own);
    const file = join(own, "n.ipynb");
    writeFileSync(file, "the work of an afternoon");
    const args = [process.execPath, "--input-type=module", "-e", LIMITED, BUILT, file];
    const { stdout } = spawnSync("sh", ["-c", 'ulimit -f 32 && exec "$@"', "sh", ...args], {
      encoding: "utf8",
    });
    expect(stdout).toBe("EFBIG\nEFBIG\n");
    expect(readFileSync(file, "utf8")).toBe("the work of an afternoon");
    expect(readdirSync(own)).toEqual(["n.ipynb"]);
  },
);
