/** What the lab does with whole machines: classify them, run them under monitors, count. Rows for plots and tables. */
import {
  type Classified,
  type Classifier,
  classifyWith,
  type Isa,
  isUserSensitive,
} from "../../src/formal/index.ts";
import { Processor } from "../../src/formal/machine.ts";
import { randomProgram } from "../../src/formal/random.ts";
import { HybridVmm } from "../../src/formal/vmm/hybrid.ts";
import { bareLike, directFraction, firstDivergence } from "../../src/formal/vmm/requirements.ts";
import type { VirtualMachine } from "../../src/formal/vmm/virtual-machine.ts";
import { Vmm } from "../../src/formal/vmm/vmm.ts";
import { type Workload, workload } from "../../src/formal/workload.ts";
import type { SensitivityRow } from "../../src/plots/sensitivity-map.ts";

const MONITORS = { VMM: Vmm, "hybrid monitor": HybridVmm };
type Monitor = keyof typeof MONITORS;
const NAMES = Object.keys(MONITORS) as Monitor[];

/** Where every instruction of these machines stands on the map, as the given classifier sees it. */
export function mapRows(classifier: Classifier, isas: readonly Isa[]): SensitivityRow[] {
  return isas.flatMap((isa) => classifyWith(classifier, isa).map((found) => mapRow(isa.name, found)));
}

function mapRow(isa: string, found: Classified): SensitivityRow {
  const { mnemonic, privileged, control, location, mode } = found;
  return {
    isa,
    mnemonic,
    privileged,
    controlSensitive: control.s || control.u,
    locationSensitive: location.s || location.u,
    modeSensitive: mode,
    userSensitive: isUserSensitive(found),
  };
}

/** One line a machine: what the given classifier says of it, and because of which instructions. */
export function verdictRows(classifier: Classifier, isas: readonly Isa[]) {
  return isas.map((isa) => {
    const found = classifier.virtualizable(classifyWith(classifier, isa));
    return {
      machine: isa.name,
      virtualizable: found.virtualizable,
      "against it": found.breaks.join(" ") || "nothing",
      "by a hybrid": found.hybrid,
      "against that": found.breaksHybrid.join(" ") || "nothing",
    };
  });
}

const SMALL_GUEST = { storage: 32, radix: 64 };
const PROGRAMS = 100;
const STEPS = 100;

/**
 * Equivalence, measured: of 100 random programs, how many go through the same states under a monitor as on the bare
 * machine. Half of their instructions are drawn from the sensitive ones.
 */
export function equivalenceRows(isas: readonly Isa[]) {
  return isas.flatMap((isa) => {
    const programs = Array.from({ length: PROGRAMS }, (_, seed) =>
      randomProgram(isa, { geometry: SMALL_GUEST, seed, rate: 0.5, wild: 0 }),
    );
    return NAMES.map((monitor) => {
      const host = new Processor(isa, { storage: 64, radix: 64 });
      const guest = new MONITORS[monitor](host).create(SMALL_GUEST.storage);
      const bare = bareLike(guest);
      const fresh = host.storage.slice();
      const same = programs.filter((start) => {
        host.storage.set(fresh);
        return !firstDivergence(bare, guest, start, STEPS);
      });
      return { machine: isa.name, monitor, equivalent: (100 * same.length) / PROGRAMS };
    });
  });
}

const GUEST = { storage: 400, radix: 512 };

/** Of all steps of a guest, those in its own supervisor mode. Where more are sensitive, as many as are. */
export const SUPERVISOR_SHARE = 0.3;

/** Efficiency, measured: what became of the steps of a guest, by rate of sensitive instructions, seed and monitor. */
export function directRows(isa: Isa, rates: readonly number[], seeds: readonly number[]) {
  return rates.flatMap((rate) =>
    seeds.flatMap((seed) => {
      const guest = workload(isa, { geometry: GUEST, seed, rate, supervisor: SUPERVISOR_SHARE });
      return NAMES.map((monitor) => {
        const { counts } = played(isa, monitor, guest);
        const { direct, interpreted, traps } = counts;
        return { rate, seed, monitor, direct, interpreted, traps, share: directFraction(counts) };
      });
    }),
  );
}

function played(isa: Isa, monitor: Monitor, { start, steps }: Workload): VirtualMachine {
  const host = new Processor(isa, { storage: GUEST.radix, radix: GUEST.radix });
  const guest = new MONITORS[monitor](host).create(GUEST.storage);
  guest.storage.set(start.E);
  guest.psw = start;
  guest.run(steps);
  return guest;
}
