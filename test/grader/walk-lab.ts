/** A lab with a port, for the tests of recorder and replayer: a component that adds up a machine's memory, and rings a bell. */
import { z } from "zod";
import { type Check, check, defineLab, defineScenarios, type Scenario } from "../../src/course/index.ts";

export interface Memory {
  size: number;
  read(address: number): number;
  write(address: number, value: number): void;
}

export interface Adder {
  /** Writes the sum of all words to address 0 and returns it. */
  add(memory: Memory): number;
  name(word: string): { word: string };
}

const whole = z.number().int();
const address = { name: "address", type: "number", schema: whole.min(0).max(63) };

export const LAB = defineLab<Adder>({
  id: "98-adder",
  title: "An adder",
  component: {
    add: {
      doc: "Adds.",
      parameters: [
        {
          name: "memory",
          type: "Memory",
          doc: "the machine's",
          port: {
            read: { doc: "Reads.", parameters: [address], returns: "number" },
            write: {
              doc: "Writes.",
              parameters: [address, { name: "value", type: "number", schema: whole }],
              returns: "void",
            },
          },
        },
      ],
      returns: { type: "number", doc: "the sum", schema: whole },
    },
    name: {
      doc: "Names.",
      parameters: [{ name: "word", type: "string", doc: "a word" }],
      returns: { type: "{ word: string }", doc: "it", schema: z.object({ word: z.string() }) },
    },
  },
  clauses: [{ id: "C1", text: "The sum is the sum." }],
  parts: [{ id: "add", title: "Add", points: 10 }],
  limits: { seconds: 2, megabytes: 128 },
});

const add: Scenario<Adder, number[], unknown[]> = {
  drive(component, words) {
    const storage = [...words];
    const memory: Memory = {
      size: storage.length,
      read: (at) => storage[at] ?? 0,
      write: (at, value) => {
        storage[at] = value;
      },
    };
    const sum = component.add(memory);
    return [sum, ...storage, component.name("end").word];
  },
  describe: (words) => `words ${words.join(" ")}`,
};

export const SCENARIOS = defineScenarios<Adder>()({ add });

export const adds = (...words: number[]): Check<Adder> => {
  const sum = words.reduce((one, other) => one + other, 0);
  return check({
    ...{ part: "add", clause: "C1", name: `${words.length} words`, scenario: SCENARIOS.add },
    input: words,
    expected: [sum, sum, ...words.slice(1), "end"],
  });
};

export const RIGHT: Adder = {
  add(memory) {
    let sum = 0;
    for (let at = 0; at < memory.size; at++) sum += memory.read(at);
    memory.write(0, sum);
    return sum;
  },
  name: (word) => ({ word }),
};
