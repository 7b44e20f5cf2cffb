/** A lab for the benchmark: a page walker that is called for every access, and reads the machine's memory through a port. */
import { z } from "zod";
import { defineLab, defineScenarios, type Lab, type Scenario } from "../../../src/course/index.ts";

export interface Memory {
  /** The word at a physical address. */
  read(address: number): number;
}

export interface Walker {
  /** The frame of a page, or -1. */
  walk(page: number, root: number, memory: Memory): number;
}

export interface Accesses {
  count: number;
  seed: number;
}

const PAGES = 1 << 16;
const ENTRIES = 256;
const WORDS = ENTRIES + PAGES;

/** Random accesses over two levels of tables; most of them come after a look at a model of a TLB, as in a machine. */
const accesses: Scenario<Walker, Accesses, { frames: number; faults: number; sum: number }> = {
  drive(component, { count, seed }) {
    const words = new Int32Array(WORDS);
    let state = seed | 1;
    const draw = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return (state >>> 8) % below;
    };
    for (let entry = 0; entry < ENTRIES; entry++) words[entry] = (ENTRIES + entry * ENTRIES) | (1 << 20);
    for (let page = 0; page < PAGES; page++) words[ENTRIES + page] = draw(8) ? draw(PAGES) | (1 << 20) : 0;
    const memory: Memory = { read: (address) => words[address] ?? 0 };
    let [frames, faults, sum] = [0, 0, 0];
    for (let n = 0; n < count; n++) {
      const frame = component.walk(draw(PAGES), 0, memory);
      if (frame < 0) faults++;
      else frames++;
      sum = (Math.imul(sum, 31) + frame) | 0;
    }
    return { frames, faults, sum };
  },
  describe: ({ count, seed }) => `${count} accesses from seed ${seed}`,
};

export const SCENARIOS = defineScenarios<Walker>()({ accesses });

const word = z.number().int();

export const LAB: Lab<Walker> = defineLab<Walker>({
  id: "90-walker",
  title: "A page walker",
  component: {
    walk: {
      doc: "Walks.",
      parameters: [
        { name: "page", type: "number", doc: "the page" },
        { name: "root", type: "number", doc: "of the tables" },
        {
          name: "memory",
          type: "Memory",
          doc: "the machine's",
          port: {
            read: {
              doc: "The word at a physical address.",
              parameters: [{ name: "address", type: "number", schema: word }],
              returns: "number",
            },
          },
        },
      ],
      returns: { type: "number", doc: "the frame, or -1", schema: word },
    },
  },
  clauses: [{ id: "C1", text: "Two levels." }],
  parts: [{ id: "walk", title: "Walk", points: 1 }],
  limits: { seconds: 30, megabytes: 512 },
});

const PRESENT = 1 << 20;

export const component: Walker = {
  walk(page, root, memory) {
    const table = memory.read(root + (page >> 8));
    if ((table & PRESENT) === 0) return -1;
    const entry = memory.read((table & ~PRESENT) + (page & 255));
    return (entry & PRESENT) === 0 ? -1 : entry & ~PRESENT;
  },
};
