/** Queues drawn from a seed, each of one kind, for the student's own trials and for the hidden tests. */
import { splitQueue } from "../../src/systems/io/virtio.ts";
import { type Entry, MEMORY, play, type Situation, type Step } from "./scenarios.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;
const wrap = (value: number) => value & 0xffff;
const TAKE: Step = { kind: "take" };
const TELL: Step = { kind: "tell" };

export const EMPTY: Situation = {
  ...{ size: 8, indirect: false, eventIndex: false, position: [0, 0, 0], flags: 0, idx: 0, event: 0 },
  ...{ heads: {}, table: {}, tables: [], steps: [TAKE] },
};

/** What is right: what the simulator's own queue does. */
export const expected = (given: Situation, brief = false): string[] => play(given, splitQueue, brief);

export const HEAD_KINDS = ["few", "wrapped", "full", "too far", "backwards", "outside", "told of"] as const;
export type HeadKind = (typeof HEAD_KINDS)[number];

/** An available ring. */
export function drawHeads(draw: Draw, kind: HeadKind): Situation {
  const size = one(draw, [4, 8, 16]);
  const waiting = draw(size - 1);
  const start = kind === "wrapped" ? 65536 - 1 - draw(3) : 100 + draw(60000);
  const used = wrap(start - waiting);
  let fresh = 1 + draw(Math.min(4, size - waiting));
  if (kind === "wrapped") fresh = Math.min(4, size - waiting);
  if (kind === "full") fresh = size - waiting;
  if (kind === "too far") fresh = size - waiting + 1;
  if (kind === "backwards") fresh = -1 - draw(waiting);
  const heads: Record<string, number> = {};
  for (let slot = 0; slot < size; slot++) heads[slot] = draw(size);
  return {
    ...EMPTY,
    ...{
      size,
      heads,
      position: [start, used, used],
      idx: wrap(start + fresh),
      eventIndex: kind === "told of",
    },
    ...(kind === "outside" ? { available: MEMORY - one(draw, [0, 2, 4]) } : {}),
    steps: Array.from({ length: Math.max(1, fresh) + 1 }, () => TAKE),
  };
}

export const CHAIN_KINDS = ["plain", "head", "outside", "loop", "full", "order", "length", "long"] as const;
export const TABLE_KINDS = [
  "table",
  "after direct",
  "refused",
  "nested",
  "with next",
  "odd length",
  "beyond",
  "loop in table",
  "full in table",
] as const;
export type ChainKind = (typeof CHAIN_KINDS)[number] | (typeof TABLE_KINDS)[number];

/** One chain, over descriptors in any order. */
export function drawChain(draw: Draw, kind: ChainKind): Situation {
  const size = 8;
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = draw(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  const inTable = (TABLE_KINDS as readonly string[]).includes(kind);
  const all = kind === "full" || kind === "full in table" || kind === "loop in table";
  const count = all ? size : 2 + draw(3);
  const readable = kind === "order" || kind === "length" || kind === "loop" || all ? count : draw(count + 1);
  const chain = Array.from({ length: count }, (_, i) => ({
    ...{ address: 0x100 * (1 + draw(200)), length: 1 + draw(600) },
    write: i >= readable,
  }));
  if (kind === "order") chain.unshift({ address: 0x300, length: 8, write: true });
  if (kind === "length" || kind === "long") {
    const last = chain[chain.length - 1]!;
    const before = chain.slice(0, -1).reduce((sum, { length }) => sum + length, 0);
    last.length = 2 ** 32 - before - (kind === "long" ? 0 : -1);
  }
  if (kind === "loop in table") chain.push({ address: 0x200, length: 4, write: false });
  const entries = (at: (i: number) => number, list: typeof chain): Entry[] =>
    list.map(({ address, length, write }, i) => {
      const more = i + 1 < list.length;
      return { address, length, flags: (write ? 2 : 0) | (more ? 1 : 0), next: more ? at(i + 1) : 0 };
    });
  const table: Record<string, Entry> = {};
  const base = { ...EMPTY, size, idx: 1, indirect: inTable && kind !== "refused" };
  const head = order[0] as number;
  const done = (more: Partial<Situation> = {}): Situation => ({
    ...base,
    table,
    heads: { 0: head },
    ...more,
  });
  if (!inTable) {
    const listed = entries((i) => order[i] as number, chain);
    const last = listed.length - 1;
    if (kind === "loop") listed[last] = { ...listed[last]!, flags: 1, next: order[draw(listed.length)]! };
    if (kind === "head")
      listed[last] = { ...listed[last]!, flags: listed[last]!.flags | 1, next: size + draw(3) };
    for (const [i, entry] of listed.entries()) table[order[i] as number] = entry;
    // The whole of the last descriptors is beyond the end of memory.
    return done(kind === "outside" ? { descriptors: MEMORY - 16 * order[last]! } : {});
  }
  const at = 0x3000 + 16 * draw(50);
  const direct = kind === "after direct" ? 1 : 0;
  const inside = entries((i) => i, chain.slice(direct));
  if (kind === "nested") inside[1] = { address: 0x3000, length: 16, flags: 4, next: 0 };
  if (kind === "nested") inside[0] = { ...inside[0]!, flags: 1, next: 1 };
  if (kind === "beyond") inside[0] = { ...inside[0]!, flags: inside[0]!.flags | 1, next: inside.length };
  const flags = 4 | (kind === "with next" ? 1 : one(draw, [0, 2]));
  const odd = kind === "odd length" ? one(draw, [-8, 4, -16 * inside.length]) : 0;
  const pointer = { address: at, length: 16 * inside.length + odd, flags, next: 0 };
  if (direct) {
    table[head] = { ...entries(() => order[1] as number, chain)[0]!, flags: chain[0]!.write ? 3 : 1 };
    table[order[1] as number] = pointer;
  } else table[head] = pointer;
  return done({ tables: [{ at, entries: inside }] });
}

export const GIVE_KINDS = ["some", "wrapped", "outside"] as const;

/** A used ring. */
export function drawGives(draw: Draw, kind: (typeof GIVE_KINDS)[number]): Situation {
  const size = one(draw, [4, 8]);
  const used = kind === "wrapped" ? 65535 - draw(2) : draw(60000);
  const steps = Array.from({ length: 2 + draw(3) }, (): Step => {
    return { kind: "give", head: draw(size), written: draw(5000) };
  });
  const position = [used, used, used] as const;
  return {
    ...EMPTY,
    size,
    position,
    steps,
    ...(kind === "outside" ? { used: MEMORY - one(draw, [0, 4]) } : {}),
  };
}

export const TELL_KINDS = ["flags", "event", "event reached", "event wrapped", "event, flags set"] as const;

/** A question after some chains were given, about an event near them. */
export function drawTells(draw: Draw, kind: (typeof TELL_KINDS)[number]): Situation {
  const given = 1 + draw(4);
  const told = kind === "event wrapped" ? 65536 - 1 - draw(given) : 10 + draw(60000);
  const used = wrap(told + given);
  const eventIndex = kind !== "flags";
  // "reached": it is the first of those given, so that one more or less would be too late.
  const event = kind === "event reached" ? wrap(told) : wrap(told - 2 + draw(given + 4));
  const flags = kind === "event, flags set" ? 1 : kind === "flags" ? draw(4) : 0;
  return { ...EMPTY, eventIndex, flags, event, position: [used, used, wrap(told)], steps: [TELL] };
}
