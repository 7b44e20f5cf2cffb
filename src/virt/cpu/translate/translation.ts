/** What the translator makes of one unit of guest code. */

/** Why translated code calls the monitor: the n of the INT n that stands there. */
export const CALLOUT = {
  /** The target of a direct branch has no translation yet, or is not chained yet. */
  translate: 0x20,
  /** The monitor executes the instruction. */
  emulate: 0x21,
  /** An indirect branch whose target is not in the return table: the monitor executes it, then remembers its target. */
  lookup: 0x22,
  /** An interrupt was waiting for IF. */
  interrupt: 0x23,
  /** The monitor executes the instruction and the one after it: none may come between (STI, MOV SS). */
  shadow: 0x24,
  /** The guest's code is no longer what was translated. */
  changed: 0x25,
} as const;
export type CalloutKind = keyof typeof CALLOUT;

/** What must be undone when translated code is left in the middle of a sequence. Bits. */
export const UNDO = {
  eax: 1,
  ecx: 2,
  /** POPF has loaded the flags, but not yet the virtual IF. */
  newIf: 4,
  /** The instruction stands in the shadow of STI: no interrupt before it is done. */
  shadow: 8,
} as const;

/** From `offset` on, until the next one begins, translated code stands for the guest's state before the instruction at `ip`. */
export interface Place {
  readonly offset: number;
  readonly ip: number;
  /** Bits of UNDO. */
  readonly undo: number;
  /** To be added to ESP. */
  readonly sp: number;
  /** Translated code may be entered here for the instruction at `ip`: nothing before it prepared what follows. */
  readonly entry: boolean;
}

/** A direct branch: five bytes at `offset` call out until they become JMP rel32. */
export interface Exit {
  readonly offset: number;
  readonly target: number;
  /** Offset of a Jcc's rel32 that leads to these five bytes; it can lead to the target itself. */
  readonly jcc?: number;
}

export interface Translation {
  readonly bytes: Uint8Array;
  /** By rising offset, the first one 0. */
  readonly places: readonly Place[];
  readonly exits: readonly Exit[];
  /** The guest's bytes and instructions that it stands for; none: the first instruction could not be fetched. */
  readonly source: readonly number[];
  readonly instructions: number;
}

/** The guest's state for translated code at an offset: by binary search. */
export function placeAt(places: readonly Place[], offset: number): Place {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((places[middle] as Place).offset <= offset) low = middle;
    else high = middle - 1;
  }
  return places[low] as Place;
}
