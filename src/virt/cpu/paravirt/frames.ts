/** The guest's frames by type and count (machine/mmu/typed-frames.ts), as this monitor has them: 32-bit tables, and the GDT's pages. */
import type { Gpa } from "../../../machine/address.ts";
import type { Bus } from "../../../machine/bus.ts";
import type { Ledger } from "../../../machine/ledger.ts";
import { A, D, G, P, RW, US } from "../../../machine/mmu/formats/bits.ts";
import { ia32 } from "../../../machine/mmu/formats/ia32.ts";
import { TypedFrames } from "../../../machine/mmu/typed-frames.ts";
import { checkedDescriptor } from "./descriptors.ts";
import { FIRST_MONITOR_ENTRY } from "./interface.ts";

const PAGE = 4096;
const FORMAT = ia32({ physicalBits: 32, pse: false, pge: true, nxe: false, gigabytePages: false });

export interface FramesParts {
  readonly bus: Bus;
  readonly ledger: Ledger;
  /** Host-physical address of the guest's first frame, and how many there are. */
  readonly base: number;
  readonly count: number;
  /** Directory entries that the monitor has in every directory, from FIRST_MONITOR_ENTRY on. */
  readonly monitorEntries: readonly number[];
  /** Forgets every translation but the monitor's. */
  flush(): void;
}

/** Its "l1" are page tables, its "l2" directories. */
export function guestFrames({ monitorEntries, ...parts }: FramesParts): TypedFrames {
  const { bus, ledger } = parts;
  return new TypedFrames({
    ...parts,
    format: FORMAT,
    own: { first: FIRST_MONITOR_ENTRY, entries: monitorEntries },
    segments: (frame) => checkSegments(bus, ledger, frame),
  });
}

function checkSegments(bus: Bus, ledger: Ledger, frame: number): boolean {
  const { view } = bus;
  for (let at = frame * PAGE; at < (frame + 1) * PAGE; at += 8) {
    const checked = checkedDescriptor(view.getInt32(at, true), view.getInt32(at + 4, true));
    if (checked === undefined) return false;
    bus.write(at as Gpa, checked.low >>> 0, 4);
    bus.write((at + 4) as Gpa, checked.high >>> 0, 4);
  }
  ledger.pay("validate");
  return true;
}

/** An entry of the monitor's own: supervisor only. */
export const monitorEntry = (address: number, writable: boolean): number =>
  address | P | A | G | (writable ? RW | D : 0);

/** A directory entry for a table, the monitor's or the first ones of a guest. */
export const tableEntry = (address: number, user: boolean): number => address | P | RW | A | (user ? US : 0);
