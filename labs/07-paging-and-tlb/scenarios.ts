/** The ways in which lab 07 drives a component: walks over tables, single questions to a TLB, streams through one, and segments. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { Access, Fit, Flush, PagingAndTlb, Partition, Request, Way } from "./component.ts";
import { FORMATS, type FormatName, hex, Memory, showEntry } from "./tables.ts";
import { Tlb, type TlbEvent } from "./tlb.ts";

export interface WalkCase {
  readonly format: FormatName;
  readonly root: number;
  /** By address, in hexadecimal. */
  readonly entries: Readonly<Record<string, number>>;
  /** One after the other, over the same tables. */
  readonly accesses: readonly Omit<Access, "root">[];
}

const showAccess = ({ address, write, user }: Omit<Access, "root">) =>
  `${user ? "user" : "supervisor"} ${write ? "writes" : "reads"} ${hex(address)}`;

/** Results, how many entries were read, and what was marked. */
const walk: Scenario<PagingAndTlb, WalkCase, string[]> = {
  drive(component, { format, root, entries, accesses }) {
    const memory = new Memory(entries);
    return accesses.flatMap((access) => {
      memory.reads = 0;
      const result = component.walk({ root, ...access }, FORMATS[format], memory);
      const end =
        result.kind === "page"
          ? `${hex(result.physical)} in a page of ${result.size} bytes`
          : `fault, error ${result.error}`;
      return [`${showAccess(access)}: ${end}`, `${memory.reads} entries read`, ...memory.changes()];
    });
  },
  describe({ format, root, entries, accesses }) {
    const { levels, indexBits, entryBytes } = FORMATS[format];
    return [
      `${levels} level${levels > 1 ? "s" : ""} of ${2 ** indexBits} entries of ${entryBytes} bytes, the root at ${hex(root)}`,
      ...Object.entries(entries).map(([at, entry]) => `entry at ${at}h: ${showEntry(entry)}`),
      accesses.map(showAccess).join("; "),
    ].join("\n");
  },
};

const showWay = ({ valid, page, size, space, global, used }: Way) =>
  `${valid ? "" : "not valid, "}page ${hex(page)} of ${size} bytes, ${global ? "global" : `space ${space}`}, used at ${used}`;
const showWays = (ways: readonly Way[]) =>
  ways.map((way, index) => `way ${index}: ${showWay(way)}`).join("\n");

const lookup: Scenario<PagingAndTlb, { ways: readonly Way[]; request: Request }, string> = {
  drive(component, { ways, request }) {
    const found = component.lookup(ways, request);
    return found === null ? "miss" : `way ${found}`;
  },
  describe: ({ ways, request }) => `${showWays(ways)}\n${hex(request.address)} in space ${request.space}`,
};

const victim: Scenario<PagingAndTlb, readonly Way[], string> = {
  drive: (component, ways) => `way ${component.victim(ways)}`,
  describe: showWays,
};

const showFlush = (command: Flush) =>
  command.kind === "page"
    ? `flush the page of ${hex(command.address)} in space ${command.space}`
    : command.kind === "space"
      ? `flush space ${command.space}`
      : "flush all";

const flush: Scenario<PagingAndTlb, { ways: readonly Way[]; command: Flush }, string> = {
  drive: (component, { ways, command }) => component.flush(ways, command).join(", ") || "none",
  describe: ({ ways, command }) => `${showWays(ways)}\n${showFlush(command)}`,
};

export interface Stream {
  readonly ways: number;
  readonly events: readonly TlbEvent[];
}

/** What becomes of each access, with a TLB that only the component keeps. */
const stream: Scenario<PagingAndTlb, Stream, string[]> = {
  drive(component, { ways, events }) {
    const tlb = new Tlb(component, ways);
    return events.map((event) => tlb.take(event));
  },
  describe: ({ ways, events }) =>
    `${ways} ways: ${events.map((event) => ("page" in event ? `page ${event.page}${event.global ? " (global)" : ""}` : event.kind === "switch" ? `space ${event.space}` : showFlush(event))).join(" · ")}`,
};

export interface Room {
  readonly partitions: readonly Partition[];
  readonly memory: number;
  readonly bytes: number;
  readonly fit: Fit;
}

const place: Scenario<PagingAndTlb, Room, string> = {
  drive(component, { partitions, memory, bytes, fit }) {
    const base = component.place(partitions, memory, bytes, fit);
    return base === null ? "no place" : `at ${base}`;
  },
  describe: ({ partitions, memory, bytes, fit }) =>
    `memory of ${memory} bytes, taken: ${partitions.map((one) => `${one.base} … ${one.base + one.bytes - 1}`).join(", ") || "nothing"}; ${bytes} bytes by ${fit} fit`,
};

export const SCENARIOS = defineScenarios<PagingAndTlb>()({
  ...{ walk, lookup, victim, flush, stream, place },
  "walk-many": each(walk),
  "lookup-many": each(lookup),
  "victim-many": each(victim),
  "flush-many": each(flush),
  "stream-many": each(stream),
  "place-many": each(place),
});
