import { expect, test } from "vitest";
import { type DirectExecutionRow, directExecution } from "../../src/plots/index.ts";
import { rounded } from "./snapshot.ts";

const rows = (["vmm", "hybrid"] as const).flatMap((monitor): DirectExecutionRow[] =>
  [0, 0.5, 1].flatMap((rate) =>
    [1, 2].map((seed) => ({
      isa: "PDP-10-like",
      monitor,
      rate,
      direct: (1 - rate) * (monitor === "vmm" ? 1 : 0.5) - (rate % 1) * seed * 0.1,
      traps: 10,
      seed,
    })),
  ),
);

test("looks as it did", async () => {
  await expect(rounded(directExecution(rows).svg)).toMatchFileSnapshot("snapshots/direct-execution.svg");
});

test("its sentence gives both ends of each curve", () => {
  expect(directExecution(rows).alt).toContain(
    "Under the virtual machine monitor it is 1.00 at 0 and 0.00 at 1. Under the hybrid monitor it is 0.50 at 0 and 0.00 at 1.",
  );
});
