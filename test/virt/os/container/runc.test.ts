/** The same configs, given to runc where it is installed: does it run what we accept, and refuse what we refuse? */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CASES, changed } from "./cases.ts";

let folder: string;
let why: string | undefined;
const run = (name: string) =>
  spawnSync("runc", ["--root", join(folder, "state"), "run", "--bundle", folder, name], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 10_000,
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringlab-runc-"));
  for (const each of ["rootfs", "rootfs/tmp", "rootfs/proc"]) mkdirSync(join(folder, each));
  const made = spawnSync("gcc", ["-static", "-O", "-x", "c", "-", "-o", join(folder, "rootfs/true")], {
    input: "int main(void) { return 0; }",
  });
  if (made.status !== 0) why = "needs gcc";
  writeFileSync(
    join(folder, "config.json"),
    changed(() => {}),
  );
  const first = why === undefined ? run("ringlab-probe") : undefined;
  if (first && first.status !== 0)
    why = `needs a runc that can run: ${first.error?.message ?? first.stderr.slice(0, 200)}`;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.for(CASES.map((one, i) => [one.name, one, i] as const))(
  "%s",
  ([, { change, error, runc, unsafe }, i], context) => {
    if (why !== undefined) return context.skip(why);
    if (unsafe) return context.skip("it would change the host");
    writeFileSync(join(folder, "config.json"), changed(change));
    const { status, stderr } = run(`ringlab-case-${i}`);
    const accepts = error === undefined || runc !== undefined;
    expect(status === 0, stderr).toBe(accepts);
  },
);
