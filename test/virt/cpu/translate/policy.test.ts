/** What a policy is told, what the emitter makes of its answers, and what it refuses. */
import { describe, expect, test } from "vitest";
import { assemble } from "../../../../src/machine/isa/asm/assemble.ts";
import type { Context } from "../../../../src/virt/cpu/translate/classify.ts";
import type {
  BlockOnPage,
  GuestInstruction,
  Item,
  TranslationPolicy,
} from "../../../../src/virt/cpu/translate/policy.ts";
import { REFERENCE } from "../../../../src/virt/cpu/translate/reference.ts";
import { translateBlock } from "../../../../src/virt/cpu/translate/translate.ts";
import { CALLOUT } from "../../../../src/virt/cpu/translate/translation.ts";

const KERNEL: Context = { base: 0, limit: 0xffffffff, cpl: 0, stack32: true };
const ORIGIN = 0x1000;
const EXIT = [0xcd, CALLOUT.translate, 0x90, 0x90, 0x90];

function translated(source: string, policy: Partial<TranslationPolicy> = {}, context = KERNEL) {
  const { bytes } = assemble(`bits 32\norg ${ORIGIN}\n${source}`);
  const fetch = (at: number) => bytes[at - ORIGIN] ?? -1;
  return translateBlock(fetch, ORIGIN, context, { policy: { ...REFERENCE, ...policy } });
}

function told(source: string, context = KERNEL): readonly GuestInstruction[] {
  let unit: readonly GuestInstruction[] = [];
  translated(
    source,
    {
      translate(given) {
        unit = given;
        return given.map(() => [{ op: "callOut" }]);
      },
    },
    context,
  );
  return unit;
}

const always = (...items: Item[]): Partial<TranslationPolicy> => ({
  translate: (unit) => unit.map(() => items),
});

describe("what a policy is told", () => {
  test.each([
    ["nop", "other", "same", 0],
    ["cli", "other", "traps", 0],
    ["smsw eax", "other", "differs", 0],
    ["mov eax, cs", "other", "differs", 0],
    ["mov ds, eax", "monitor", "differs", 0],
    ["o16 pushf", "monitor", "differs", 0],
    ["mov eax, [gs:0]", "monitor", "same", 0],
    ["ud2", "monitor", "same", 0],
    ["jmp short $+7", "jump", "same", 5],
    ["jz near $-10", "branch", "same", -16],
    ["call $+5", "call", "same", 0],
    ["call eax", "indirect call", "same", 0],
    ["ret", "return", "same", 0],
  ])("%s", (source, kind, outcome, displacement) => {
    expect(told(source)[0]).toMatchObject({ address: ORIGIN, kind, outcome, displacement });
  });

  test("outside of ring 0 CLI has no sequence, and past CS's limit no branch has", () => {
    expect(told("cli", { ...KERNEL, cpl: 1 })[0]?.kind).toBe("monitor");
    expect(told("jmp $+100", { ...KERNEL, limit: ORIGIN + 50 })[0]?.kind).toBe("monitor");
  });
});

describe("what is made of its answers", () => {
  test("a unit that nothing ends goes on at the next instruction", () => {
    const { bytes, exits } = translated("nop");
    expect([...bytes]).toEqual([0x90, ...EXIT]);
    expect(exits.map(({ target }) => target)).toEqual([ORIGIN + 1]);
  });

  test("a branch jumps over the exit of the way that goes on", () => {
    const { bytes, exits } = translated("jz $+20");
    expect([...bytes]).toEqual([0x0f, 0x84, 5, 0, 0, 0, ...EXIT, ...EXIT]);
    expect(exits.map(({ target, jcc }) => [target, jcc])).toEqual([
      [ORIGIN + 2, undefined],
      [ORIGIN + 20, 2],
    ]);
  });

  test("fewer answers than instructions end the unit early", () => {
    expect(translated("nop\nnop\nnop", { translate: () => [[{ op: "copy" }]] }).instructions).toBe(1);
  });

  test.each([
    ["a copy of a branch", "jmp $", always({ op: "copy" }), /copy for jmp at 1000h/],
    ["a condition that is none", "nop", always({ op: "goToIf", target: 0 }), /goToIf for nop/],
    ["what follows the end", "nop", always({ op: "callOut" }, { op: "copy" }), /callOut ends the unit/],
    ["a selector that is not pushed", "push eax", always({ op: "pushSelector" }), /no segment register/],
    ["too much", "nop", always(...Array(17).fill({ op: "copy" })), /17 items/],
    ["more than was asked for", "nop", { translate: () => [[], []] }, /2 instructions, and the unit has 1/],
  ])("%s is refused", (_, source, policy, message) => {
    expect(() => translated(source, policy)).toThrow(message);
  });
});

describe("the engine's own policy", () => {
  const entered = { address: 0x2000, place: 0x130 };

  test("chains by the distance from the end of the jump, and to the right block only", () => {
    const { chain } = REFERENCE;
    const exit = { target: 0x2000, place: 0x100 };
    expect(chain({ ...exit, form: "jump" }, entered)).toEqual([0xe9, 0x2b, 0, 0, 0]);
    expect(chain({ ...exit, form: "displacement" }, entered)).toEqual([0x2c, 0, 0, 0]);
    expect(chain({ ...exit, form: "jump", target: 0x2001 }, entered)).toBeNull();
  });

  test("lets those blocks go whose bytes have changed, with what leads to them", () => {
    const block = (id: number, address: number): BlockOnPage => ({
      ...{ id, address, bytes: [1, 2, 3], incoming: [10 * id] },
    });
    const blocks = [block(1, 0x100), block(2, 0x103), block(3, 0x106)];
    const written = (address: number, ...bytes: number[]) => REFERENCE.invalidate({ address, bytes }, blocks);
    expect(written(0x102, 3, 9)).toEqual({ blocks: [2], unchain: [20] });
    expect(written(0x100, 1, 2, 3, 1)).toEqual({ blocks: [], unchain: [] });
    expect(written(0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toEqual({ blocks: [1, 2, 3], unchain: [10, 20, 30] });
  });
});
