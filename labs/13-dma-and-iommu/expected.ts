/** What is right, as naively as it can be said; not the reference solution. With a slip: what somebody says who misread a clause. */
import type { Knock, Retirement, Step } from "./scenarios.ts";

const ROOT = 16;

export const TABLE_SLIPS = [
  "the lowest bits first",
  "eight bits an index",
  "makes a table each time",
  "links read-only",
  "everything is writable",
  "frames as they are",
  "maps twice",
  "clears the table above",
  "clears nothing",
  "unmaps what is not mapped",
  "makes tables to unmap",
] as const;
export type TableSlip = (typeof TABLE_SLIPS)[number];

/** The events that the scenario `tables` shows: prefixes of a page's indices that have a table, and pages that have a frame. */
export function expectedTables(steps: readonly Step[], slip?: TableSlip): string[] {
  const is = (one: TableSlip) => slip === one;
  const events: string[] = [];
  const tables = new Map<string, number>([["", ROOT]]);
  const mapped = new Set<string>();
  let next = ROOT;
  const write = (index: number | undefined, table: number | undefined, text: string) =>
    events.push(`entry ${index} of table ${table} becomes ${text}`);
  const descend = (path: readonly number[], make: boolean): number | undefined => {
    for (const level of [1, 2]) {
      const prefix = path.slice(0, level).join(".");
      if (tables.has(prefix) && !(make && is("makes a table each time"))) continue;
      if (!make) return undefined;
      events.push(`table ${++next} is made`);
      const above = tables.get(path.slice(0, level - 1).join("."));
      write(path[level - 1], above, `page ${next} + ${is("links read-only") ? 1 : 3}`);
      for (const known of [...tables.keys()]) if (known.startsWith(`${prefix}.`)) tables.delete(known);
      for (const known of [...mapped]) if (known.startsWith(`${prefix}.`)) mapped.delete(known);
      tables.set(prefix, next);
    }
    return tables.get(path.slice(0, 2).join("."));
  };
  for (const step of steps) {
    const path = indices(step.page, slip);
    const key = path.join(".");
    events.push(`${step.kind} ${step.page}`);
    if (step.kind === "map") {
      const table = descend(path, true);
      const fresh = !mapped.has(key) || is("maps twice");
      const rights = step.writable || is("everything is writable") ? 3 : 1;
      const [page, low] = is("frames as they are")
        ? [Math.floor((step.frame + rights) / 4096), (step.frame + rights) % 4096]
        : [step.frame, rights];
      if (fresh) write(path[2], table, `page ${page} + ${low}`);
      mapped.add(key);
      events.push(String(fresh));
      continue;
    }
    const table = descend(path, is("makes tables to unmap"));
    const there = mapped.has(key) || (is("unmaps what is not mapped") && table !== undefined);
    if (there && is("clears the table above")) {
      const prefix = path.slice(0, 2).join(".");
      write(path[1], tables.get(String(path[0])), "0");
      tables.delete(prefix);
      for (const known of [...mapped]) if (known.startsWith(`${prefix}.`)) mapped.delete(known);
    } else if (there && !is("clears nothing")) {
      write(path[2], table, "0");
      mapped.delete(key);
    }
    events.push(String(there));
  }
  return events;
}

/** A page's three indices, the root's first: its digits to the base 512. */
function indices(page: number, slip?: TableSlip): number[] {
  const base = slip === "eight bits an index" ? 256 : 512;
  const digits = [Math.floor(page / base ** 2) % base, Math.floor(page / base) % base, page % base];
  return slip === "the lowest bits first" ? digits.reverse() : digits;
}

export const FLUSH_SLIPS = [
  "frees before the flush",
  "flushes everything",
  "waits at one",
  "never flushes",
  "one too late",
  "one too early",
  "frees at once",
  "flushes each",
  "forgets to free",
] as const;
export type FlushSlip = (typeof FLUSH_SLIPS)[number];

/** The events that the scenario `flush` shows: the pages cut into lots. */
export function expectedFlushes({ limit, pages }: Retirement, slip?: FlushSlip): string[] {
  const is = (one: FlushSlip) => slip === one;
  if (limit === 1 && !is("waits at one"))
    return pages.flatMap((page) => {
      const flush = is("flushes everything") ? "the domain is flushed" : `page ${page} is flushed`;
      const two = [flush, `page ${page} is free`];
      if (is("never flushes")) two.shift();
      return [`unmapped: ${page}`, ...(is("frees before the flush") ? two.reverse() : two)];
    });
  const lot = Math.max(1, limit + (is("one too late") ? 1 : is("one too early") ? -1 : 0));
  return pages.flatMap((page, at) => {
    const events = [`unmapped: ${page}`, `page ${page} waits`];
    if (is("flushes each")) events.push(`page ${page} is flushed`);
    if (is("frees at once")) events.push(`page ${page} is free`);
    if ((at + 1) % lot !== 0) return events;
    const end = ["the domain is flushed", `free: ${pages.slice(at + 1 - lot, at + 1).join(", ")}`];
    if (is("never flushes")) end.shift();
    if (is("forgets to free")) end.pop();
    return [...events, ...(is("frees before the flush") ? end.reverse() : end)];
  });
}

export const INTERRUPT_SLIPS = [
  "lets the old format through",
  "blocks the old format",
  "the old format names an entry",
  "the old format names nothing",
  "what is not present",
  "believes every sender",
  "never another function",
  "always another function",
  "the device's bus alone",
  "any device of the bus",
  "gives the entry's number",
] as const;
export type InterruptSlip = (typeof INTERRUPT_SLIPS)[number];

/** The vector, or −1. */
export function expectedInterrupt({ message, entries, old }: Knock, slip?: InterruptSlip): number {
  const is = (one: InterruptSlip) => slip === one;
  const { requester, value } = message;
  const opened = (old || is("lets the old format through")) && !is("blocks the old format");
  if (!message.remappable && !opened) return -1;
  if (!message.remappable && !is("the old format names an entry"))
    return is("the old format names nothing") ? 0 : value;
  const entry = entries.find((_, at) => at === value);
  if (!entry || (!entry.present && !is("what is not present"))) return -1;
  const loose = (entry.anyFunction && !is("never another function")) || is("always another function");
  const looseStep = is("any device of the bus") ? 256 : 8;
  const step = is("the device's bus alone") ? 256 : loose ? looseStep : 1;
  const same = Math.floor(entry.requester / step) === Math.floor(requester / step);
  if (!same && !is("believes every sender")) return -1;
  return is("gives the entry's number") ? value : entry.vector;
}
