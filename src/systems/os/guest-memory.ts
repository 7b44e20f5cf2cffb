/** What a guest has in its memory, and when it came to its program: a real boot on the simulated machine. */
import { buildGuest, expectedOutput } from "../../guests/index.ts";
import type { CostProfile } from "../../machine/cost.ts";
import type { System } from "../system.ts";

const PAGE_BYTES = 4096;
const MIB = 1 << 20;
/** Of the kernel and its tables, and more than it needs. */
const KERNEL = 4 * MIB;
const LIMIT = 1_000_000_000;

export interface Residents {
  /** Processes of the one kernel. */
  readonly processes: number;
  /** Pages that each fills, and what with. */
  readonly pages: number;
  readonly seed: number;
}

export interface GuestState {
  /** Cycles from power-on to the first instruction of the program that begins. */
  readonly started: number;
  /** Pages that hold anything but zeros while all processes are there: kernel, page tables, programs and data. */
  readonly pages: readonly Uint8Array[];
}

/** The same boot ends the same: points of an experiment that ask for it again get it at once. */
const known = new Map<string, GuestState>();
const MOST = 128;

/** Workload "resident" on a system. */
export function guestState(system: System, profile: CostProfile, residents: Residents): GuestState {
  const { processes, pages, seed } = residents;
  const name = [system.name, profile.id, processes, pages, seed].join(" ");
  let state = known.get(name);
  if (!state) {
    state = boot(system, profile, residents);
    if (known.size < MOST) known.set(name, state);
  }
  return state;
}

function boot(system: System, profile: CostProfile, residents: Residents): GuestState {
  const parameters = { ...residents };
  const room = KERNEL + 2 * residents.processes * residents.pages * PAGE_BYTES;
  const memory = 4 * Math.ceil(room / (4 * MIB));
  const { image } = buildGuest({ workload: "resident", parameters, timerHz: 0, memory, ...system.guest });
  const { machine } = system.boot(image, { profile, memory: memory * MIB });
  let pages: Uint8Array[] = [];
  machine.board.marker.onMark = ({ label }) => {
    if (label === 2) pages = held(machine.bus.ram);
  };
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  const { reason } = machine.run({ limit: LIMIT });
  if (reason !== "exit" || output !== expectedOutput("resident", parameters))
    throw new Error(
      `the guest on ${system.name} came to a wrong end: ${reason} after ${JSON.stringify(output)}`,
    );
  return { started: machine.board.marker.marks[0]!.cycle, pages };
}

function held(ram: Uint8Array): Uint8Array[] {
  const words = new Int32Array(ram.buffer, ram.byteOffset, ram.length / 4);
  const pages: Uint8Array[] = [];
  for (let at = 0; at < words.length; at += PAGE_BYTES / 4)
    if (words.subarray(at, at + PAGE_BYTES / 4).some((word) => word !== 0))
      pages.push(ram.slice(4 * at, 4 * at + PAGE_BYTES));
  return pages;
}
