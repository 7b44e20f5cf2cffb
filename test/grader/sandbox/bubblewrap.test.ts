import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import bubblewrap from "../../../grader/sandbox/bubblewrap.ts";
import { lacks } from "../../support/needs.ts";
import { testAttacks } from "./attacks.case.ts";
import { testEndings } from "./endings.case.ts";
import { LIMITS, run } from "./run.ts";

const lacking = lacks("bwrap", import.meta.url) || lacks("prlimit", import.meta.url);

describe.skipIf(lacking)("bubblewrap", () => {
  test("works here", async () => {
    expect(await bubblewrap.probe()).toEqual({ works: true });
  });

  describe("ends", () => testEndings(bubblewrap));
  describe("withstands one that", () => testAttacks(bubblewrap, { environment: ["PWD"], spawn: "EPERM" }));

  test("shows nothing but Node and the job, and no descriptor but five", async () => {
    const { text } = await run(
      bubblewrap,
      `const open = []; for (let fd = 0; fd < 64; fd++) try { if (fs.fstatSync(fd).isSocket()) open.push(fd); } catch {}
      tell([fs.readdirSync("/dev").sort(), fs.readdirSync(".").length, open, (await import("node:os")).hostname(), process.pid])`,
    );
    expect(JSON.parse(text)).toEqual([["null", "urandom"], 2, [1, 2, 3, 4], "sandbox", 2]);
  });

  test("what ends before its first byte is not the submission's fault", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ringlab-silent-"));
    writeFileSync(join(folder, "main.mjs"), "process.exit(0)");
    const running = bubblewrap.start({ folder, entry: "main.mjs", limits: LIMITS });
    expect(await running.ended).toMatchObject({ kind: "infrastructure" });
    rmSync(folder, { recursive: true });
  });

  test("a folder that is not there is not the submission's fault", async () => {
    const running = bubblewrap.start({ folder: "/nowhere", entry: "main.mjs", limits: LIMITS });
    const { kind, reason, diagnostics } = await running.ended;
    expect([kind, reason]).toEqual(["infrastructure", expect.stringContaining("before it started Node")]);
    expect(diagnostics).toContain("/nowhere");
  });
});
