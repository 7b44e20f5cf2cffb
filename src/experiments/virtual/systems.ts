/** Guests on systems: the parameters that all such experiments have, and a run of a guest to its end. */
import { type CostProfile, type Machine, PROFILES } from "../../machine/index.ts";
import { findSystem, fitsOn, SYSTEMS, type System } from "../../systems/index.ts";
import type { Parameter } from "../parameter.ts";

const MIB = 1 << 20;
/** Steps: far more than a guest of an experiment needs. */
const LIMIT = 2_000_000_000;

/** The parameter `system`, with a default of all systems or of these. */
export const systemParameter = (defaults: readonly string[] = SYSTEMS.map(({ name }) => name)) =>
  ({
    default: defaults,
    oneOf: SYSTEMS.map(({ name }) => name),
    unit: "",
    doc: "who stands between the guest and the processor",
  }) satisfies Parameter<string>;

export const processorParameter = (defaults: string | readonly string[]) =>
  ({
    default: defaults,
    oneOf: PROFILES.map(({ id }) => id),
    unit: "",
    doc: "the price list of the processor below",
  }) satisfies Parameter<string>;

export interface Place {
  readonly system: System;
  readonly profile: CostProfile;
}

/** The system and the processor of a point; undefined when the one cannot be on the other. */
export function placeOf(system: string, processor: string): Place | undefined {
  const place = { system: findSystem(system)!, profile: PROFILES.find(({ id }) => id === processor)! };
  return fitsOn(place.system, place.profile) ? place : undefined;
}

/** What the monitor has counted up to a mark of the guest's. */
export interface Noted {
  /** Ways out of the guest, by cause. */
  readonly crossings: ReadonlyMap<string, number>;
  /** Instructions that the processor executed as they are. */
  readonly untouched: number;
}

export interface Ended {
  readonly machine: Machine;
  /** A note at each mark. */
  readonly notes: readonly Noted[];
}

/** Boots the guest and runs it until it stops, well or not. */
export function tryGuest(
  { system, profile }: Place,
  image: Uint8Array,
  memory = 32,
): Ended & { output: string; end: string } {
  const vm = system.boot(image, { profile, memory: memory * MIB });
  const notes: Noted[] = [];
  vm.machine.board.marker.onMark = () =>
    notes.push({ crossings: new Map(vm.crossings), untouched: vm.untouched() });
  let output = "";
  vm.machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  const stop = vm.machine.run({ limit: LIMIT });
  const end = stop.reason === "shutdown" ? `shutdown (${stop.detail})` : stop.reason;
  return { machine: vm.machine, notes, output, end };
}

/**
 * Boots the guest and runs it to its exit port.
 * @param expected what it must print: an experiment measures no guest that goes wrong
 */
export function runGuest(
  place: Place,
  { image, expected, memory }: { image: Uint8Array; expected: string; memory?: number },
): Ended {
  const { machine, notes, output, end } = tryGuest(place, image, memory);
  if (end !== "exit" || !output.endsWith(expected)) {
    const { system, profile } = place;
    throw new Error(
      `the guest on ${system.name}, ${profile.name}, came to a wrong end: ${end} after ${JSON.stringify(output)}`,
    );
  }
  return { machine, notes };
}
