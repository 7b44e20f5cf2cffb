/** The measurements themselves: that they see what is wrong. */
import { expect, test } from "vitest";
import { loadSmallKernel } from "../../../src/guests/small-kernel.ts";
import { VIRTUALIZABLE } from "../../../src/machine/cpu/model.ts";
import { UNIT_MONITOR } from "../../../src/machine/profiles/monitors/unit.ts";
import { createVm, type EngineFactory } from "../../../src/virt/cpu/engine.ts";
import { interpretation } from "../../../src/virt/cpu/interpret.ts";
import { efficiency, executed, exposedPages, Sentinels } from "../../../src/virt/cpu/requirements.ts";
import { trapAndEmulate } from "../../../src/virt/cpu/trap-emulate/engine.ts";
import { shadow } from "../../../src/virt/mmu/shadow.ts";

const LOOP = "mov ecx, 5000\n.again:\n dec ecx\n jnz .again\n cli";
const TABLE = 0x400000;

function ran(engine: EngineFactory) {
  const vm = createVm({ memory: 2 << 20, monitor: UNIT_MONITOR, physical: VIRTUALIZABLE }, engine);
  const sentinels = new Sentinels(vm.host, 4);
  loadSmallKernel(vm.machine, LOOP);
  const before = executed(vm);
  vm.machine.run({ limit: 20_000 });
  return { vm, before, sentinels };
}

test("efficiency is near 1 where the processor executes, and 0 where it does not", () => {
  const direct = ran(trapAndEmulate({ pager: shadow }));
  expect(efficiency(direct.vm, direct.before)).toBeGreaterThan(0.9);
  const none = ran(interpretation);
  expect(efficiency(none.vm, none.before)).toBe(0);
});

test("a page of the monitor's in the guest's reach is found, and so is a byte that was written", () => {
  const { vm, sentinels } = ran(trapAndEmulate({ pager: shadow }));
  const { host } = vm;
  expect(exposedPages(host)).toEqual([]);
  expect(sentinels.changed()).toEqual([]);
  const [table, victim] = [host.frame(), host.frame()];
  const { view } = host.bus;
  view.setUint32(host.cpu.cr3 + 4 * (TABLE >>> 22), table | 7, true);
  view.setUint32(table, victim | 5, true);
  expect(exposedPages(host)).toEqual([{ linear: TABLE, frame: victim, user: true, writable: false }]);
  view.setUint8(5, 1);
  expect(sentinels.changed()).toEqual([5]);
});
