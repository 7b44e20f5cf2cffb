/** The ways in which lab 11 drives a component: queues that a driver has filled, well or not. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import { type Dma, DriverMemory, type VirtqueueFactory } from "../../src/systems/io/virtio.ts";
import type { VirtqueueDevice } from "./component.ts";
import { queueOf } from "./queue.ts";

export const MEMORY = 0x10000;
const DESCRIPTORS = 0x1000;
const AVAILABLE = 0x8000;
const USED = 0xc000;

export interface Entry {
  readonly address: number;
  readonly length: number;
  readonly flags: number;
  readonly next: number;
}

export type Step =
  | { readonly kind: "take" | "tell" }
  | { readonly kind: "give"; readonly head: number; readonly written: number };

export interface Situation {
  readonly size: number;
  readonly indirect: boolean;
  readonly eventIndex: boolean;
  /** The next available and used entry, and the used one at the last question. */
  readonly position: readonly [number, number, number];
  /** What the driver has written: flags, index, used_event, and heads by their slot. */
  readonly flags: number;
  readonly idx: number;
  readonly event: number;
  readonly heads: Readonly<Record<string, number>>;
  readonly table: Readonly<Record<string, Entry>>;
  readonly tables: readonly { readonly at: number; readonly entries: readonly Entry[] }[];
  /** Parts that are elsewhere than usual. */
  readonly descriptors?: number;
  readonly available?: number;
  readonly used?: number;
  readonly steps: readonly Step[];
}

const list = (of: readonly { address: number; length: number }[]) =>
  of.map(({ address, length }) => `0x${address.toString(16)}+${length}`).join(" ") || "nothing";

/** What a queue says and does, and when the driver sees it. */
export function play(given: Situation, factory: VirtqueueFactory, brief = false): string[] {
  const { size, indirect, eventIndex } = given;
  const { descriptors = DESCRIPTORS, available = AVAILABLE, used = USED } = given;
  const memory = new DriverMemory(MEMORY);
  const put = (at: number, bytes: number, value: number) => {
    for (let i = 0; i < bytes; i++)
      if (at + i < MEMORY) memory.bytes[at + i] = Math.floor(value / 2 ** (8 * i)) % 256;
  };
  const describe = (at: number, { address, length, flags, next }: Entry) => {
    put(at, 8, address);
    put(at + 8, 4, length);
    put(at + 12, 2, flags);
    put(at + 14, 2, next);
  };
  for (const [index, entry] of Object.entries(given.table)) describe(descriptors + 16 * Number(index), entry);
  for (const { at, entries } of given.tables)
    for (const [index, entry] of entries.entries()) describe(at + 16 * index, entry);
  put(available, 2, given.flags);
  put(available + 2, 2, given.idx);
  for (const [slot, head] of Object.entries(given.heads)) put(available + 4 + 2 * Number(slot), 2, head);
  put(available + 4 + 2 * size, 2, given.event);
  const events: string[] = [];
  let next = given.position[1];
  const word = (at: number) => memory.view.getUint16(at, true);
  const dma: Dma = {
    read: memory.dma.read,
    write(at, bytes) {
      if (!memory.dma.write(at, bytes)) return false;
      if (at === used + 2) {
        const entry = used + 4 + 8 * (next % size);
        const [id, length] = [memory.view.getUint32(entry, true), memory.view.getUint32(entry + 4, true)];
        events.push(
          `the used index is ${word(used + 2)}, entry ${next % size} has head ${id}, ${length} bytes`,
        );
        next = word(used + 2);
      } else if (at < used + 4 || at + bytes.length > used + 6 + 8 * size)
        events.push(`wrote to 0x${at.toString(16)}, which is not the device's`);
      return true;
    },
  };
  const layout = { size, descriptors, driver: available, device: used, indirect, eventIndex };
  const queue = factory(layout, dma, [...given.position, 1]);
  for (const step of given.steps) {
    if (step.kind === "tell") events.push(queue.notify() ? "tells the driver" : "does not tell the driver");
    else if (step.kind === "give") {
      const chain = { id: step.head, slots: 1, readable: [], writable: [] };
      if (!queue.push(chain, step.written)) events.push("cannot give it back");
    } else {
      const chain = queue.pop();
      if (chain === undefined) events.push("nothing is there");
      else if ("fault" in chain) events.push(`fault: ${chain.fault}`);
      else {
        events.push(`takes ${chain.id}`);
        if (!brief) events.push(`reads ${list(chain.readable)}, writes ${list(chain.writable)}`);
        if (eventIndex) events.push(`avail_event is ${word(used + 4 + 8 * size)}`);
      }
    }
  }
  return events;
}

function text(given: Situation): string {
  const entry = ({ address, length, flags, next }: Entry) =>
    `0x${address.toString(16)}+${length} flags ${flags} next ${next}`;
  const { size, position, flags, idx, event, heads, table, tables, steps } = given;
  const negotiated = [given.indirect && "indirect", given.eventIndex && "event index"].filter(Boolean);
  return [
    `${size} descriptors, ${negotiated.join(", ") || "no features"}; position: available ${position[0]}, used ${position[1]}, told ${position[2]}`,
    `available ring: flags ${flags}, index ${idx}, used_event ${event}; heads ${Object.entries(heads)
      .map(([slot, head]) => `${slot}: ${head}`)
      .join(", ")}`,
    ...Object.entries(table).map(([index, one]) => `descriptor ${index}: ${entry(one)}`),
    ...tables.flatMap(({ at, entries }) =>
      entries.map((one, index) => `table 0x${at.toString(16)}, ${index}: ${entry(one)}`),
    ),
    ...(["descriptors", "available", "used"] as const).flatMap((part) =>
      given[part] === undefined
        ? []
        : [`${part} at 0x${given[part].toString(16)} of 0x${MEMORY.toString(16)}`],
    ),
    `then: ${steps.map((step) => (step.kind === "give" ? `give ${step.head}, ${step.written} bytes` : step.kind)).join(", ")}`,
  ].join("\n");
}

type One = Scenario<VirtqueueDevice, Situation, string[]>;

/** The available ring alone: what is in a chain is not asked. */
const heads: One = {
  drive: (component, given) => {
    const empty = { readable: [], writable: [] };
    return play(
      given,
      queueOf({ ...unbound(component), next: (...all) => component.next(...all), buffer: () => empty }),
      true,
    );
  },
  describe: text,
};

const unbound = (component: VirtqueueDevice): VirtqueueDevice => ({
  next: (...all) => component.next(...all),
  buffer: (...all) => component.buffer(...all),
  give: (...all) => component.give(...all),
  tells: (...all) => component.tells(...all),
});

/** Chains alone: where their heads are is known. */
const chains: One = {
  drive: (component, given) => {
    let at = 0;
    const order = Object.values(given.heads);
    return play(given, queueOf({ ...unbound(component), next: () => order[at++] ?? null }));
  },
  describe: text,
};

const whole: One = { drive: (component, given) => play(given, queueOf(component)), describe: text };

export const SCENARIOS = defineScenarios<VirtqueueDevice>()({
  heads,
  chains,
  whole,
  "heads-many": each(heads),
  "chains-many": each(chains),
  "whole-many": each(whole),
});
