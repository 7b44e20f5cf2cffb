/** The policy that the engine works with unless it is given another one. */
import type { GuestInstruction, Item, TranslationPolicy } from "./policy.ts";

/** Sensitive instructions that are common enough for code of their own (Adams & Agesen 2006, section 3). */
const INLINE: Readonly<Record<string, readonly Item[]>> = {
  cli: [{ op: "setIf", value: 0 }],
  sti: [{ op: "setIf", value: 1 }],
  pushf: [{ op: "pushFlags" }],
  popf: [{ op: "popFlags" }],
  push: [{ op: "pushSelector" }],
  mov: [{ op: "readSelector" }],
};
const COPY: readonly Item[] = [{ op: "copy" }];
const CALL_OUT: readonly Item[] = [{ op: "callOut" }];
const COPY_AND_POLL: readonly Item[] = [{ op: "copy" }, { op: "poll" }];

function other({ outcome, mnemonic }: GuestInstruction, isLast: boolean, shadowed: boolean) {
  if (outcome === "same") return shadowed ? COPY_AND_POLL : COPY;
  // STI needs the instruction after it.
  if (mnemonic === "sti" && isLast) return CALL_OUT;
  return INLINE[mnemonic] ?? CALL_OUT;
}

function itemsFor(one: GuestInstruction, isLast: boolean, shadowed: boolean): readonly Item[] {
  const next = one.address + one.length;
  const target = next + one.displacement;
  switch (one.kind) {
    case "other":
      return other(one, isLast, shadowed);
    case "jump":
      return [{ op: "goTo", target }];
    case "branch":
      return [{ op: "goToIf", target }];
    case "call":
      return [
        { op: "push", value: next },
        { op: "goTo", target },
      ];
    case "indirect call":
      return [{ op: "goIndirect", returnTo: next }];
    case "indirect jump":
    case "return":
      return [{ op: "goIndirect" }];
    default:
      return CALL_OUT;
  }
}

const little = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];

export const REFERENCE: TranslationPolicy = {
  translate: (unit) =>
    unit.map((one, i) => itemsFor(one, i === unit.length - 1, unit[i - 1]?.mnemonic === "sti")),

  chain({ target, form, place }, entered) {
    if (entered.address !== target) return null;
    if (form === "displacement") return little((entered.place - (place + 4)) | 0);
    return [0xe9, ...little((entered.place - (place + 5)) | 0)];
  },

  invalidate(write, blocks) {
    const end = write.address + write.bytes.length;
    const changed = blocks.filter(
      ({ address, bytes }) =>
        address < end &&
        write.address < address + bytes.length &&
        bytes.some((byte, i) => (write.bytes[address + i - write.address] ?? byte) !== byte),
    );
    return { blocks: changed.map(({ id }) => id), unchain: changed.flatMap(({ incoming }) => incoming) };
  },
};
