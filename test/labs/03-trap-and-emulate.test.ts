import { expect, test } from "vitest";
import { CHECKS } from "../../labs/03-trap-and-emulate/checks.ts";
import { LAB } from "../../labs/03-trap-and-emulate/contract.ts";
import { breaks, overheadRows } from "../../labs/03-trap-and-emulate/measure.ts";
import { component as solution } from "../../labs/03-trap-and-emulate/solution.ts";
import { component as starter } from "../../labs/03-trap-and-emulate/starter.ts";
import { unseen } from "../../labs/03-trap-and-emulate/unseen.ts";
import { referenceTrapComponent } from "../../src/systems/trap-and-emulate.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  lab: LAB,
  checks: CHECKS,
  right: { "the solution": solution, "the simulator's own": referenceTrapComponent },
  starter,
  definitions: [],
  unseen,
});

test("a trap in 1000 instructions costs as much as they do; without traps the guest is fast and wrong", () => {
  const [rare, frequent] = overheadRows(solution, { rates: [1, 100] });
  expect(rare?.slowdown).toBeGreaterThan(2);
  expect(frequent?.slowdown).toBeGreaterThan(20);
  expect(breaks().map(({ instruction }) => instruction)).toContain("popfd");
});
