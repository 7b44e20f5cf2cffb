/** A lab of two methods, small enough to see through: one takes data, the other a port. */
import { z } from "zod";
import { type Check, check, defineChecks, defineLab } from "../../src/course/lab.ts";
import { defineScenarios, type Scenario } from "../../src/course/scenario.ts";

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
      parameters: [
        {
          name: "bell",
          type: "Bell | Gong",
          doc: "the bell",
          port: { ring: { doc: "Rings it once.", parameters: [], returns: "void" } },
        },
      ],
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

const total: Scenario<Toy, number[], { sum: number }> = {
  drive: (component, numbers) => component.total(numbers),
  describe: (numbers) => `total(${JSON.stringify(numbers)})`,
};

const bell: Scenario<Toy, null, string[]> = {
  drive(component) {
    const heard = ["door opens"];
    component.ringTwice({ ring: () => void heard.push("ring") });
    heard.push("door closes");
    return heard;
  },
  describe: () => "a bell",
};

export const SCENARIOS = defineScenarios<Toy>()({ total, bell });

const sum = (name: string, numbers: number[], expected: number): Check<Toy> =>
  check({
    ...{ part: "total", clause: "C1", name, scenario: SCENARIOS.total },
    input: numbers,
    expected: { sum: expected },
  });

export const CHECKS = defineChecks<Toy>(LAB, [
  sum("the empty list", [], 0),
  sum("one number", [7], 7),
  sum("three numbers", [1, 2, 3], 6),
  sum("a number below zero", [-1, 2], 1),
  check({
    ...{ part: "bell", clause: "C2", name: "two rings", scenario: SCENARIOS.bell },
    input: null,
    expected: ["door opens", "ring", "ring", "door closes"],
  }),
]);

export const RIGHT: Toy = {
  total: (numbers) => ({ sum: numbers.reduce((a, b) => a + b, 0) }),
  ringTwice: (bell) => {
    bell.ring();
    bell.ring();
  },
};
