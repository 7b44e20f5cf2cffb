/** Registers set before an instruction: to a value, to a small count and pointers, to a selector. */
import type { Draft } from "./draft.ts";
import type { Wish } from "./encode.ts";

export const RCX = 1;
export const RDX = 2;
const RSI = 6;
const RDI = 7;

/** MOV register, immediate: 32 bits wide, in 64-bit mode 64 when needed. */
export function set(draft: Draft, register: number, value: bigint): void {
  const { bits } = draft.env;
  const wide = bits === 64 && value > 0xffffffffn;
  const prefix =
    bits === 16 ? [0x66] : wide || register > 7 ? [0x40 | (wide ? 8 : 0) | (register > 7 ? 1 : 0)] : [];
  const bytes = Array.from({ length: wide ? 8 : 4 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  draft.add([...prefix, 0xb8 + (register & 7), ...bytes]);
}

/** With another operand than the one put before it, it could take the supervisor with it. */
export const risky = (draft: Draft) => privileged(draft) && draft.noisy;

export const privileged = ({ env }: Draft) => env.ring === 0;

/** Without paging a jump astray finds no page fault: QEMU would look for code where there is no memory. */
export const wild = ({ env }: Draft) => env.world === "flat" && env.bits === 32;

/** RCX small, RSI and RDI in the window: mostly. */
export function strings(draft: Draft): void {
  const { random, env, registers, pointers } = draft;
  if (env.paged && env.ring === 3 && random.percent(5)) set(draft, RCX, BigInt(random.below(400)));
  else if (!env.paged || draft.instructions.length > 0 || registers[RCX]! > 64n)
    set(draft, RCX, BigInt(random.below(random.percent(10) ? 300 : 24)));
  for (const register of [RSI, RDI])
    if (!pointers.includes(register) && random.percent(70)) set(draft, register, draft.pointer());
}

export function segmentLoad(draft: Draft, loads: boolean): Wish {
  const { random, selectors } = draft;
  if (!loads || random.percent(30)) return {};
  const register = selectors.length > 0 && random.percent(50) ? random.one(selectors) : draft.target();
  if (!selectors.includes(register)) set(draft, register, BigInt(draft.selector()));
  return { register, memory: false };
}
