/** Cases drawn from a seed. */
import type { Exit, Waiting } from "./component.ts";
import { PROCESSORS, type Program } from "./hypervisor.ts";
import type { Field } from "./scenarios.ts";

export type Draw = (below: number) => number;

export const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;
const word = (draw: Draw) => draw(65536) * 65536 + draw(65536);

export function drawField(draw: Draw): Field {
  const may = (word(draw) | word(draw)) >>> 0;
  const must = (word(draw) & word(draw) & may) >>> 0;
  const required =
    (draw(3) === 0 ? word(draw) & word(draw) & word(draw) : word(draw) & word(draw) & may) >>> 0;
  return { wish: { required, optional: word(draw) }, allowed: { must, may } };
}

/** An exit for one of the reasons. */
export function drawExit(draw: Draw, reasons: readonly number[]): Exit {
  const reason = one(draw, reasons);
  const io = one(draw, [0, 1, 3]) + 8 * draw(2) + 16 * draw(2) + 65536 * draw(65536);
  const control = one(draw, [0, 3, 4, 8]) + 16 * draw(4) + 256 * draw(16) + 65536 * draw(65536);
  const qualification = reason === 30 ? io : reason === 28 ? control : word(draw);
  const interruption = 2 ** 31 + draw(256) + 256 * one(draw, [0, 2, 3, 3, 3, 6]) + 2048 * draw(2);
  return { reason, qualification, length: 1 + draw(15), interruption, error: draw(65536) };
}

export function drawWaiting(draw: Draw): Waiting {
  const vectoring =
    draw(4) === 0 ? 2 ** 31 + draw(256) + 256 * one(draw, [0, 2, 3, 4]) + 2048 * draw(4) : draw(4096);
  return {
    ...{ vectoring, vectoringError: draw(65536) },
    exception:
      draw(3) === 0 ? { vector: one(draw, [0, 3, 4, 6, 13, 14]), error: draw(2) ? draw(65536) : null } : null,
    ...{ nmi: draw(3) === 0, nmiBlocked: draw(2) === 1 },
    ...{ interrupt: draw(2) ? 32 + draw(224) : null, interruptible: draw(2) === 1 },
  };
}

const PIECES = [
  (draw: Draw) => `in al, ${draw(256)}`,
  (draw: Draw) => `mov dx, ${draw(65536)}\nin ${one(draw, ["al", "ax", "eax"])}, dx`,
  (draw: Draw) => `out ${draw(256)}, ${one(draw, ["al", "ax", "eax"])}`,
  () => "mov eax, cr0\nor eax, 8\nmov cr0, eax",
  () => "clts",
  (draw: Draw) => `mov ecx, ${draw(1000)}\nlmsw cx`,
  () => "xor ebx, ebx\ncpuid",
  () => "sti\nnop\nnop",
  () => "cli",
  () => "hlt",
];
const TRAPS = ["int3", "ud2", "xor ecx, ecx\ndiv ecx", "mov ax, 0x28\nmov ds, ax"];

/** Some pieces, perhaps an exception at the end, and HLT. */
export function drawProgram(draw: Draw, { traps = draw(2) === 1 } = {}): Program {
  const pieces = Array.from({ length: 2 + draw(5) }, () => one(draw, PIECES)(draw));
  const source = [...pieces, ...(traps ? [one(draw, TRAPS)] : []), "cli", "hlt", "hlt", "hlt", "hlt"].join(
    "\n",
  );
  const interrupts = Array.from({ length: draw(3) }, () => 32 + draw(200));
  return { processor: one(draw, PROCESSORS), source, interrupts };
}
