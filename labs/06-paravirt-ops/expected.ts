/** What is right, as naively as it can be said; not the reference solution. With a slip: what somebody says who misread a clause. */
import type { Operation, Update, Use } from "./component.ts";
import { FrameTable, frameOf, isPresent, type Situation } from "./frames.ts";
import type { Stream } from "./scenarios.ts";
import { type Case, run, throughTable } from "./site.ts";

export const UPDATE_SLIPS = [
  "checks absent entries",
  "never asks the owner",
  "owner after the use",
  "directory entries are mappings",
  "read-only needs no use",
  "writable is read",
  "drops before the write",
  "forgets the old use",
  "drops an absent entry",
  "writes what is refused",
] as const;
export type UpdateSlip = (typeof UPDATE_SLIPS)[number];

function useOf(level: 1 | 2, entry: number, slip?: UpdateSlip): Use {
  if (level === 2 && slip !== "directory entries are mappings") return "table";
  return (entry & 2) !== 0 && slip !== "writable is read" ? "writable" : "read";
}

/** The events that the scenario `update` shows. */
export function updateLines(situation: Situation, slip?: UpdateSlip): string[] {
  const frames = new FrameTable(situation);
  const counts = (use: Use) => slip !== "read-only needs no use" || use !== "read";
  const one = ({ level, table, index, entry }: Update): string => {
    const old = frames.read(table, index);
    const oldUse = useOf(level, old, slip);
    const dropOld = () => {
      if (slip === "forgets the old use" || !counts(oldUse)) return;
      if (isPresent(old) || slip === "drops an absent entry") frames.drop(frameOf(old), oldUse);
    };
    if (isPresent(entry) || slip === "checks absent entries") {
      const frame = frameOf(entry);
      const use = useOf(level, entry, slip);
      const owned = frames.owner(frame) === "guest" || slip === "never asks the owner";
      if (slip === "owner after the use" && !frames.take(frame, use)) return "refused";
      if (!owned) {
        if (slip === "writes what is refused") frames.write(table, index, entry);
        return "refused";
      }
      if (slip === "drops before the write") dropOld();
      if (slip !== "owner after the use" && counts(use) && !frames.take(frame, use)) {
        if (slip === "writes what is refused") frames.write(table, index, entry);
        return "refused";
      }
    } else if (slip === "drops before the write") dropOld();
    frames.write(table, index, entry);
    if (slip !== "drops before the write") dropOld();
    return "done";
  };
  for (const update of situation.updates) {
    const answer = one(update);
    frames.events.push(answer);
  }
  return [...frames.events, ...frames.broken()];
}

export const BATCH_SLIPS = [
  "waits outside",
  "inner leave flushes",
  "never full",
  "one too many",
  "base waits",
  "base alone",
  "empty crossings",
  "base overfills",
  "invlpg first",
] as const;
export type BatchSlip = (typeof BATCH_SLIPS)[number];

/** The crossings that the scenario `batch` shows. */
export function batchLines({ operations, most }: Stream, slip?: BatchSlip): string[] {
  const crossings: number[][] = [];
  let waiting: number[] = [];
  let depth = 0;
  const room = slip === "never full" ? Number.POSITIVE_INFINITY : slip === "one too many" ? most + 1 : most;
  const cross = () => {
    if (waiting.length > 0 || slip === "empty crossings") crossings.push(waiting);
    waiting = [];
  };
  const wait = (id: number) => {
    if (waiting.length >= room) cross();
    waiting.push(id);
  };
  const one = (operation: Operation): void => {
    if (operation.kind === "enter") depth++;
    else if (operation.kind === "leave") {
      depth--;
      if (depth === 0 || slip === "inner leave flushes") cross();
    } else if (operation.kind === "base" && slip !== "base waits") {
      if (slip === "base alone") cross();
      if (slip === "base overfills") waiting.push(operation.id);
      else wait(operation.id);
      cross();
    } else {
      if (slip === "invlpg first" && operation.kind === "invlpg") waiting.unshift(operation.id);
      else wait(operation.id);
      if (depth === 0 && slip !== "waits outside") cross();
    }
  };
  for (const operation of operations) one(operation);
  if (slip !== undefined && waiting.length > 0) cross();
  return crossings.map((ids) => ids.join(", "));
}

/** What the scenario `patch` shows: where the call through the table leads, and how few instructions it can take. */
export function patchLines(input: Case, bodyLength: number): string[] {
  const { ends, instructions } = run(input, throughTable(input));
  const withReturn = bodyLength + (input.kind === "jump" ? 1 : 0);
  const inline = input.movable && withReturn <= 6;
  // Through the table: CALL or JMP, the body, RET. In the site a call loses CALL and RET, a jump its JMP; direct, nothing.
  const saved = inline ? (input.kind === "call" ? 2 : 1) : 0;
  const rest = 6 - (inline ? withReturn : 5);
  // Behind a body that falls through, the NOP runs; behind RET nobody does; behind a call it runs after the return.
  const nops = rest > 0 && input.kind === "call" ? 1 : 0;
  return [ends, `${instructions - saved + nops} instructions`];
}
