import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sweepTemporary, temporaryFolder } from "../../../grader/run/temporary.ts";
import { eventually } from "./command-line.ts";

const parent = mkdtempSync(join(tmpdir(), "ringlab-sweep-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** As a run leaves it that was killed: signed by a process of another start. */
function abandoned(): string {
  const { path } = temporaryFolder(parent);
  const owner = join(path, "owner.json");
  writeFileSync(owner, readFileSync(owner, "utf8").replace(`"pid":${process.pid}`, '"pid":4194300'));
  return path;
}

test("the folder of a run that lives stays, that of a killed one goes", () => {
  const [living, dead] = [temporaryFolder(parent).path, abandoned()];
  sweepTemporary(parent);
  expect([existsSync(living), existsSync(dead)]).toEqual([true, false]);
});

test.runIf(process.platform === "linux")(
  "a stranded bwrap of a killed run goes as well, and nobody else",
  async () => {
    const [dead, other] = [abandoned(), temporaryFolder(parent).path];
    // What ps would show of it.
    const pretend = (folder: string) =>
      spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)", join(folder, "job")], {
        argv0: "bwrap",
        stdio: "ignore",
      });
    const [stranded, busy] = [pretend(dead), pretend(other)];
    try {
      sweepTemporary(parent);
      expect(await eventually(() => stranded.signalCode === "SIGKILL")).toBe(true);
      expect(busy.signalCode).toBeNull();
    } finally {
      for (const child of [stranded, busy]) child.kill("SIGKILL");
    }
  },
);
