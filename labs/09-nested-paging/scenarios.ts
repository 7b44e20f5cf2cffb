/** The ways in which lab 09 drives a component: walks with all that they read, a TLB's entries, and violations one after the other. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type {
  Access,
  Context,
  Entry,
  Flush,
  Nested,
  NestedPaging,
  Request,
  Slot,
  Tables,
  Walked,
} from "./component.ts";
import { HostMemory, hex, showSlot, showTables, showWords, type Words } from "./memory.ts";

const showRoot = ({ root, levels }: Tables): string =>
  levels === 0 ? "none" : `root ${hex(root)}, ${levels} level${levels === 1 ? "" : "s"}`;

/** What a walk ended with, in a line. */
export function showEnd(end: Nested | Walked): string {
  switch (end.kind) {
    case "page": {
      const whose = "user" in end ? (end.user ? "user's " : "kernel's ") : "";
      const may = `r${end.writable ? "w" : "-"}${end.executable ? "x" : "-"}`;
      return `${hex(end.hpa)}, in a ${whose}page of ${hex(end.size)}h words, ${may}`;
    }
    case "fault":
      return `page fault, ${end.present ? "" : "not "}present`;
    case "violation":
      return `violation: ${end.access} of ${hex(end.gpa)}${"final" in end ? `, final: ${end.final}` : ""}`;
    case "misconfiguration":
      return `misconfiguration, ${hex(end.gpa)}`;
  }
}

export interface OneDimension {
  readonly gpa: number;
  readonly access: Access;
  readonly ept: Tables;
  readonly words: Words;
}

/** All references in their order, then the end. */
const nested: Scenario<NestedPaging, OneDimension, string[]> = {
  drive(component, { gpa, access, ept, words }) {
    const memory = new HostMemory(words);
    const end = component.nestedWalk(gpa, access, ept, memory);
    return [...memory.events, showEnd(end)];
  },
  describe: ({ gpa, access, ept, words }) =>
    `${access} of ${hex(gpa)}; ept: ${showRoot(ept)}\nmemory ${showWords(words)}`,
};

export interface TwoDimensions {
  readonly request: Request;
  readonly guest: Tables;
  readonly ept: Tables;
  readonly words: Words;
}

const walk: Scenario<NestedPaging, TwoDimensions, string[]> = {
  drive(component, { request, guest, ept, words }) {
    const memory = new HostMemory(words);
    const end = component.walk(request, guest, ept, memory);
    return [...memory.events, showEnd(end)];
  },
  describe: ({ request: { linear, access, user }, guest, ept, words }) =>
    `${user ? "user" : "kernel"}'s ${access} of ${hex(linear)}; guest: ${showRoot(guest)}; ept: ${showRoot(ept)}\nmemory ${showWords(words)}`,
};

const showContext = ({ vpid, pcid, ept }: Context) => `VPID ${vpid}, PCID ${pcid}, EPT ${hex(ept)}`;
const showEntry = (entry: Entry, index: number) =>
  `${index}: ${hex(entry.page)} … ${hex(entry.page + entry.size - 1)}, ${showContext(entry)}${entry.global ? ", global" : ""}`;

export interface LookUp {
  readonly entries: readonly Entry[];
  readonly linear: number;
  readonly now: Context;
}

const lookup: Scenario<NestedPaging, LookUp, string> = {
  drive(component, { entries, linear, now }) {
    const index = component.lookup(entries, linear, now);
    return index === null ? "a miss" : `entry ${index}`;
  },
  describe: ({ entries, linear, now }) =>
    `${hex(linear)} with ${showContext(now)}\n${entries.map(showEntry).join("\n")}`,
};

export interface Flushed {
  readonly entries: readonly Entry[];
  readonly what: Flush;
}

const showFlush = ({ kind, ...operands }: Flush): string =>
  [
    kind,
    ...Object.entries(operands).map(
      ([name, value]) => `${name} ${typeof value === "number" ? hex(value) : value}`,
    ),
  ].join(", ");

/** Which go, in order, each once. */
const flush: Scenario<NestedPaging, Flushed, string> = {
  drive(component, { entries, what }) {
    const gone = component.flush(entries, what);
    return gone.length === 0 ? "nothing goes" : `${[...gone].sort((a, b) => a - b).join(", ")} go`;
  },
  describe: ({ entries, what }) => `${showFlush(what)}\n${entries.map(showEntry).join("\n")}`,
};

export interface Filling {
  readonly ept: Tables;
  readonly slots: readonly Slot[];
  readonly words: Words;
  /** Where fresh pages come from. */
  readonly free: number;
  readonly violations: readonly { readonly gpa: number; readonly access: Access }[];
}

/** The answers, the tables in the end, and how many pages they took. */
const fill: Scenario<NestedPaging, Filling, string[]> = {
  drive(component, { ept, slots, words, free, violations }) {
    const host = new HostMemory(words, free);
    const answers = violations.map(
      ({ gpa, access }) =>
        `${access} of ${hex(gpa)}: ${component.onViolation(gpa, access, ept, slots, host)}`,
    );
    return [...answers, ...showTables(ept, host), `tables taken: ${host.taken}`];
  },
  describe: ({ ept, slots, words, violations }) =>
    [
      `ept: ${showRoot(ept)}`,
      ...slots.map(showSlot),
      ...(Object.keys(words).length > 0 ? [`memory ${showWords(words)}`] : []),
      violations.map(({ gpa, access }) => `${access} of ${hex(gpa)}`).join(", then "),
    ].join("\n"),
};

export const SCENARIOS = defineScenarios<NestedPaging>()({
  nested,
  walk,
  lookup,
  flush,
  fill,
  "nested-many": each(nested),
  "walk-many": each(walk),
  "lookup-many": each(lookup),
  "flush-many": each(flush),
  "fill-many": each(fill),
});
