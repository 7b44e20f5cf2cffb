/**
 * The ways in which this lab drives a component. They run in the notebook, beside hostile code in a sandbox, and once more in the
 * grader: so nothing that is expected is in here, no clock and no chance.
 */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { Answer, Table, Walker } from "./component.ts";

/** TODO Plain data from which the machine is built, and what is done with it. */
export interface Walk {
  /** The table's entries. */
  entries: readonly number[];
  addresses: readonly number[];
}

const hex = (value: Answer | undefined) =>
  typeof value === "number" ? `${value.toString(16)}h` : `${value}`;

const describe = ({ entries, addresses }: Walk): string =>
  [
    ...entries.map((entry, page) => `page ${page}: frame ${entry >> 1}${entry & 1 ? "" : ", not present"}`),
    `translate ${addresses.map(hex).join(", ")}`,
  ].join("\n");

/** Counts what is read. */
function tableOf(entries: readonly number[], onRead: (page: number) => void): Table {
  return {
    pages: entries.length,
    read(page) {
      onRead(page);
      return entries[page] ?? 0;
    },
  };
}

/** What every address becomes, a line each. */
const answers: Scenario<Walker, Walk, string[]> = {
  drive(component, { entries, addresses }) {
    const found = component.translate(
      addresses,
      tableOf(entries, () => {}),
    );
    return addresses.map((address, n) => `${hex(address)} → ${hex(found[n])}`);
  },
  describe,
};

/** The same, and how often the table was asked: for points by counts. */
export interface Counted {
  answers: Answer[];
  reads: number;
}

const reads: Scenario<Walker, Walk, Counted> = {
  drive(component, { entries, addresses }) {
    let count = 0;
    const found = component.translate(
      addresses,
      tableOf(entries, () => {
        count++;
      }),
    );
    return { answers: found, reads: count };
  },
  describe,
};

export const SCENARIOS = defineScenarios<Walker>()({ answers, reads, "answers-many": each(answers) });
