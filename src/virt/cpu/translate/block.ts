/** A translated unit in the cache. */
import { MONITOR_AREA } from "../area.ts";
import type { Context } from "./classify.ts";
import { CACHE_OFFSET } from "./layout.ts";
import { type Exit, type Place, placeAt, type Translation } from "./translation.ts";

const PAGE = 4096;

/** Linear address of the cache's first byte. */
export const CACHE = (MONITOR_AREA + CACHE_OFFSET) | 0;

/** A direct branch of a block's. */
export interface Link {
  readonly block: Block;
  readonly exit: Exit;
}

/** One that was chained to another block. */
export interface Chained extends Link {
  readonly id: number;
}

export class Block {
  readonly id: number;
  readonly context: Context;
  readonly ip: number;
  /** Offset in the cache. */
  readonly start: number;
  readonly translation: Translation;
  /** The guest's pages that it was made of: linear page number, and physical. */
  readonly pages: readonly { readonly linear: number; readonly physical: number }[];
  /** Branches that lead here directly. */
  readonly incoming: Chained[] = [];
  /** Where its own were chained to. */
  readonly outgoing: { readonly to: Block; readonly id: number }[] = [];
  valid = true;

  constructor(
    id: number,
    context: Context,
    ip: number,
    start: number,
    translation: Translation,
    pages: readonly { readonly linear: number; readonly physical: number }[],
  ) {
    this.id = id;
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

  /** The guest's bytes on a physical page that it was made of, and where they were. Two parts: both its pages are that one. */
  partsOn(page: number): { at: number; bytes: readonly number[] }[] {
    const { source } = this.translation;
    const start = (this.context.base + this.ip) >>> 0;
    const onFirst = Math.min(source.length, PAGE - (start % PAGE));
    const parts = [
      { linear: start >>> 12, at: start % PAGE, bytes: source.slice(0, onFirst) },
      { linear: ((start + onFirst) | 0) >>> 12, at: 0, bytes: source.slice(onFirst) },
    ];
    return parts
      .filter(
        (part) =>
          part.bytes.length > 0 &&
          this.pages.some(({ linear, physical }) => linear === part.linear && physical === page),
      )
      .map(({ at, bytes }) => ({ at: page * PAGE + at, bytes }));
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
