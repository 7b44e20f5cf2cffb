/** Memory operands that mean something to their instruction, and bytes that must not run. */
import type { Draft } from "./draft.ts";
import type { Encoded, Parsed } from "./encode.ts";
import { privileged, RDX } from "./registers.ts";
import { landing } from "./transfers.ts";

/** Puts what the instruction reads into its memory operand. */
export function feed(draft: Draft, { row, operands }: Parsed, { memory, size }: Encoded): void {
  const linear = memory?.linear;
  if (linear === undefined) return;
  const { random, env, registers } = draft;
  switch (row.mnemonic) {
    case "jmp":
    case "call":
      draft.poke(linear, landing(draft));
      return;
    case "jmp far":
    case "call far": {
      const selector = BigInt(
        random.percent(60) ? random.one([env.cs, env.cs & ~3, 0x18, 0x08, 0x4b, 0x5b]) : draft.selector(),
      );
      draft.poke(
        linear,
        (landing(draft) & ((1n << BigInt(8 * Math.min(size, 4))) - 1n)) |
          (selector << BigInt(8 * Math.min(size, 4))),
      );
      if (size === 8) {
        draft.poke(linear, landing(draft));
        draft.poke(linear + 8n, selector);
      }
      return;
    }
    case "les":
    case "lds":
    case "lss":
    case "lfs":
    case "lgs": {
      const selector = BigInt(draft.selector());
      if (size === 8) draft.poke(linear + 8n, selector);
      else draft.poke(linear, (random.wide() & 0xffffn) | (selector << BigInt(8 * size)));
      return;
    }
    case "mov":
      if (operands[0]?.place === "S") draft.poke(linear, BigInt(draft.selector()));
      return;
    case "lldt":
    case "ltr":
    case "lar":
    case "lsl":
    case "verr":
    case "verw":
      draft.poke(linear, BigInt(draft.selector()));
      return;
    case "bound":
      if (random.percent(70)) {
        const high = size === 2 ? 0x7fff0000n : 0x7fffffffn << 32n;
        draft.poke(linear, high | (random.percent(50) ? 0n : size === 2 ? 0x8000n : 0x80000000n));
      }
      return;
    case "cmpxchg":
    case "cmpxchg8b":
    case "cmpxchg16b":
      if (random.percent(50)) {
        const pair = (registers[RDX]! << 32n) | (registers[0]! & 0xffffffffn);
        draft.poke(linear, row.mnemonic === "cmpxchg8b" ? pair : registers[0]!);
        if (row.mnemonic === "cmpxchg16b") draft.poke(linear + 8n, registers[RDX]!);
      }
      return;
    default:
      return;
  }
}

/** Bytes in which nothing can be compared: CMPXCHG8B, of whose flags QEMU knows only ZF, and BSWAP, undefined with 16 bits. */
export const isOpen = (bytes: readonly number[]) =>
  bytes.some(
    (byte, i) => byte === 0x0f && ((bytes[i + 1] ?? 0) === 0xc7 || ((bytes[i + 1] ?? 0) & 0xf8) === 0xc8),
  );

/** Writes that a ring-0 case must not do: they would take the supervisor's tables away. */
export function harmful(draft: Draft, bytes: readonly number[]): boolean {
  if (!privileged(draft)) return false;
  return bytes.some(
    (byte, i) =>
      byte === 0xf4 ||
      (byte >= 0xe4 && byte <= 0xe7) ||
      byte === 0xee ||
      byte === 0xef ||
      byte === 0x6e ||
      byte === 0x6f ||
      (byte === 0x0f && [0x01, 0x22, 0x23, 0x30, 0x31, 0x32, 0x33, 0xa2, 0x00].includes(bytes[i + 1] ?? 0)),
  );
}
