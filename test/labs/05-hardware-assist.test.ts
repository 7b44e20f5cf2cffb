import { expect, test } from "vitest";
import { CHECKS } from "../../labs/05-hardware-assist/checks.ts";
import { LAB } from "../../labs/05-hardware-assist/contract.ts";
import { oracle } from "../../labs/05-hardware-assist/expected.ts";
import { Hypervisor } from "../../labs/05-hardware-assist/hypervisor.ts";
import { component as solution } from "../../labs/05-hardware-assist/solution.ts";
import { component as starter } from "../../labs/05-hardware-assist/starter.ts";
import { unseen } from "../../labs/05-hardware-assist/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  lab: LAB,
  checks: CHECKS,
  right: { "the solution": solution, "the oracle": oracle },
  starter,
  definitions: [],
  unseen,
});

test("the processor itself refuses controls that it does not allow, and events that are none", () => {
  const program = { processor: "prescott", source: "hlt", interrupts: [] };
  const first = (component: Partial<typeof solution>) =>
    new Hypervisor({ ...solution, ...component }, program).run()[0];
  expect(first({ controls: () => 0 })).toMatch(/^VM entry failed: .*controls: a reserved bit/);
  expect(first({ inject: () => ({ information: 0x80000100, error: 0, window: false }) })).toBe(
    "inject 80000100",
  );
  expect(first({})).toBe("hlt, on by 1");
});
