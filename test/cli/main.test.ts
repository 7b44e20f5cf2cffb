import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const RINGLAB = join(ROOT, "bin/ringlab.js");

const ringlab = (...args: string[]) =>
  promisify(execFile)(process.execPath, [RINGLAB, ...args]).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

describe("what is mistyped gets a short answer", () => {
  test.each([
    [["rnu"], /unknown command 'rnu'\n\(Did you mean run\?\)/],
    [["run", "--ouut", "x"], /unknown option '--ouut'\n\(Did you mean --out\?\)/],
    [["run"], /missing required argument 'file'/],
    [["kernel", "instal"], /\(Did you mean install\?\)/],
  ])("%j", async (args, message) => {
    const { code, stderr } = await ringlab(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/--help/);
    expect(stderr.trim().split("\n").length).toBeLessThan(4);
  });
});

test.each([["run"], ["experiment"], ["notebook"], ["kernel"]])(
  "%s --help has no notation of ours",
  async (command) => {
    const { code, stdout } = await ringlab(command, "--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: ringlab /);
    expect(stdout).not.toMatch(/default: [[{"]/);
  },
);

test("a reader that stops early is no error", async () => {
  const child = spawn(process.execPath, [RINGLAB, "experiment", "formal-map", "--svg", "-"]);
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  child.stdout.destroy();
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(errors).not.toMatch(/EPIPE/);
});
