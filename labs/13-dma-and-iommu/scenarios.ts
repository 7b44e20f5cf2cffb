/** The ways in which lab 13 drives a component: pages that come and go, flushes, and messages. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { DmaProtection, Entry, Message } from "./component.ts";
import { SmallTables, SmallUnit } from "./machine.ts";

export type Step =
  | { readonly kind: "map"; readonly page: number; readonly frame: number; readonly writable: boolean }
  | { readonly kind: "unmap"; readonly page: number };

export interface Retirement {
  readonly limit: number;
  readonly pages: readonly number[];
}

export interface Knock {
  readonly message: Message;
  readonly entries: readonly Entry[];
  readonly old: boolean;
}

/** A page as its three indices. */
const indices = (page: number): string =>
  `${page} (${Math.floor(page / 2 ** 18)}·${Math.floor(page / 512) % 512}·${page % 512})`;

const tellStep = (step: Step): string =>
  step.kind === "unmap"
    ? `unmap ${indices(step.page)}`
    : `map ${indices(step.page)} to frame ${step.frame}${step.writable ? ", writable" : ""}`;

export function playTables(
  steps: readonly Step[],
  component: Pick<DmaProtection, "map" | "unmap">,
  tables = new SmallTables(),
): string[] {
  for (const step of steps) {
    const { page } = step;
    tables.events.push(`${step.kind} ${page}`);
    const answer =
      step.kind === "map"
        ? component.map(page, step.frame, step.writable, tables)
        : component.unmap(page, tables);
    tables.events.push(String(answer));
  }
  return tables.events;
}

export function playFlushes(
  { limit, pages }: Retirement,
  component: Pick<DmaProtection, "retire">,
): string[] {
  const unit = new SmallUnit();
  for (const page of pages) {
    unit.events.push(`unmapped: ${page}`);
    component.retire(page, limit, unit);
  }
  return unit.events;
}

const tables: Scenario<DmaProtection, readonly Step[], string[]> = {
  drive: (component, steps) => playTables(steps, component),
  describe: (steps) => steps.map(tellStep).join("\n"),
};

const flush: Scenario<DmaProtection, Retirement, string[]> = {
  drive: (component, retirement) => playFlushes(retirement, component),
  describe: ({ limit, pages }) => `limit ${limit}; unmapped one after the other: ${pages.join(", ")}`,
};

const interrupt: Scenario<DmaProtection, Knock, number> = {
  drive: (component, { message, entries, old }) => component.interrupt(message, entries, old),
  describe: ({ message, entries, old }) =>
    [
      `from ${message.requester}: ${message.remappable ? "entry" : "old format, vector"} ${message.value}`,
      `the old format ${old ? "passes" : "does not pass"}`,
      ...entries.map(
        ({ present, requester, anyFunction, vector }, at) =>
          `entry ${at}: ${present ? "" : "not present, "}requester ${requester}${anyFunction ? " and its device's other functions" : ""}, vector ${vector}`,
      ),
    ].join("\n"),
};

export const SCENARIOS = defineScenarios<DmaProtection>()({
  ...{ tables, flush, interrupt },
  "tables-many": each(tables),
  "flush-many": each(flush),
  "interrupt-many": each(interrupt),
});
