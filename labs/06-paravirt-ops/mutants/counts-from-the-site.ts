/**
 * Wrong: counts the distance of a direct call from the first byte of the site.
 * Breaks clause: C11
 * Caught by: patch: a longer operation
 * Caught by hidden: patch: long operations, near and far
 */
import type {
  Frames,
  Operation,
  ParavirtOps,
  Site,
  Target,
  Update,
  Use,
} from "ringlab/labs/06-paravirt-ops/component";

function useOf(level: number, entry: number): Use {
  if (level === 2) return "table";
  return (entry & 2) !== 0 ? "writable" : "read";
}

function update({ level, table, index, entry }: Update, frames: Frames): "done" | "refused" {
  const old = frames.read(table, index);
  if ((entry & 1) !== 0) {
    const frame = Math.floor(entry / 4096);
    if (frames.owner(frame) !== "guest") return "refused";
    if (!frames.take(frame, useOf(level, entry))) return "refused";
  }
  frames.write(table, index, entry);
  if ((old & 1) !== 0) frames.drop(Math.floor(old / 4096), useOf(level, old));
  return "done";
}

function batch(operations: readonly Operation[], most: number): number[][] {
  const crossings: number[][] = [];
  let waiting: number[] = [];
  let depth = 0;
  const cross = () => {
    if (waiting.length > 0) crossings.push(waiting);
    waiting = [];
  };
  for (const operation of operations) {
    if (operation.kind === "enter") {
      depth++;
      continue;
    }
    if (operation.kind === "leave") {
      depth--;
    } else {
      if (waiting.length === most) cross();
      waiting.push(operation.id);
    }
    if (depth === 0 || operation.kind === "base") cross();
  }
  return crossings;
}

const NOPS = [
  [],
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
];

function patch(site: Site, { address, body, movable }: Target): number[] {
  const jump = site.kind === "jump";
  const inline = jump ? [...body, 0xc3] : [...body];
  const distance = address - site.address;
  const direct = [jump ? 0xe9 : 0xe8, distance, distance >> 8, distance >> 16, distance >> 24];
  const bytes = movable && inline.length <= 6 ? inline : direct.map((byte) => byte & 0xff);
  return [...bytes, ...(NOPS[6 - bytes.length] ?? [])];
}

export const component: ParavirtOps = { update, batch, patch };
