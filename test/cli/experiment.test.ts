/** `ringlab experiment` as a user runs it. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { columnsOf, experiment, run } from "../../src/experiments/index.ts";

const RINGLAB = fileURLToPath(new URL("../../bin/ringlab.js", import.meta.url));
const ringlab = async (...args: string[]) => {
  const ran = promisify(execFile)(process.execPath, [RINGLAB, "experiment", ...args]);
  return ran.then(
    ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
    (error) => ({
      stdout: error.stdout as string,
      stderr: error.stderr as string,
      code: error.code as number,
    }),
  );
};

test("threads or not, JSON or CSV: the same rows in the same order", async () => {
  const args = ["direct-execution", "--set", "rate=0,0.5", "--seeds", "2"];
  const rows = run(experiment("direct-execution"), { rate: [0, 0.5] }, { seeds: 2 });
  const json = await ringlab(...args, "--json", "--workers", "2");
  expect(JSON.parse(json.stdout)).toEqual(rows);
  expect(json.stderr).toBe("");
  const csv = await ringlab(...args, "--csv", "--workers", "1");
  const keys = Object.keys(columnsOf(experiment("direct-execution")));
  expect(csv.stdout.trimEnd().split("\n")).toEqual(
    [keys, ...rows.map((row) => keys.map((key) => row[key]))].map((line) => line.join(",")),
  );
});

test("the figure goes to standard output alone", async () => {
  const { stdout } = await ringlab("fragmentation", "--svg", "-");
  expect(stdout).toMatch(/^<svg [\s\S]*<\/svg>$/);
});

describe("a mistake is named before anything runs", () => {
  test.each([
    [["direct"], "there is no experiment direct; did you mean direct-execution?"],
    [[], "which experiment? Name one; ringlab experiment --list shows them all"],
    [["direct-execution", "--set", "rat=1"], "direct-execution has no parameter rat; did you mean rate?"],
    [["direct-execution", "--set", "rate=a"], "parameter rate: a is not a number from 0 to 1"],
    [["direct-execution", "--set", "rate"], "--set rate: write it as key=value or key=a,b,c"],
    [["formal-map", "--svg", "/no/where.svg"], "the folder /no does not exist"],
    [["formal-map", "--json", "--csv"], "choose one"],
    [["formal-map", "--pcap", "x.pcap"], "--pcap: formal-map sends no packets that could be written; "],
  ])("%j", async (args, message) => {
    const { stderr, stdout, code } = await ringlab(...args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([stdout, code]).toEqual(["", 1]);
  });
});

test("Ctrl+C ends it with whole lines and the usual code", async () => {
  const child = spawn(process.execPath, [
    RINGLAB,
    "experiment",
    "direct-execution",
    "--seeds",
    "2000",
    "--csv",
  ]);
  let [out, err] = ["", ""];
  child.stderr.on("data", (text) => {
    err += text;
  });
  child.stdout.on("data", (text) => {
    out += text;
    // Once: a second one ends it at once, and not in good order.
    if (!child.killed && out.split("\n").length > 3) child.kill("SIGINT");
  });
  const [code] = await once(child, "close");
  expect(code).toBe(130);
  expect(err).toMatch(/^ringlab: interrupted after \d+ of 80000 runs\n$/);
  expect(out.endsWith("\n")).toBe(true);
});
