/** A container is a process and more; a machine is far more. */
import { expect, test } from "vitest";
import { experiment, run } from "../../src/experiments/index.ts";

test("each target takes more than the one before", () => {
  const rows = run(experiment("start-up"), { target: ["process", "container", "kvm"] });
  const [process, container, machine] = rows.map(({ cycles }) => cycles as number) as [
    number,
    number,
    number,
  ];
  expect(rows.map(({ calls }) => calls)).toEqual([0, 90, 0]);
  expect(container).toBeGreaterThan(2 * process);
  expect(machine).toBeGreaterThan(10 * container);
});
