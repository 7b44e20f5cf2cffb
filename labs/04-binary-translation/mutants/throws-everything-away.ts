/**
 * Wrong: drops every block of a page that was written.
 * Breaks clause: C9
 * Caught by: invalidate: data beside the code, what was there before, and then another byte
 * Caught by hidden: invalidate: code that stays
 */
import type {
  BlockOnPage,
  CodeWrite,
  Entered,
  GuestInstruction,
  Invalidation,
  Item,
  Translator,
  WayOut,
} from "ringlab/labs/04-binary-translation/component";

function translate(unit: readonly GuestInstruction[]): Item[][] {
  return unit.map((one, n) => {
    const afterSti = unit[n - 1]?.mnemonic === "sti";
    const isLast = n === unit.length - 1;
    const next = one.address + one.length;
    const target = next + one.displacement;
    switch (one.kind) {
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
      case "monitor":
        return [{ op: "callOut" }];
    }
    if (one.outcome === "same") return afterSti ? [{ op: "copy" }, { op: "poll" }] : [{ op: "copy" }];
    switch (one.mnemonic) {
      case "cli":
        return [{ op: "setIf", value: 0 }];
      case "sti":
        return isLast ? [{ op: "callOut" }] : [{ op: "setIf", value: 1 }];
      case "pushf":
        return [{ op: "pushFlags" }];
      case "popf":
        return [{ op: "popFlags" }];
      case "push":
        return [{ op: "pushSelector" }];
      case "mov":
        return [{ op: "readSelector" }];
      default:
        return [{ op: "callOut" }];
    }
  });
}

function dword(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >> shift) & 255);
}

function chain(exit: WayOut, entered: Entered): number[] | null {
  if (entered.address !== exit.target) return null;
  const size = exit.form === "jump" ? 5 : 4;
  const distance = dword(entered.place - (exit.place + size));
  return exit.form === "jump" ? [0xe9, ...distance] : distance;
}

function invalidate(write: CodeWrite, blocks: readonly BlockOnPage[]): Invalidation {
  const gone = write.bytes.length > 0 ? blocks : [];
  return {
    blocks: gone.map(({ id }) => id),
    unchain: gone.flatMap(({ incoming }) => incoming),
  };
}

export const component: Translator = { translate, chain, invalidate };
