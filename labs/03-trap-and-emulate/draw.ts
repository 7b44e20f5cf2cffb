/** Cases drawn from a seed: whatever may come out of a processor, and guests of a few lines. */
import { attempts, IN_RING_3 } from "../../src/guests/small-kernel.ts";
import { emulationOf, injectionOf, instructionOf, trapOf } from "./cases.ts";
import { RESULTS } from "./machines.ts";
import type { Emulating, Injecting, Trapping } from "./scenarios.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

export const pick = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;
const word = (draw: Draw) => draw(0x10000) * 0x10000 + draw(0x10000);

const IOPL_3 = 0x3000;
/** Bits 1 to 18 of EFLAGS, as they may stand there; VM never does. */
const flags = (draw: Draw) => (draw(0x80000) & 0x57fd5) | 2;

const INSTRUCTIONS = [
  ...["cli 1", "sti 1", "hlt 1", "clts 2", "lgdt [eax] 3", "mov ss, ax 2", "out dx, al 1", "iretd 1"],
  ...["div ecx 2", "mov eax, [ebx] 2", "ud2 2", "movaps xmm0, [ecx] 3", "push dword [eax] 2"],
];
const INNOCENT = /^(div|mov eax|ud2|movaps|push dword)/;

function drawInstruction(draw: Draw) {
  const given = pick(draw, INSTRUCTIONS);
  const at = given.lastIndexOf(" ");
  const text = given.slice(0, at);
  return instructionOf(text, Number(given.slice(at + 1)), { sensitive: !INNOCENT.test(text) });
}

/** Vectors with an error code: 8, 10 … 14, 17. */
const hasCode = (vector: number) => (0x27d00 >> vector) & 1;

export function drawTrap(draw: Draw): Trapping {
  const guest = { cpl: pick(draw, [0, 3] as const), eflags: flags(draw) };
  const kind = draw(8);
  if (kind === 0) return trapOf({ kind: "interrupt", vector: 32 + draw(8), error: null }, guest);
  if (kind < 3) {
    const vector = pick(draw, [3, 4, 13, 14, 0x20, 0x80, 0x81, draw(256)]);
    const gateRing = pick(draw, [-1, 0, 0, 1, 2, 3, 3]);
    const instruction = instructionOf(`int 0x${vector.toString(16)}`, 2);
    return trapOf({ kind: "software", vector, error: null, gateRing, instruction }, guest);
  }
  const vector = pick(draw, [0, 1, 6, 6, 7, 10, 11, 11, 12, 13, 13, 13, 13, 14, 14, 14, 16, 17]);
  const may =
    vector === 14 ? (["guest", "monitor", "device"] as const) : (["guest", "guest", "monitor"] as const);
  const cause = vector >= 11 && vector <= 14 ? pick(draw, may) : "guest";
  const code = vector === 14 ? draw(8) : vector === 17 ? 0 : pick(draw, [0, 8 * draw(64)]);
  const instruction = draw(12) === 0 ? null : drawInstruction(draw);
  return trapOf({ vector, error: hasCode(vector) ? code : null, cause, instruction }, guest);
}

const EMULATED = [
  ...[
    "cli 1",
    "sti 1",
    "sti 1",
    "hlt 1",
    "hlt 1",
    "clts 2",
    "pushfd 1",
    "pushfd 1",
    "popfd 1",
    "popfd 1",
    "popfd 1",
  ],
  ...[
    "mov eax, cr0 3",
    "mov ecx, cr2 3",
    "mov edi, cr3 3",
    "mov ebx, cr4 3",
    "mov cr2, esi 3",
    "mov cr3, edx 3",
  ],
  ...["mov cr0, eax 3", "mov cr4, eax 3", "mov eax, cs 2", "mov esi, ss 2", "mov ebx, ds 2", "mov ax, cs 3"],
  ...["iretd 1", "lgdt [eax] 3", "push cs 1", "in al, dx 1", "ltr ax 3", "mov ds, ax 2"],
];

export function drawEmulation(draw: Draw): Emulating {
  const given = pick(draw, EMULATED);
  const at = given.lastIndexOf(" ");
  const text = given.slice(0, at);
  const cpl = pick(draw, [0, 0, 3] as const);
  const guest = {
    ...{
      cpl,
      eflags: flags(draw) | pick(draw, [0, IOPL_3]),
      eip: word(draw),
      cr0: word(draw),
      cr2: word(draw),
      cr3: word(draw),
    },
    cr4: word(draw),
    stack: draw(10) === 0 ? [] : [word(draw), word(draw), word(draw), word(draw)],
    registers: {
      ...{ eax: word(draw), ecx: word(draw), edx: word(draw), ebx: word(draw) },
      ...{ esp: word(draw), ebp: word(draw), esi: word(draw), edi: word(draw) },
    },
    selectors: {
      ...{ es: 8 * draw(99), cs: 8 * (1 + draw(99)) + cpl, ss: 8 * (1 + draw(99)) + cpl },
      ...{ ds: 8 * draw(99), fs: 0, gs: 0 },
    },
  };
  // With an operand-size prefix.
  const short = /^(pushfd|popfd)$/.test(text) && draw(8) === 0;
  if (short) return emulationOf(text, 2, guest, { text: text.slice(0, -1), size: 2 });
  return emulationOf(text, Number(given.slice(at + 1)), guest);
}

export function drawInjection(draw: Draw): Injecting {
  const vector = pick(draw, [0, 6, 13, 14, 17, 0x20, 0x2e, 0x80]);
  const cpl = pick(draw, [0, 3] as const);
  const esp = word(draw);
  return injectionOf(
    { vector, error: hasCode(vector % 32) && vector < 32 ? 8 * draw(64) : null },
    {
      ...{ cpl, eip: word(draw), eflags: flags(draw) },
      registers: { eax: 1, ecx: 2, edx: 3, ebx: 4, esp, ebp: 5, esi: 6, edi: 7 },
      selectors: {
        es: 0x23,
        cs: 8 * (1 + draw(99)) + cpl,
        ss: 8 * (1 + draw(99)) + cpl,
        ds: 0x23,
        fs: 0,
        gs: 0,
      },
    },
    {
      type: pick(draw, ["interrupt", "trap"] as const),
      ...{ cs: 8 * (1 + draw(99)), eip: word(draw), ss0: 8 * (1 + draw(99)), esp0: word(draw) },
    },
  );
}

const at = (draw: Draw) => `[${RESULTS + 4 * draw(8)}]`;
/** For POPFD: arithmetic flags, IF, IOPL; and bits that it must not write. */
const image = (draw: Draw) => (draw(0x40000) & 0x13ed5) | 2;
const flagsTo = (draw: Draw) => `pushfd\n pop dword ${at(draw)}`;

const KERNEL: readonly ((draw: Draw) => string)[] = [
  flagsTo,
  flagsTo,
  () => "cli",
  () => "sti\n nop",
  (draw) => `push dword ${image(draw)}\n popfd`,
  (draw) => `pushfd\n cli\n ${flagsTo(draw)}\n popfd`,
  (draw) => `mov eax, ${pick(draw, ["cs", "ss", "ds"])}\n mov ${at(draw)}, eax`,
  (draw) => `mov ecx, ${pick(draw, ["cr0", "cr2", "cr3", "cr4"])}\n mov ${at(draw)}, ecx`,
  (draw) => `mov edx, ${draw(0x10000)}\n mov cr2, edx`,
  () => "mov eax, cr0\n or eax, 8\n mov cr0, eax",
  () => "clts",
  () => "mov ebx, cr3\n mov cr3, ebx",
];

const FAULTS = [
  "ud2",
  "xor ecx, ecx\n div ecx",
  "mov eax, [0x500000]",
  "mov [0x600010], eax",
  "int3",
  "mov ax, 0x1230\n mov fs, ax",
];
const FORBIDDEN = [
  "cli",
  "sti",
  "hlt",
  "clts",
  "mov eax, cr0",
  "mov cr3, eax",
  "lgdt [0x3000]",
  "in al, 0x60",
  "int 14",
  "int 13",
];

const several = <T>(draw: Draw, count: number, one: (draw: Draw) => T): T[] =>
  Array.from({ length: count }, () => one(draw));

export type ProgramKind = "flags" | "faults" | "ring 3";

export function drawProgram(draw: Draw, kind: ProgramKind): string {
  const kernel = several(draw, 6, (each) => pick(each, KERNEL)(each)).join("\n");
  const fault = (each: Draw) => pick(each, FAULTS);
  if (kind === "flags") return `${kernel}\n${flagsTo(draw)}`;
  if (kind === "faults") return `${kernel}\n${attempts(...several(draw, 4, fault))}\n${flagsTo(draw)}`;
  const mine = (each: Draw) =>
    pick(each, [flagsTo(each), `push dword ${image(each)}\n popfd`, "mov eax, cs\n mov [0x301c], eax"]);
  const tried = several(draw, 9, (each) =>
    pick(each, [mine, fault, (it: Draw) => pick(it, FORBIDDEN)])(each),
  );
  return `push dword ${image(draw)}\n popfd\n${IN_RING_3}${attempts(...tried)}`;
}
