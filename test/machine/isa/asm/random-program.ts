/** Programs whose lengths depend on their addresses: jumps both ways at the edge of short, distances as operands, alignment. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Bits } from "../forms.ts";

/** Statements after each label. */
const EACH = 8;

export function randomProgram(bits: Bits, seed: number): string {
  const random = xoroshiro128plus(seed);
  const below = (n: number) => uniformInt(random, 0, n - 1);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const labels = Array.from({ length: 20 }, (_, i) => `label${i}`);
  // A label is near most of the time, so that many jumps are at the edge.
  const label = (near: number) => labels[Math.min(19, Math.max(0, near + below(7) - 3))]!;
  const register = bits === 16 ? "bx" : bits === 32 ? "ebx" : "rbx";
  const statement = (near: number): string => {
    switch (below(12)) {
      case 0:
        return `jmp ${label(near)}`;
      case 1:
      case 2:
        return `j${pick(["z", "nc", "g", "be", "s"])} ${label(near)}`;
      case 3:
        return `call ${label(near)}`;
      case 4:
        return `add ${register}, ${label(near)} - ${label(near)}`;
      case 5:
        return `mov byte [${register} + ${label(near)} - ${label(near)}], 1`;
      case 6:
        return `push ${label(near)} - ${label(near)}`;
      case 7:
        return pick([
          `mov ${register}, ${label(near)}`,
          `lea ${register}, [${label(near)}]`,
          `cmp byte [${register}+COUNT], COUNT`,
        ]);
      case 8:
        return `times ${below(40)} nop`;
      case 9:
        return pick([`align ${1 << below(5)}`, `dw ${label(near)} - $$`, `db "text", 0`, `resb ${below(9)}`]);
      case 10:
        return bits === 64 ? `mov eax, [rel ${label(near)}]` : `mov ax, [${label(near)} + ${below(300)}]`;
      default:
        return pick(
          ["inc byte [bx]", "imul ax, cx, COUNT", "shl dword [eax*2+COUNT], 1"].slice(bits === 64 ? 1 : 0),
        );
    }
  };
  const body = labels.flatMap((name, i) => [
    `${name}:`,
    ...Array.from({ length: EACH }, () => `\t${statement(i)}`),
  ]);
  return [
    `bits ${bits}`,
    `org 0x${(below(8) * 0x100).toString(16)}`,
    ...body,
    `COUNT equ ${pick(["label3 - label2", "5", "200"])}`,
    "",
  ].join("\n");
}
