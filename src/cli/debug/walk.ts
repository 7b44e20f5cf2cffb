/**
 * A page walk drawn in text:
 *
 *     linear c0101234 = 1100000000 0100000001 001000110100     IA-32
 *     CR3 → 00101000
 *      └─ PDE[300]  00101c00: 00102067  P R/W U/S A D
 *          └─ PTE[101]  00102404: 00100003  P R/W
 *              └─ page 00100000 of 4 KiB + 234 = physical 00100234
 */
import type { WalkExplanation, WalkStep } from "../../machine/mmu/explain.ts";

const hex = (value: number | bigint, digits = 8) => value.toString(16).padStart(digits, "0");
const wide = (low: number, high: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
const UNITS = ["bytes", "KiB", "MiB", "GiB"];

export function drawWalk(walk: WalkExplanation): string {
  const { linear, steps, root } = walk;
  const address = wide(...linear);
  if (walk.format === "none")
    return `linear ${hex(address)} = physical ${hex(walk.physical as number)}: paging is off`;
  const lines = [`linear ${hex(address)} = ${bits(address, walk)}   ${walk.format} paging`];
  lines.push(root === undefined ? "PDPTE registers, loaded with CR3" : `CR3 → ${hex(root)}`);
  for (const [depth, step] of steps.entries()) lines.push(`${branch(depth)}${entry(step)}`);
  lines.push(`${branch(steps.length)}${end(walk)}`);
  if (walk.error === undefined)
    lines.push("", `supervisor may ${may(walk, "supervisor")}; user may ${may(walk, "user")}`);
  return lines.join("\n");
}

function branch(depth: number): string {
  return `${" ".repeat(4 * depth + 1)}└─ `;
}

/** The linear address, parted as the walk parts it. */
function bits(address: bigint, { steps, pageSize }: WalkExplanation): string {
  const last = steps.at(-1) as WalkStep;
  const offset = pageSize === undefined ? last.from : Math.log2(pageSize);
  const part = (from: number, to: number) =>
    ((address >> BigInt(from)) & ((1n << BigInt(to - from + 1)) - 1n))
      .toString(2)
      .padStart(to - from + 1, "0");
  return [...steps.map(({ from, to }) => part(from, to)), part(0, offset - 1)].join(" ");
}

function entry({ name, kind, index, address, low, high, fields }: WalkStep): string {
  const where = address === undefined ? "" : `  ${hex(address)}:`;
  const raw = hex(wide(low, high), high === 0 ? 8 : 16);
  const set = fields
    .filter(({ name: field, value }) => value === 1 && !field.startsWith("frame"))
    .map((field) => field.name);
  const note =
    kind === "hole"
      ? "not present"
      : kind === "reserved"
        ? `${set.join(" ")}, reserved bits are set`
        : set.join(" ");
  return `${name}[${hex(index, 0)}]${where} ${raw}  ${note}`;
}

function end({ physical, pageSize, linear, error }: WalkExplanation): string {
  if (physical === undefined || pageSize === undefined)
    return `page fault, error code with P=${(error as number) & 1} RSVD=${((error as number) >> 3) & 1}`;
  const offset = (linear[0] >>> 0) % pageSize;
  return `page ${hex(physical - offset)} of ${size(pageSize)} + ${hex(offset, 0)} = physical ${hex(physical)}`;
}

function size(bytes: number): string {
  const unit = Math.floor(Math.log2(bytes) / 10);
  return `${bytes / 2 ** (10 * unit)} ${UNITS[unit]}`;
}

function may({ permitted }: WalkExplanation, who: "user" | "supervisor"): string {
  return permitted[who].join(", ") || "do nothing";
}
