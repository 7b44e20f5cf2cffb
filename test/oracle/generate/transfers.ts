/** What control transfers find: frames on the stack, a place to land. */
import { LANDING } from "../layout.ts";
import type { Draft } from "./draft.ts";
import type { Wish } from "./encode.ts";

/** Puts the operands of a stack instruction on the stack: only while the stack pointer is still the first one. */
export function stack(draft: Draft, size: number, values: readonly bigint[]): void {
  const rsp = draft.registers[4]!;
  const base =
    draft.env.real || draft.env.v86
      ? BigInt(draft.env.ss) << 4n
      : BigInt(draft.ground.bases.get(draft.env.ss & ~3) ?? 0);
  const linear = draft.env.bits === 64 ? rsp : (rsp & (draft.env.bits === 16 ? 0xffffn : 0xffffffffn)) + base;
  const bytes = values.flatMap((value) =>
    Array.from({ length: size }, (_, i) => (value >> BigInt(8 * i)) & 0xffn),
  );
  for (let at = 0; at < bytes.length; at += 8) {
    let word = 0n;
    for (let i = 0; i < 8; i++) word |= (bytes[at + i] ?? FILLER[i & 3]!) << BigInt(8 * i);
    draft.poke(linear + BigInt(at), word);
  }
}

/** What lies above: a pointer to the landing, as on the rest of the stack. */
const FILLER = [0x00n, 0x3fn, 0x02n, 0x00n];

/** Where a far or near transfer lands: the INT3s behind the code. */
export function landing({ env, random }: Draft): bigint {
  const linear =
    !env.paged || random.percent(93) ? BigInt(LANDING) : random.wide() >> BigInt(random.below(64));
  return env.bits === 16
    ? linear & 0xffffn
    : env.bits === 64 && random.percent(85)
      ? linear
      : linear & 0xffffffffn;
}

export function flagsImage(draft: Draft): bigint {
  const { random, env } = draft;
  let flags = random.bits() & 0x247fd7;
  if (random.percent(85)) flags &= ~0x100;
  if (random.percent(80)) flags &= ~0x4000;
  if (env.ring === 0 && !env.real && env.world !== "long" && random.percent(5)) flags |= 0x20000;
  return BigInt(flags >>> 0);
}

export function stackSize({ env }: Draft): number {
  return env.bits / 8;
}

/** Frames of RETF and IRET: offset, selector, flags for IRET, and a stack for an outer ring. */
export function farReturn(draft: Draft, iret: boolean): Wish {
  const { random, env } = draft;
  const resize = random.percent(25);
  const wide = env.bits === 64 && !resize && random.percent(75);
  const size = wide ? 8 : (env.bits === 16) === resize ? 4 : 2;
  const code =
    env.real || env.v86
      ? random.one([0x2000, 0x2000, draft.selector()])
      : random.percent(70)
        ? random.one([
            env.cs,
            env.cs,
            0x4b,
            0x5b,
            0x08,
            0x18,
            0x63,
            draft.ground.selectors.get("conforming")!,
          ])
        : draft.selector();
  const values = [landing(draft), BigInt(code)];
  if (iret) values.push(flagsImage(draft));
  values.push(
    BigInt(0x22700),
    BigInt(random.percent(80) ? 0x53 : draft.selector()),
    0x2000n,
    0x2000n,
    0x2000n,
    0x2000n,
  );
  stack(draft, size, values);
  return { plain: true, resize, wide, immediate: BigInt(random.below(0x8000)) };
}
