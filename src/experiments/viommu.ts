/** A guest that runs its remapping unit itself: what a flush costs when the unit is hardware, and when it is emulated. */
import { buildIommuGuest, expectedIommu } from "../guests/index.ts";
import { Machine } from "../machine/machine.ts";
import { HASWELL } from "../machine/profiles/haswell.ts";
import { kvmVm } from "../systems/index.ts";
import { defineExperiment } from "./experiment.ts";

const HARDWARE = "hardware";
const EMULATED = "emulated";
const MEMORY = 16 << 20;
const STEPS = 100_000_000;
/** A pass of the guest's empty loop: DEC and JNZ. */
const PASS = 2;

export const viommu = defineExperiment({
  name: "viommu",
  title: "A guest that runs its own remapping unit",
  question:
    "What does it cost a guest to protect itself from its device, by whether the unit that it programs is there?",
  parameters: {
    unit: {
      default: [HARDWARE, EMULATED],
      oneOf: [HARDWARE, EMULATED],
      unit: "",
      doc: "the remapping unit: on the bare machine, or QEMU's under KVM",
      label: "unit",
    },
    batch: {
      default: [1, 4, 16, 64, 250],
      min: 1,
      max: 510,
      integer: true,
      unit: "pages",
      doc: "taken back before they are flushed",
      label: "pages to a flush",
    },
    flush: {
      default: 2000,
      min: 0,
      max: 1_000_000,
      integer: true,
      unit: "cycles",
      doc: "that the hardware takes from the write of its register to the flush",
    },
    rest: {
      default: 3500,
      min: 0,
      max: 1_000_000,
      integer: true,
      unit: "cycles",
      doc: "of other work for each buffer",
    },
    count: { default: 2000, min: 2, max: 100_000, integer: true, unit: "buffers", doc: "that are measured" },
  },
  columns: {
    exits: { label: "exits", unit: "per buffer" },
    cycles: { label: "time", unit: "cycles per buffer" },
    rate: { label: "buffers", unit: "thousand per second" },
  },
  run({ unit, batch, flush, rest, count }) {
    const options = { count, batch, rest: Math.floor(rest / PASS) };
    const common = { memory: MEMORY, profile: HASWELL, disks: [buildIommuGuest(options).image] };
    const machine =
      unit === HARDWARE
        ? new Machine({ ...common, iommu: { invalidation: flush } })
        : kvmVm({ ...common, paging: "ept", iommu: {} }).machine;
    let output = "";
    machine.onSerial((byte) => {
      output += String.fromCharCode(byte);
    });
    const stop = machine.run({ limit: STEPS });
    if (stop.reason !== "exit" || output !== expectedIommu(options))
      throw new Error(`invariant: the guest ended by ${stop.reason} and printed ${JSON.stringify(output)}`);
    const [from, to] = machine.board.marker.marks;
    if (from === undefined || to === undefined) throw new Error("invariant: the guest marked nothing");
    const cycles = (to.cycle - from.cycle) / count;
    // The second mark's own exit is nobody's.
    const exits = Math.max(0, to.counts.vmExit - from.counts.vmExit - 1) / count;
    return [{ exits, cycles, rate: HASWELL.hertz / cycles / 1000 }];
  },
});
