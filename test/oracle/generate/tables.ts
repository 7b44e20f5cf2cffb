/** Descriptor tables for LGDT and LIDT. */
import { GDT, GDT_LIMIT } from "../layout.ts";
import type { Draft } from "./draft.ts";
import { segmentBase } from "./memory.ts";

/** LGDT and LIDT at CPL 0 must find a good table: an absolute address, written into memory beforehand. */
export function loadTable(draft: Draft, interrupts: boolean): void {
  const { random, env } = draft;
  const at = 0x20400 + 16 * random.below(16);
  const limit = interrupts
    ? random.percent(70)
      ? env.idtLimit
      : Math.min(env.idtLimit, 0x23f)
    : random.percent(70)
      ? GDT_LIMIT
      : 0x1ff;
  const base = interrupts ? env.idtBase : GDT;
  draft.poke(BigInt(at), (BigInt(base) << 16n) | BigInt(limit));
  draft.poke(BigInt(at + 8), 0n);
  const segment = BigInt(at) - segmentBase(draft, 1);
  const wide = env.bits === 16 ? [0x66] : [];
  const digit = (interrupts ? 3 : 2) << 3;
  const offset = Array.from({ length: env.bits === 16 ? 2 : 4 }, (_, i) =>
    Number((segment >> BigInt(8 * i)) & 0xffn),
  );
  // CS: its base is known.
  draft.add([
    ...wide,
    0x2e,
    0x0f,
    0x01,
    ...(env.bits === 64 ? [digit | 4, 0x25] : [digit | (env.bits === 16 ? 6 : 5)]),
    ...offset,
  ]);
}
