/** A lab of two methods, small enough to see through: one takes data, the other a port. */
import { z } from "zod";
import { type Check, defineChecks, defineLab } from "../../src/course/lab.ts";

export interface Bell {
  ring(): void;
}

export interface Toy {
  total(numbers: readonly number[]): { sum: number };
  ringTwice(bell: Bell): void;
}

export const LAB = defineLab<Toy>({
  id: "99-toy",
  title: "A toy",
  component: {
    total: {
      doc: "Adds.",
      parameters: [{ name: "numbers", type: "number[]", doc: "what to add" }],
      returns: { type: "{ sum: number }", doc: "the sum", schema: z.object({ sum: z.number() }) },
    },
    ringTwice: {
      doc: "Rings.",
      parameters: [{ name: "bell", type: "Bell | Gong", doc: "the bell", port: ["ring"] }],
      returns: { type: "nothing", doc: "", schema: z.void() },
    },
  },
  clauses: [
    { id: "C1", text: "The sum is the sum of all numbers." },
    { id: "C2", text: "The bell rings twice | never more." },
  ],
  parts: [
    { id: "total", title: "The total", points: 2 },
    { id: "bell", title: "The bell", points: 1 },
  ],
  limits: { seconds: 1, megabytes: 64 },
});

const sum = (name: string, numbers: number[], expected: number): Check<Toy> => ({
  part: "total",
  name,
  clause: "C1",
  play: (component) => ({
    input: `total(${JSON.stringify(numbers)})`,
    expected: { sum: expected },
    actual: component.total(numbers),
  }),
});

export const CHECKS = defineChecks<Toy>(LAB, [
  sum("the empty list", [], 0),
  sum("one number", [7], 7),
  sum("three numbers", [1, 2, 3], 6),
  sum("a number below zero", [-1, 2], 1),
  {
    part: "bell",
    name: "two rings",
    clause: "C2",
    play(component) {
      const heard = ["door opens"];
      component.ringTwice({ ring: () => void heard.push("ring") });
      heard.push("door closes");
      return {
        input: "a bell",
        expected: ["door opens", "ring", "ring", "door closes"],
        actual: heard,
      };
    },
  },
]);

export const RIGHT: Toy = {
  total: (numbers) => ({ sum: numbers.reduce((a, b) => a + b, 0) }),
  ringTwice: (bell) => {
    bell.ring();
    bell.ring();
  },
};
