import { expect, test, vi } from "vitest";
import { report } from "../../../src/cli/compare/report.ts";
import { UserError } from "../../../src/cli/errors.ts";
import { goodRun, writeRun } from "../../compare/synthetic.ts";

test("names the report, and how much forbids a comparison", async () => {
  const run = goodRun();
  run.facts.targets[1]!.sysbench = "0.4.12";
  run.facts.scenarios.splice(1);
  run.repetitions = run.repetitions.filter(({ scenario }) => scenario === "small");
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await report(writeRun(run));
  expect(log.mock.calls.flat().join("\n")).toMatch(
    /report\.html.*report\.md\n1 finding\(s\) forbid comparisons/,
  );
  log.mockRestore();
});

test("a folder without a run is the user's error", () =>
  expect(report("/nowhere")).rejects.toThrow(
    new UserError(
      '/nowhere/run.json cannot be read (ENOENT): give the folder that "ringlab compare run --out DIR" wrote',
    ),
  ));
