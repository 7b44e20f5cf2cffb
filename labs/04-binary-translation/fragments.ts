/** Fragments of kernel code, drawn from a seed: each kind is about one thing that a translator must get right. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { LINE, ticking } from "./world.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

export function drawFrom(seed: number): Draw {
  const generator = xoroshiro128plus(seed);
  return (below) => uniformInt(generator, 0, below - 1);
}

const pick = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)]!;
const lines = (...parts: readonly (string | readonly string[])[]): string => parts.flat().join("\n");
const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** ECX counts, EBP is the log's. */
const FREE = ["eax", "ebx", "edx", "esi", "edi"] as const;
const CONDITIONS = ["o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"];

/** Innocuous, and of many lengths. */
export function plain(draw: Draw): string {
  const [one, other] = [pick(draw, FREE), pick(draw, FREE)];
  const value = pick(draw, [1, 3, 127, 4096, 1_000_003]) + draw(100);
  return pick(draw, [
    `mov ${one}, ${value}`,
    `add ${one}, ${value}`,
    `sub ${one}, ${other}`,
    `lea ${one}, [${other} + ${value}]`,
    `xor ${one}, ${other}`,
    `imul ${one}, ${other}, ${1 + draw(9)}`,
    `rol ${one}, ${1 + draw(30)}`,
    `mov [${0x20000 + 4 * draw(60)}], ${one}`,
    `add ${one}, [${0x20000 + 4 * draw(60)}]`,
    `push ${one}\npop ${other}`,
  ]);
}

const some = (draw: Draw, most: number) => times(1 + draw(most), () => plain(draw));
const sayAll = (draw: Draw) => [`say ${pick(draw, FREE)}`, `say ${pick(draw, FREE)}`];
const start = (draw: Draw) => FREE.map((register) => `mov ${register}, ${draw(2 ** 31)}`);

/** ECX runs from a small number down to 1 around the lines. */
function loop(draw: Draw, name: string, body: readonly string[]): string[] {
  const close = pick(draw, [`loop ${name}`, `dec ecx\njnz ${name}`, `sub ecx, 1\njg ${name}`]);
  return [`mov ecx, ${2 + draw(5)}`, `${name}: nop`, ...body, close];
}

const forward = (draw: Draw, name: string): string[] => [
  `cmp ${pick(draw, FREE)}, ${pick(draw, FREE)}`,
  `j${pick(draw, CONDITIONS)} ${name}`,
  ...some(draw, 3),
  `${name}: nop`,
];

/** Over more than 127 bytes, so that the branches are of the other form. */
const far = (draw: Draw, name: string): string[] => [
  `cmp ${pick(draw, FREE)}, ${pick(draw, FREE)}`,
  `j${pick(draw, CONDITIONS)} near ${name}`,
  ...some(draw, 2),
  `jmp near ${name}`,
  `times ${130 + draw(100)} nop`,
  `${name}: nop`,
];

const flags = (draw: Draw) =>
  pick(draw, [
    ["pushf", `pop ${pick(draw, FREE)}`],
    [`push dword ${pick(draw, [0x202, 0x2, 0x203, 0x246, 0x8d7 & ~0x100])}`, "popf"],
    ["sti", "nop", "pushf", "pop eax", "cli", "say eax"],
    ["pushf", "cli", "pushf", "pop ebx", "popf", "say ebx"],
  ]);

const selectors = (draw: Draw) => {
  const [segment, register] = [pick(draw, ["cs", "ds", "es", "ss", "fs", "gs"]), pick(draw, FREE)];
  return pick(draw, [
    [`mov ${register}, ${segment}`],
    [`push ${segment}`, `pop ${register}`],
    [`mov ax, ${segment}`],
  ]);
};

const tables = (draw: Draw) => {
  const at = 0x20000 + 16 * draw(10);
  return pick(draw, [
    [`sgdt [${at}]`],
    [`sidt [${at}]`],
    ["smsw eax"],
    ["str ebx"],
    ["sldt edx"],
    ["mov eax, 8", "lar ebx, eax"],
    ["mov edx, 16", "lsl esi, edx"],
    [`mov eax, ${8 + 8 * draw(4)}`, "verr ax", "setz bl"],
    [`mov eax, ${8 + 8 * draw(4)}`, "verw ax", "setz bh"],
  ]);
};

const privileged = (draw: Draw) =>
  pick(draw, [
    [`mov eax, ${draw(2 ** 31)}`, "out 0xE0, eax", "in eax, 0xE0", "mov ebx, eax"],
    ["clts", "mov eax, cr0", "mov ebx, eax"],
    ["mov eax, cr3", "mov cr3, eax"],
    ["mov word [0x200C0], 0x1ff", "mov dword [0x200C2], 0x2000", "lidt [0x200C0]"],
    ["mov eax, ds", "mov es, eax"],
    ["push cs", `push dword $+7`, "retf", "nop"],
    ["int 0x30"],
    ["wbinvd"],
  ]);

/** What the monitor must do: other sizes, and operands in a segment that is not the guest's in the cache. */
const unusual = (draw: Draw) =>
  pick(draw, [
    ["o16 pushf", "pop bx"],
    ["push word 0x202", "o16 popf", "pushf", "pop eax", "cli"],
    [`mov eax, [cs:$+${draw(20)}]`, "mov ebx, eax"],
    [`mov [gs:${0x40 + 4 * draw(40)}], eax`, `mov ebx, [gs:${0x40 + 4 * draw(40)}]`, "mov edx, [0x60]"],
    ["mov [0x20010], cs", "mov ebx, [0x20010]"],
  ]);

const raise = [`mov edx, ${LINE}`, "mov eax, 1", "out dx, eax"];

/** A function at the end, and the number that a byte of it holds. */
const patched = (name: string, count: number, ending = "ret") => [
  `${name}:`,
  ...times(count, (n) => `mov ${FREE[n % FREE.length]}, ${n + 10}`),
  ending,
];

export const KINDS = {
  branches: {
    jumps: (draw) =>
      lines(
        start(draw),
        times(3, (n) => [...some(draw, 2), `jmp over${n}`, ...some(draw, 3), `over${n}: nop`]).flat(),
        sayAll(draw),
      ),
    conditions: (draw) =>
      lines(start(draw), times(6, (n) => (n % 3 ? forward : far)(draw, `f${n}`)).flat(), sayAll(draw)),
    loops: (draw) =>
      lines(start(draw), loop(draw, "a", some(draw, 3)), loop(draw, "b", forward(draw, "f")), sayAll(draw)),
    calls: (draw) =>
      lines(
        start(draw),
        ["call f", ...sayAll(draw), "call g", ...sayAll(draw), "end"],
        ["f:", ...some(draw, 3), "call g", "ret", "g:", ...some(draw, 2), "mov eax, [esp]", "say eax", "ret"],
      ),
    "indirect calls and jumps": (draw) =>
      lines(
        start(draw),
        ["mov ebx, f", "call ebx", "call [table]", "mov edx, 1", "jmp [table + edx * 4]", "nop"],
        ["f:", ...some(draw, 2), "mov esi, [esp]", "say esi", `ret${draw(2) ? "" : " 0"}`],
        ["g:", ...sayAll(draw), "push dword 5", "push dword 6", "call h", "say esp", "end"],
        ["h:", ...some(draw, 2), "ret 8", "table: dd f, g"],
      ),
  },
  sensitive: {
    flags: (draw) => lines(start(draw), times(4, () => flags(draw)).flat(), sayAll(draw)),
    selectors: (draw) => lines(start(draw), times(5, () => selectors(draw)).flat(), sayAll(draw)),
    "tables and status": (draw) => lines(start(draw), times(5, () => tables(draw)).flat(), sayAll(draw)),
    "what has to go to the monitor": (draw) =>
      lines(start(draw), times(4, () => unusual(draw)).flat(), sayAll(draw)),
    "privileged instructions": (draw) =>
      lines(start(draw), times(3, () => privileged(draw)).flat(), sayAll(draw)),
    "all kinds together": (draw) =>
      lines(
        start(draw),
        times(8, () => pick(draw, [flags, selectors, tables, unusual, privileged])(draw)).flat(),
        loop(draw, "a", [...selectors(draw), ...forward(draw, "f")]),
        sayAll(draw),
      ),
  },
  interrupts: {
    "behind STI": (draw) => lines(start(draw), raise, "sti", some(draw, 3), ["cli", ...sayAll(draw)]),
    "between STI and CLI": (draw) =>
      lines(start(draw), raise, times(1 + draw(3), () => ["sti", "cli"]).flat(), some(draw, 2), [
        "sti",
        "nop",
        "nop",
        "cli",
        ...sayAll(draw),
      ]),
    "a processor that sleeps": (draw) =>
      lines(start(draw), loop(draw, "a", [...raise, "sti", "hlt", ...some(draw, 2), "cli"]), sayAll(draw)),
    "behind a branch": (draw) =>
      lines(start(draw), raise, ["sti", "jmp f", "nop", "f: nop", ...some(draw, 2), "cli", ...sayAll(draw)]),
    "in a loop": (draw) =>
      lines(
        start(draw),
        loop(draw, "a", [...raise, "sti", plain(draw), ...some(draw, 2), "cli"]),
        sayAll(draw),
      ),
  },
  chain: {
    loops: (draw) =>
      lines(
        start(draw),
        `mov ecx, ${20 + draw(30)}`,
        "a: jmp b",
        `times ${1 + draw(100)} nop`,
        "b:",
        some(draw, 3),
        "loop a",
        sayAll(draw),
      ),
    branches: (draw) =>
      lines(
        start(draw),
        [
          "mov ecx, 30",
          "a: nop",
          ...times(4, (n) => [
            `test cl, ${1 << n}`,
            `j${pick(draw, ["z", "nz"])} f${n}`,
            ...some(draw, 2),
            `f${n}: nop`,
          ]).flat(),
          "dec ecx",
          "jnz a",
        ],
        sayAll(draw),
      ),
    calls: (draw) =>
      lines(start(draw), loop(draw, "a", ["call f", "call g", ...forward(draw, "h")]), sayAll(draw), [
        "end",
        "f:",
        ...some(draw, 3),
        "call g",
        "ret",
        `times ${1 + draw(200)} nop`,
        "g:",
        ...some(draw, 2),
        "ret",
      ]),
    "a timer that interrupts": (draw) => ticking(700 + draw(200), 2 + draw(3)),
    "long ways": (draw) =>
      lines(
        start(draw),
        "mov ecx, 12",
        "a: jmp b",
        `times ${300 + draw(2000)} nop`,
        "c:",
        some(draw, 2),
        "dec ecx",
        "jnz near a",
        sayAll(draw),
        "end",
        `times ${300 + draw(900)} nop`,
        "b:",
        some(draw, 2),
        "jmp c",
      ),
  },
  invalidate: {
    "a byte in the middle": (draw) => {
      const count = 2 + draw(4);
      return lines(
        times(2 + draw(3), (n) => [
          "call f",
          "say eax",
          "say ebx",
          `mov byte [f + ${5 * draw(count) + 1 + draw(2)}], ${n + 40}`,
        ]).flat(),
        ["call f", "say eax", "say ebx", "end"],
        patched("f", count),
      );
    },
    "the first and the last byte": (draw) =>
      lines(
        [
          ...some(draw, 2),
          "call f",
          "say eax",
          "mov byte [f], 0xbb",
          "call f",
          "say ebx",
          "mov byte [last - 1], 1",
          "call f",
          "say eax",
          "say ebx",
          "end",
        ],
        ["f: mov eax, 7", ...some(draw, 2), "jmp last", "last: add ebx, 1", "ret"],
      ),
    "two blocks at once": (draw) =>
      lines(
        ["call f", "say eax", "say ebx", "say edx"],
        // The last byte of f's number, its jump, and the first byte of g.
        [
          `mov dword [g - 3], ${0xba00eb00 + 1 + draw(100)}`,
          "call f",
          "say eax",
          "say ebx",
          "say edx",
          "end",
        ],
        [`f: mov eax, ${draw(1000)}`, "jmp short g", `g: mov ebx, ${draw(1000)}`, "ret"],
      ),
    "code that stays": (draw) =>
      lines(
        [
          `mov ecx, ${4 + draw(5)}`,
          "a: mov [word1], ecx",
          "mov [word2], ecx",
          "mov byte [f], 0xb8",
          "call f",
          "loop a",
        ],
        ["say eax", `mov byte [f + 1], ${50 + draw(50)}`, "call f", "say eax", "end"],
        ["word1: dd 0", ...patched("f", 2 + draw(3)), "word2: dd 0"],
      ),
    "branches that lead there": (draw) =>
      lines(
        [
          `mov ecx, ${3 + draw(3)}`,
          "a: nop",
          `j${pick(draw, ["mp", "cxz", "z", "nz", "ns"]).replace("cxz", "mp")} f`,
          "jmp f",
          "back: loop a",
          "end",
        ],
        patched("f", 2 + draw(3), `say eax\nsay ebx\ninc byte [f + ${pick(draw, [1, 6])}]\njmp back`),
      ),
    "a function that two others call": (draw) =>
      lines(
        [`mov ecx, ${3 + draw(3)}`, "a: call f", "call g", "say eax", "inc byte [h + 1]", "loop a", "end"],
        ["f:", ...some(draw, 2), "jmp h", "g:", ...some(draw, 2), "jmp h", "h: mov eax, 5", "ret"],
      ),
  },
} as const satisfies Record<string, Record<string, (draw: Draw) => string>>;

export type PartName = keyof typeof KINDS;
