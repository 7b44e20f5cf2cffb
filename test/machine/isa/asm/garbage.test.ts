/** Whatever is written, the answer is bytes or an AssemblerError with places in the text. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { AssemblerError, assemble } from "../../../../src/machine/isa/index.ts";
import { randomProgram } from "./random-program.ts";

const CASES = Number(process.env.RINGLAB_ISA_CASES ?? 400);

const WORDS =
  "mov add jmp call push db dd times align equ org bits resb lock rep es a32 byte dword far short strict rel %define %macro %endmacro %rep %endrep %if %elif %else %endif %include %assign %1 %%x eax al st0 cr0 xmm1 es label .x $ $$ [ ] ( ) , : + - * / % << ~ ? 'a' \"b 0x 5 1.5 -1 16 64 0xffffffffffffffffff foo".split(
    " ",
  );

function damaged(seed: number): string {
  const random = xoroshiro128plus(seed);
  const below = (n: number) => uniformInt(random, 0, n - 1);
  const lines = randomProgram(([16, 32, 64] as const)[below(3)]!, seed).split("\n");
  for (let i = below(12); i >= 0; i--) {
    const at = below(lines.length);
    const words = lines[at]!.split(" ");
    words.splice(
      below(words.length + 1),
      below(3),
      ...Array.from({ length: below(4) }, () => WORDS[below(WORDS.length)]!),
    );
    lines[at] = words.join(" ");
  }
  return lines.join("\n");
}

test("damaged programs", () => {
  let rejected = 0;
  for (let seed = 0; seed < CASES; seed++) {
    const text = damaged(seed);
    try {
      assemble(text);
    } catch (error) {
      if (!(error instanceof AssemblerError)) throw new Error(`seed ${seed}: ${(error as Error).stack}`);
      rejected++;
      for (const { line, column, message } of error.problems) {
        expect(message).not.toBe("");
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(text.split("\n").length);
        expect(column).toBeGreaterThan(0);
      }
    }
  }
  expect(rejected).toBeGreaterThan(CASES / 3);
});
