/** A failure for a reader: code, what is particular about the state, and what differs. */
import { disassemble } from "../../src/machine/isa/index.ts";
import { ended } from "./batch.ts";
import type { Case } from "./case.ts";
import { type Difference, NAMES } from "./compare.ts";
import type { Failure } from "./shrink.ts";

const hex = (value: number | bigint) => value.toString(16);

const show = (value: Difference["ours"]) =>
  value === undefined
    ? "unchanged"
    : typeof value === "string"
      ? value
      : hex(typeof value === "number" ? value >>> 0 : value);

export function code(of: Case): string {
  const { bits, rip } = of;
  let at = Number(rip & 0xffffffffn);
  return of.instructions
    .map((bytes) => {
      const lines = disassemble(Uint8Array.from(bytes), { bits, origin: at });
      at += bytes.length;
      const raw = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return `    ${raw.padEnd(24)} ${lines.map(({ text }) => text).join(" | ")}`;
    })
    .join("\n");
}

export function describe(world: string, { of, differences, ours, theirs }: Failure): string {
  const registers = of.registers
    .map((value, i) => (value === 0n ? "" : `${NAMES[i]}=${hex(value)}`))
    .filter(Boolean)
    .join(" ");
  const state = [
    `${world} ${of.bits}-bit cs=${hex(of.cs)} ss=${hex(of.ss)} ds=${hex(of.ds)} es=${hex(of.es)} fs=${hex(of.fs)} gs=${hex(of.gs)}`,
    `rip=${hex(of.rip)} flags=${hex(of.flags)} cr0=${hex(of.cr0 >>> 0)} cr4=${hex(of.cr4)} efer=${hex(of.efer)} ldtr=${hex(of.ldtr)}`,
    registers,
    ...of.pokes.map(([at, low, high]) => `[${hex(at)}]=${hex(high)}_${hex(low)}`),
  ];
  const vectors = [ours, theirs].map((result) =>
    ended(result)
      ? result.end
      : `#${result.vector} at ${hex(result.frame[0]!)} ${hex(result.frame[1]!)} ${hex(result.frame[2]!)}`,
  );
  return [
    ...state.map((line) => `  ${line}`),
    code(of),
    `  ours ${vectors[0]}, theirs ${vectors[1]}`,
    ...differences
      .slice(0, 12)
      .map(({ field, ours: a, theirs: b }) => `    ${field}: ours ${show(a)}, theirs ${show(b)}`),
  ].join("\n");
}
