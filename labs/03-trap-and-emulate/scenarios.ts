/** The ways in which lab 03 drives a component: one call of each method, and whole guests. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import { deprivilegedVm } from "../../src/systems/trap-and-emulate.ts";
import type { Event, Gate, Trap, TrapComponent, Trapped, VirtualCpu } from "./component.ts";
import {
  describeDecision,
  describeDelivery,
  describeEffects,
  describeEvent,
  describeGuest,
  describeInstruction,
  describeTrap,
} from "./describe.ts";
import { below, type Program } from "./machines.ts";

export interface Trapping {
  readonly trap: Trap;
  readonly guest: VirtualCpu;
}

export interface Emulating {
  readonly instruction: Trapped;
  readonly guest: VirtualCpu;
}

export interface Injecting {
  readonly event: Event;
  readonly guest: VirtualCpu;
  readonly gate: Gate;
}

const decide: Scenario<TrapComponent, Trapping, string> = {
  drive: (component, { trap, guest }) => describeDecision(component.onTrap(trap, guest)),
  describe: ({ trap, guest }) => describeTrap(trap, guest),
};

const carryOut: Scenario<TrapComponent, Emulating, string[]> = {
  drive: (component, { instruction, guest }) => describeEffects(component.emulate(instruction, guest)),
  describe: ({ instruction, guest }) => `${describeInstruction(instruction)}\n${describeGuest(guest)}`,
};

const deliver: Scenario<TrapComponent, Injecting, string[]> = {
  drive: (component, { event, guest, gate }) => describeDelivery(component.inject(event, guest, gate)),
  describe: ({ event, guest, gate }) => `${describeEvent(event, gate)}\n${describeGuest(guest)}`,
};

/** A small kernel and what it does, from its first instruction to its end. */
const runs: Scenario<TrapComponent, Program, string[]> = {
  drive: (component, program) => below(component, program),
  describe: ({ body }) => body.replace(/^\s*\n/gm, "").trimEnd(),
};

/** A guest as a disk, from its boot sector on. Whoever asks builds it: where the component runs there are no sources to build it from. */
export interface Disk {
  readonly name: string;
  /** Its first bytes, in base 64; behind them are zeros. */
  readonly bytes: string;
  readonly length: number;
}

const MIB = 1 << 20;
const MEMORY = 4 * MIB;
/** Steps at a time, and how many traps are many: a component that never gets on is stopped soon. */
const SLICE = 50_000;
const LIMIT = 3_000_000;
const TRAPS = 12_000;

const boots: Scenario<TrapComponent, Disk, string[]> = {
  drive(component, { bytes, length }) {
    const disk = new Uint8Array(length);
    disk.set(Buffer.from(bytes, "base64"));
    const { machine } = deprivilegedVm({ memory: MEMORY, reserve: 2 * MIB, disks: [disk], component });
    let output = "";
    machine.onSerial((byte) => {
      output += String.fromCharCode(byte);
    });
    let { reason } = machine.run({ limit: SLICE });
    while (reason === "limit" && machine.steps < LIMIT && machine.trace.count("trap") < TRAPS)
      ({ reason } = machine.run({ limit: SLICE }));
    const end = reason === "limit" ? "does not come to an end" : `ends with ${reason}`;
    return [...output.split("\n").filter(Boolean), end];
  },
  describe: ({ name }) => name,
};

export const SCENARIOS = defineScenarios<TrapComponent>()({
  decide,
  carryOut,
  deliver,
  runs,
  boots,
  "decide-many": each(decide),
  "carryOut-many": each(carryOut),
  "deliver-many": each(deliver),
  "runs-many": each(runs),
});
