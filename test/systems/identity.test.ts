/** The same kernel on systems that say their names: it takes the back end for each, and runs. */
import { expect, test } from "vitest";
import { buildGuest, expectedOutput } from "../../src/guests/index.ts";
import { RINGLAB, withHypervisor } from "../../src/machine/cpu/model.ts";
import { findSystem } from "../../src/systems/index.ts";

const KVM_NOP_IO_DELAY = 1 << 1;
const KVM = withHypervisor(RINGLAB, "KVMKVMKVM", [KVM_NOP_IO_DELAY, 0, 0, 0]);
const VMWARE = withHypervisor(RINGLAB, "VMwareVMware");

test.each([
  ["native", RINGLAB, "native_io_delay", "native_cli"],
  ["vmware", VMWARE, "nothing", "native_cli"],
  ["vmware-vtx", VMWARE, "nothing", "native_cli"],
  ["vmware-vtx", KVM, "nothing", "native_cli"],
  ["xen", RINGLAB, "nothing", "xen_cli"],
] as const)("%s", (system, model, io_delay, cli) => {
  const parameters = { iterations: 3 };
  const guest = buildGuest({ workload: "fork", parameters });
  const { machine } = findSystem(system)!.boot(guest.image, { model });
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  machine.run({ limit: 50_000_000 });
  expect(output).toBe(expectedOutput("fork", parameters));
  const slot = (operation: string) =>
    machine.bus.view.getUint32(guest.symbols.get(`pv_${operation}`)! - 0xc0000000, true);
  expect(slot("io_delay")).toBe(guest.symbols.get(io_delay));
  expect(slot("cli")).toBe(guest.symbols.get(cli));
});
