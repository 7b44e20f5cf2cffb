/** A guest that forks and switches processes, on both pagers. */
import { expect, test } from "vitest";
import { buildGuest, expectedOutput } from "../../../../src/guests/index.ts";
import { VMX_PROCESSOR } from "../../../../src/machine/cpu/model.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { createVm } from "../../../../src/virt/cpu/engine.ts";
import { hardwareAssisted } from "../../../../src/virt/cpu/hardware/engine.ts";
import { vtx } from "../../../../src/virt/cpu/hardware/vtx.ts";
import type { PagerFactory } from "../../../../src/virt/mmu/pager.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { tracedPager } from "../../../../src/virt/mmu/traced/traced.ts";

const PARAMETERS = { processes: 3, kilobytes: 4, rounds: 6 };
const LIMIT = 20_000_000;

function boot(pager: PagerFactory) {
  const { image } = buildGuest({ memory: 8, workload: "context-switch", parameters: PARAMETERS });
  const vm = createVm(
    { memory: 8 << 20, disks: [image], monitor: UNIT_MONITOR, physical: VMX_PROCESSOR },
    hardwareAssisted({ pager, format: vtx() }),
  );
  const output: string[] = [];
  vm.machine.onSerial((byte) => output.push(String.fromCharCode(byte)));
  return { ...vm, output };
}

test("the same output and as many address spaces; the traced one has few hidden faults, and pays with traced writes", () => {
  const count = (pager: PagerFactory) => {
    const { machine, host, output } = boot(pager);
    expect(machine.run({ limit: LIMIT }).reason).toBe("exit");
    expect(output.join("")).toContain(expectedOutput("context-switch", PARAMETERS));
    const { trace } = host;
    return {
      spaces: trace.count("addressSpace"),
      guests: trace.count("trueFault"),
      hidden: trace.count("hiddenFault"),
      traced: trace.count("tracedWrite"),
    };
  };
  const naive = count(shadow);
  const traced = count(tracedPager());
  expect([traced.spaces, traced.guests]).toEqual([naive.spaces, naive.guests]);
  expect(traced.hidden).toBeLessThan(naive.hidden / 2);
  expect([naive.traced, traced.traced > 0]).toEqual([0, true]);
});

test("a snapshot that is loaded under shadows of another time goes on as it did", () => {
  const { machine, output } = boot(tracedPager());
  while (!output.join("").includes("\n")) machine.run({ limit: 20_000 });
  const snapshot = machine.save();
  const before = output.length;
  machine.run({ limit: LIMIT });
  const once = output.slice(before).join("");
  const end = machine.clock.now;
  output.length = 0;
  machine.load(snapshot);
  expect(machine.run({ limit: LIMIT }).reason).toBe("exit");
  expect(output.join("")).toBe(once);
  expect(machine.clock.now).toBeGreaterThanOrEqual(end);
});
