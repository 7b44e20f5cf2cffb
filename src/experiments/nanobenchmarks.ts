/** Single operations of a kernel on every system: Adams & Agesen's comparison of software and hardware techniques. */
import type { Bits } from "../guests/index.ts";
import { SYSTEMS } from "../systems/index.ts";
import { defineExperiment } from "./experiment.ts";
import { measureNano } from "./virtual/nano.ts";
import { placeOf, processorParameter, systemParameter } from "./virtual/systems.ts";

/** Guests that know nothing of a monitor run on these. */
const UNAWARE = SYSTEMS.filter(({ guest }) => Object.keys(guest).length === 0).map(({ name }) => name);

export const nanobenchmarks = defineExperiment({
  name: "nanobenchmarks",
  title: "What single operations of a kernel cost below each monitor",
  question: "Where does software beat the first hardware for virtualization, and where does it lose?",
  parameters: {
    system: { ...systemParameter(UNAWARE), oneOf: UNAWARE },
    processor: processorParameter("pentium4"),
    bits: {
      default: 32,
      oneOf: [32, 64],
      unit: "",
      doc: "the guest's mode; MOV to CR8 is there in 64 bits only",
    },
    iterations: {
      default: 1000,
      min: 1,
      max: 1_000_000,
      integer: true,
      unit: "times",
      doc: "how often each operation is done; a tenth of it before, for monitors that learn",
    },
  },
  columns: {
    benchmark: { label: "operation", unit: "" },
    cycles: { label: "cost", unit: "cycles" },
    traps: { label: "exceptions that the monitor took", unit: "1" },
    exits: { label: "VM exits", unit: "1" },
    callouts: { label: "calls of the monitor by translated code", unit: "1" },
  },
  run({ system, processor, bits, iterations }) {
    const place = placeOf(system, processor);
    if (!place?.system.bits.includes(bits as Bits)) return [];
    return measureNano(place, bits as Bits, iterations);
  },
});
