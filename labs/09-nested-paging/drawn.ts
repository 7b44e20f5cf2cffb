/** Cases drawn from a seed, for the student's own trials and for the hidden tests. */
import type { Access, Context, Entry, Flush, Slot, Tables } from "./component.ts";
import { isClear } from "./expected-walks.ts";
import { digit, HostMemory, hex, PAGE } from "./memory.ts";
import type { Filling, Flushed, LookUp, OneDimension, TwoDimensions } from "./scenarios.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;
const ACCESSES: readonly Access[] = ["read", "read", "write", "write", "fetch"];

/** Host memory that fills up: tables from 10h on, blocks of any size from 1000h on. */
class Builder {
  readonly memory = new HostMemory({});
  #table = PAGE;
  #block = 0x1000;
  readonly #draw: Draw;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  table(): number {
    this.#table += PAGE * (1 + this.#draw(3));
    return this.#table;
  }

  /** Words in a row, at a multiple of their number. */
  block(words: number): number {
    const at = Math.ceil(this.#block / words) * words;
    this.#block = at + words;
    return at;
  }

  /** Makes the address translate, and says to what; sometimes by a large page. */
  map(gpa: number, ept: Tables): number {
    let table = ept.root;
    for (let level = ept.levels; level > 0; level--) {
      const at = table + digit(gpa, level);
      const size = 16 ** level;
      let entry = this.memory.peek(at);
      if (entry === 0) {
        const page = level === 1 || (level < 4 && this.#draw(3) === 0);
        const rights = this.#draw(6) === 0 ? one(this.#draw, [1, 3, 5]) : 7;
        entry = page ? this.block(size) + rights + (level > 1 ? 8 : 0) : this.table() + rights;
        this.memory.write(at, entry);
      }
      const frame = entry - (entry % PAGE);
      if (level === 1 || (entry & 8) !== 0) return frame + (gpa % size);
      table = frame;
    }
    return gpa;
  }
}

/** A word within so many levels. */
const address = (draw: Draw, levels: number): number => draw(16 ** (levels + 1));

/** What the entries that a walk reads may become: anything in the last digit, or a frame that is one page on. */
function spoil(draw: Draw, memory: HostMemory, at: number): void {
  const entry = memory.peek(at);
  memory.write(at, draw(6) === 0 ? entry + PAGE : entry - (entry % PAGE) + draw(16));
}

export function drawNested(draw: Draw): OneDimension {
  const builder = new Builder(draw);
  const ept = { root: builder.table(), levels: 1 + draw(4) };
  const gpa = address(draw, ept.levels);
  builder.map(gpa, ept);
  const { memory } = builder;
  if (ept.levels === 4 && draw(4) === 0) {
    // A page that would fit, where there are none.
    memory.write(ept.root + digit(gpa, 4), 0x10000 * (1 + draw(8)) + one(draw, [9, 0xb, 0xd, 0xf]));
  } else if (draw(4) > 0) {
    const entries = Object.keys(memory.words);
    spoil(draw, memory, Number.parseInt(one(draw, entries), 16));
    // A second one, so that the first that is met decides.
    if (draw(3) === 0) spoil(draw, memory, Number.parseInt(one(draw, entries), 16));
  }
  return { gpa, access: one(draw, ACCESSES), ept, words: memory.words };
}

/** A guest with tables, all of which translate; then one entry of either dimension may be spoilt. */
export function drawWalk(draw: Draw): TwoDimensions {
  for (;;) {
    const drawn = drawTables(draw);
    // A spoilt entry may lead the guest to words that are none of its own.
    if (isClear(drawn)) return drawn;
  }
}

function drawTables(draw: Draw): TwoDimensions {
  const builder = new Builder(draw);
  const { memory } = builder;
  const ept = { root: builder.table(), levels: 1 + draw(3) };
  const levels = draw(8) === 0 ? 0 : 1 + draw(3);
  const linear = levels === 0 ? address(draw, ept.levels) : address(draw, levels);
  const pages = 16 ** ept.levels;
  const fresh = () => PAGE * draw(pages);
  const guest = { root: fresh(), levels };
  const own: number[] = [];
  let table = guest.root;
  let page = linear;
  for (let level = levels; level > 0; level--) {
    const at = builder.map(table + digit(linear, level), ept);
    const large = level > 1 && level <= ept.levels && draw(3) === 0;
    const isPage = level === 1 || large;
    const frame = fresh();
    const aligned = isPage ? frame - (frame % 16 ** level) : frame;
    const rights = draw(5) === 0 ? one(draw, [1, 3, 5]) : 7;
    if (memory.peek(at) === 0) memory.write(at, aligned + rights + (large ? 8 : 0));
    own.push(at);
    const entry = memory.peek(at);
    table = entry - (entry % PAGE);
    if (isPage) {
      page = table + (linear % 16 ** level);
      break;
    }
  }
  builder.map(page, ept);
  if (draw(3) === 0) {
    const at = Number.parseInt(one(draw, Object.keys(memory.words)), 16);
    if (own.includes(at)) memory.write(at, memory.peek(at) ^ one(draw, [1, 2, 4]));
    else spoil(draw, memory, at);
  }
  const request = { linear, access: one(draw, ACCESSES), user: draw(2) === 0 };
  return { request, guest, ept, words: memory.words };
}

const EPTS = [0x100, 0x200];

/** VPID 0 is the host, which has no EPT. */
function drawContext(draw: Draw): Context {
  const vpid = draw(3);
  return { vpid, pcid: 1 + draw(2), ept: vpid === 0 ? 0 : one(draw, EPTS) };
}

function drawEntries(draw: Draw, count: number): Entry[] {
  return Array.from({ length: count }, () => {
    const size = one(draw, [16, 16, 256]);
    return { page: draw(0x300 / size) * size, size, global: draw(3) === 0, ...drawContext(draw) };
  });
}

export function drawLookup(draw: Draw): LookUp {
  const entries: Entry[] = [];
  for (const entry of drawEntries(draw, 6)) {
    // Two entries for the same access do not happen.
    const beside = (other: Entry) =>
      other.vpid === entry.vpid &&
      other.page < entry.page + entry.size &&
      entry.page < other.page + other.size;
    if (!entries.some(beside)) entries.push(entry);
  }
  const near = one(draw, entries);
  const linear =
    draw(4) === 0 ? draw(0x300) : near.page + one(draw, [0, near.size - 1, near.size, draw(near.size)]);
  const now =
    draw(3) === 0
      ? near
      : { ...near, ...one(draw, [{ vpid: 1 + draw(2) }, { pcid: 1 + draw(2) }, { ept: one(draw, EPTS) }]) };
  return {
    entries,
    linear,
    now: { vpid: now.vpid, pcid: now.pcid, ept: now.vpid === 0 ? 0 : now.ept || 0x100 },
  };
}

export function drawFlush(draw: Draw): Flushed {
  const entries = drawEntries(draw, 6);
  const near = one(draw, entries);
  const { vpid, pcid } = draw(3) === 0 ? drawContext(draw) : near;
  const linear = near.page + draw(near.size);
  const what = one<Flush>(draw, [
    { kind: "cr3", vpid, pcid, keep: draw(4) === 0 },
    { kind: "cr3", vpid, pcid, keep: false },
    { kind: "invlpg", vpid, pcid, linear },
    { kind: "invlpg", vpid, pcid, linear },
    { kind: "invvpid-address", vpid: vpid || 1, linear },
    { kind: "invvpid-single", vpid: vpid || 1 },
    { kind: "invvpid-retaining-globals", vpid: vpid || 1 },
    { kind: "invvpid-all" },
    { kind: "invept-single", ept: one(draw, EPTS) },
    { kind: "invept-all" },
  ]);
  return { entries, what };
}

/** One or two slots with a gap around them, in the host at places that fit, or nearly. */
export function drawFilling(draw: Draw): Filling {
  const ept = { root: 0x10, levels: 2 + draw(3) };
  const reach = 16 ** (ept.levels + 1);
  const unit = one(
    draw,
    [16, 256, 256, 4096, 65536].filter((size) => size * 4 <= reach),
  );
  const slots: Slot[] = [];
  let gpa = draw(3) * unit;
  for (let count = 1 + draw(2); count > 0; count--) {
    const begin = gpa + (draw(2) ? 16 * draw(3) : 0);
    const words = unit * (1 + draw(2)) + (draw(2) ? 16 * draw(15) : 0);
    if (begin + words > reach) break;
    const away = draw(3) === 0 ? 16 * (1 + draw(15)) : draw(3) === 0 ? 256 : 0;
    const hpa = 0x10000 * (1 + slots.length) + (begin % 0x1000) + away;
    slots.push({ gpa: begin, hpa, words, writable: draw(3) > 0 });
    gpa = Math.ceil((begin + words) / unit) * unit + unit * draw(2);
  }
  const place = () => {
    const slot = slots.length > 0 ? one(draw, slots) : { gpa: 0, words: reach };
    const at = slot.gpa + draw(slot.words);
    return draw(5) === 0 ? Math.min(slot.gpa + slot.words + draw(2) * draw(32), reach - 1) : at;
  };
  const violations = Array.from({ length: 1 + draw(3) }, () => ({
    gpa: place(),
    access: one(draw, ACCESSES),
  }));
  // A table that is there already, where a page might go.
  const words =
    draw(3) === 0 ? { [hex(ept.root + digit(violations[0]?.gpa ?? 0, ept.levels))]: hex(0x100 + 7) } : {};
  return { ept, slots, words, free: 0x200, violations };
}
