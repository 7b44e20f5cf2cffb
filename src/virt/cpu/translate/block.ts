/** A translated unit in the cache. */
import { MONITOR_AREA } from "../area.ts";
import type { Context } from "./classify.ts";
import { CACHE_OFFSET } from "./layout.ts";
import { type Exit, type Place, placeAt, type Translation } from "./translation.ts";

/** Linear address of the cache's first byte. */
export const CACHE = (MONITOR_AREA + CACHE_OFFSET) | 0;

/** A direct branch of a block's that was chained to another block. */
export interface Link {
  readonly block: Block;
  readonly exit: Exit;
}

export class Block {
  readonly context: Context;
  readonly ip: number;
  /** Offset in the cache. */
  readonly start: number;
  readonly translation: Translation;
  /** The guest's pages that it was made of: linear page number, and physical. */
  readonly pages: readonly { readonly linear: number; readonly physical: number }[];
  /** Branches that lead here directly. */
  readonly incoming: Link[] = [];
  valid = true;

  constructor(
    context: Context,
    ip: number,
    start: number,
    translation: Translation,
    pages: readonly { readonly linear: number; readonly physical: number }[],
  ) {
    this.context = context;
    this.ip = ip;
    this.start = start;
    this.translation = translation;
    this.pages = pages;
  }

  /** Linear address. */
  get address(): number {
    return (CACHE + this.start) | 0;
  }

  /** The place that an address in the cache belongs to. */
  placeAt(address: number): Place {
    return placeAt(this.translation.places, (address - this.address) | 0);
  }

  /** Where the block can be entered to go on at the instruction of a place that was left; undefined: nowhere. */
  reentry({ ip }: Place): number | undefined {
    const to = this.translation.places.find((one) => one.entry && one.ip === ip);
    return to === undefined ? undefined : (this.address + to.offset) | 0;
  }
}
