/**
 * Random kernel code: items of a few lines each, in assembly so that a counterexample can be read. Whatever an item does wrong ends in a
 * fault, after which the handler goes on with the next item (world.ts).
 */
import { assemble } from "../../../../src/machine/isa/asm/assemble.ts";
import { Random } from "../../../oracle/random.ts";
import {
  CALLED,
  CODE,
  DATA,
  DIRECTORY,
  type Fragment,
  GDT,
  LINES,
  READ_ONLY,
  SELECTOR,
  TABLE,
  TOP_TABLE,
  tableAddress,
  USER_CODE,
  USER_STACK,
  VARIABLES,
} from "./world.ts";

/** A fragment in assembly. */
export interface Source {
  readonly items: readonly (readonly string[])[];
  /** Routines at CALLED + 64·n, and ring 3's at USER_CODE + 64·n. */
  readonly called: readonly (readonly string[])[];
  readonly user: readonly (readonly string[])[];
  readonly registers: readonly number[];
  readonly flags: number;
  readonly cr0: number;
}

const ROUTINE = 64;
const R32 = ["eax", "ecx", "edx", "ebx", "ebp", "esi", "edi"];
const R16 = ["ax", "cx", "dx", "bx", "bp", "si", "di"];
const R8 = ["al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"];
const CONDITIONS = "o no b ae e ne be a s ns p np l ge le g".split(" ");
const ALU = ["add", "or", "adc", "sbb", "and", "sub", "xor", "cmp", "test"];
const SHIFTS = ["rol", "ror", "rcl", "rcr", "shl", "shr", "sar"];
const INTERESTING = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xaaaaaaaa,
];
const FLAG_IMAGES = [0x2, 0x202, 0x8d5, 0xcd7, 0x602, 0x246, 0xad7];

class Draft {
  readonly random: Random;
  readonly user: string[][] = [];
  readonly called: string[][] = [];
  labels = 0;

  constructor(random: Random) {
    this.random = random;
  }

  one<T>(of: readonly T[]): T {
    return this.random.one(of);
  }

  label(): string {
    return `l${this.labels++}`;
  }

  value(): number {
    return this.random.percent(40) ? this.one(INTERESTING) : this.random.bits() >>> this.random.below(28);
  }

  /** An address in the data, mostly a good one. */
  address(): number {
    return this.random.weighted<() => number>([
      [60, () => DATA + this.random.below(0xff0)],
      [20, () => DATA + 0x1000 + this.random.below(0xff0)],
      [4, () => DATA + 0xffd + this.random.below(4)],
      [4, () => READ_ONLY + this.random.below(0xff0)],
      [2, () => READ_ONLY + 0xffd + this.random.below(4)],
      [3, () => this.one([0x400000, 0xc0000000, 0x80000000])],
      [
        4,
        () => this.one([0xffc00000, 0xffc00010, 0xffc01000, 0xffc20000, 0xffc20040, 0xffbfffff, 0xffd00000]),
      ],
      [2, () => 0xfffff000 + this.random.below(0x1000)],
      [1, () => 0xff000000 + this.random.below(0x100)],
    ])();
  }

  /** A memory operand. */
  memory(): string {
    return this.random.weighted<() => string>([
      [50, () => `[${this.address()}]`],
      [12, () => `[ebx+${this.random.below(64)}]`],
      [8, () => `[esi]`],
      [8, () => `[edi+${this.random.below(64)}]`],
      [6, () => `[esp+${4 * this.random.below(8)}]`],
      [5, () => `[ebp-${4 * this.random.below(8)}]`],
      [4, () => `[${this.address()}+ecx*${this.one([1, 2, 4, 8])}]`],
      [3, () => `[${this.one(["cs", "ss", "es", "fs", "gs"])}:${this.address()}]`],
      [2, () => `[fs:${this.random.below(0x1100)}]`],
    ])();
  }

  size(): { readonly word: string; readonly registers: readonly string[]; readonly bytes: number } {
    return this.random.weighted([
      [60, { word: "dword", registers: R32, bytes: 4 }],
      [20, { word: "word", registers: R16, bytes: 2 }],
      [20, { word: "byte", registers: R8, bytes: 1 }],
    ]);
  }

  immediate(bytes: number): number {
    return bytes === 4 ? this.value() : this.value() & (bytes === 2 ? 0xffff : 0xff);
  }
}

type Maker = (draft: Draft) => string[];

const arithmetic: Maker = (draft) => {
  const { word, registers, bytes } = draft.size();
  const to = draft.random.percent(40) ? `${word} ${draft.memory()}` : draft.one(registers);
  const from = draft.random.percent(40) ? `${draft.immediate(bytes)}` : draft.one(registers);
  return [`${draft.one(ALU)} ${to}, ${from}`];
};

const load: Maker = (draft) => {
  const { word, registers } = draft.size();
  return [
    `${draft.one(["mov", "mov", "mov", "add", "xor", "cmp", "adc"])} ${draft.one(registers)}, ${word} ${draft.memory()}`,
  ];
};

const store: Maker = (draft) => {
  const { word, registers, bytes } = draft.size();
  return [
    `mov ${word} ${draft.memory()}, ${draft.random.percent(50) ? draft.one(registers) : draft.immediate(bytes)}`,
  ];
};

const unary: Maker = (draft) => {
  const { word, registers } = draft.size();
  const at = draft.random.percent(50) ? `${word} ${draft.memory()}` : draft.one(registers);
  return [`${draft.one(["inc", "dec", "neg", "not", "mul", "imul", "div", "idiv"])} ${at}`];
};

const shift: Maker = (draft) => {
  const { word, registers } = draft.size();
  const at = draft.random.percent(30) ? `${word} ${draft.memory()}` : draft.one(registers);
  return [`${draft.one(SHIFTS)} ${at}, ${draft.random.percent(50) ? "cl" : draft.random.below(34)}`];
};

const various: Maker = (draft) => {
  const a = draft.one(R32);
  const b = draft.one(R32);
  const m = draft.memory();
  return [
    draft.one(
      [
        `lea ${a}, [${b}+ecx*4+${draft.random.below(1000)}]`,
        `xchg ${a}, ${b}`,
        `xchg ${a}, ${m}`,
        `movzx ${a}, byte ${m}`,
        `movsx ${a}, word ${m}`,
        `bt ${a}, ${b}`,
        `bts dword [${DATA + 0x100}], ${draft.random.below(32)}`,
        `bsf ${a}, ${b}`,
        `bsr ${a}, dword ${m}`,
        `bswap ${a}`,
        `set${draft.one(CONDITIONS)} ${draft.one(R8)}`,
        `set${draft.one(CONDITIONS)} byte ${m}`,
        `cmov${draft.one(CONDITIONS)} ${a}, ${b}`,
        `cmpxchg ${m}, ${a}`,
        `lock xadd ${m}, ${a}`,
        `imul ${a}, ${b}, ${draft.random.below(1000)}`,
        `shld ${a}, ${b}, ${draft.random.below(33)}`,
        "cdq",
        "cwde",
        "lahf",
        "sahf",
        "cmc",
        "stc",
        "clc",
        "std",
        "cld",
        "cld",
        "xlatb",
        "aam",
        "daa",
        "salc",
        "nop",
        `bound ${a}, [${DATA + 0x40}]`,
        `mov ${a}, ${draft.value()}`,
        `arpl [${DATA}], ax`,
      ].filter((line) => line !== "salc"),
    ),
  ];
};

const stack: Maker = (draft) => {
  const a = draft.one(R32);
  return draft.one<() => string[]>([
    () => [`push ${a}`],
    () => [`push dword ${draft.value()}`],
    () => [`push dword ${draft.memory()}`],
    () => [`push word ${draft.memory()}`],
    () => [`pop ${a}`],
    () => [`push ${a}`, `pop dword ${draft.memory()}`],
    () => ["pushad", "popad"],
    () => ["pushad"],
    () => ["popaw"],
    () => [`enter ${4 * draft.random.below(8)}, ${draft.random.below(3)}`, "leave"],
    () => ["pushfd"],
    () => ["pushfd", `pop ${a}`],
    () => ["pushfw"],
    () => [
      `push dword ${draft.one(FLAG_IMAGES) | (draft.random.percent(20) ? draft.one([0x4000, 0x3000, 0x40000, 0x200000]) : 0)}`,
      "popfd",
    ],
    () => ["push word 0x202", "popfw"],
    () => ["mov esi, esp", `push ${a}`, "mov esp, esi"],
    () => [
      `mov [ss:${VARIABLES + 24}], esp`,
      `mov esp, ${draft.one([0xffc00100, 0xffc20100, 0xfffffff0, 0xffc00002, DATA + 0x2002])}`,
      draft.one([`push ${a}`, `pop ${a}`, "pushfd", "popfd", "pushad", "ret", "push cs"]),
      `push ${a}`,
      `mov esp, [cs:${VARIABLES + 24}]`,
    ],
  ])();
};

const branch: Maker = (draft) => {
  const to = draft.label();
  const inner = plain(draft);
  return draft.one<() => string[]>([
    () => [`j${draft.one(CONDITIONS)} ${to}`, ...inner, `${to}:`],
    () => [`j${draft.one(CONDITIONS)} near ${to}`, ...inner, `${to}:`],
    () => [`jmp ${to}`, ...inner, `${to}:`],
    () => [`jecxz ${to}`, ...inner, `${to}:`],
    () => [
      `mov ecx, ${1 + draft.random.below(5)}`,
      `${to}:`,
      `${draft.one(["inc eax", "rol edx, 3", "add ebx, eax"])}`,
      `${draft.one(["loop", "loope", "loopne"])} ${to}`,
    ],
    () => [
      `mov dword [${VARIABLES + 16}], ${2 + draft.random.below(4)}`,
      `${to}:`,
      ...inner,
      `dec dword [ss:${VARIABLES + 16}]`,
      `jg ${to}`,
    ],
    () => [`mov ${draft.one(R32)}, ${to}`, `jmp ${to}`, ...inner, `${to}:`],
  ])();
};

const routine = (draft: Draft, end: string): number => {
  draft.called.push([...plain(draft), ...plain(draft), end]);
  return CALLED + ROUTINE * (draft.called.length - 1);
};

const call: Maker = (draft) => {
  if (draft.called.length >= 30) return plain(draft);
  const a = draft.one(R32);
  const skip = draft.label();
  return draft.one<() => string[]>([
    () => [`call ${routine(draft, "ret")}`],
    () => [`push dword 7`, `call ${routine(draft, "ret 4")}`],
    () => [`mov ${a}, ${routine(draft, "ret")}`, `call ${a}`],
    () => [`mov dword [ss:${DATA + 0x80}], ${routine(draft, "ret")}`, `call [ss:${DATA + 0x80}]`],
    () => [`push dword ${skip}`, `jmp ${routine(draft, "ret")}`, `${skip}:`],
    () => [`mov ${a}, ${skip}`, `jmp ${a}`, ...plain(draft), `${skip}:`],
    () => [`call far ${SELECTOR.code}:${routine(draft, "retf")}`],
    () => [`call far ${SELECTOR.conforming}:${routine(draft, "retf")}`],
    () => [`call far ${SELECTOR.shifted}:${routine(draft, "retf") - 0x1000}`],
    () => [`push cs`, `push dword ${skip}`, `retf`, ...plain(draft), `${skip}:`],
    () => [
      `jmp far ${SELECTOR.short}:${skip}`,
      `${skip}:`,
      ...plain(draft),
      `jmp far ${SELECTOR.code}:${skip}x`,
      `${skip}x:`,
    ],
    () => [`call far ${SELECTOR.callGate}:0`],
    () => [`pushfd`, `push cs`, `push dword ${skip}`, `iretd`, ...plain(draft), `${skip}:`],
    () => [
      `push dword ${draft.one(FLAG_IMAGES)}`,
      `push cs`,
      `push dword ${skip}`,
      `iretd`,
      ...plain(draft),
      `${skip}:`,
    ],
  ])();
};

const strings: Maker = (draft) => {
  const prefix = draft.one(["", "rep ", "rep ", "repne "]);
  const name = draft.one(["movs", "stos", "lods", "scas", "cmps"]);
  const repeat = prefix === "repne " && !/scas|cmps/.test(name) ? "rep " : prefix;
  return [
    `mov esi, ${draft.address()}`,
    `mov edi, ${draft.address()}`,
    `mov ecx, ${draft.random.below(draft.random.percent(10) ? 2000 : 12)}`,
    ...(draft.random.percent(80) ? ["cld"] : ["std"]),
    `${repeat}${name}${draft.one(["b", "w", "d"])}`,
    "cld",
  ];
};

const sensitive: Maker = (draft) => {
  const a = draft.one(R32);
  const m = `[${DATA + 0x200 + 8 * draft.random.below(8)}]`;
  const selector = draft.one([...Object.values(SELECTOR), 0, 0x13, 0xffff]);
  const again = ["push ss", "pop ds", "push ss", "pop es"];
  return draft.one<() => string[]>([
    () => ["cli"],
    () => ["sti"],
    () => ["cli", ...plain(draft), "sti", ...plain(draft)],
    () => [`sgdt ${m}`],
    () => [`sidt ${m}`],
    () => [`sldt ${a}`],
    () => [`str ${a}`],
    () => [`smsw ${a}`],
    () => [`mov ${a}, cr0`],
    () => [`mov ${a}, cr3`],
    () => [`mov ${a}, cr4`],
    () => ["mov eax, cr0", `xor eax, ${draft.one([8, 2, 4, 0x10000, 0x20])}`, "mov cr0, eax"],
    () => ["clts"],
    () => [`mov eax, ${draft.value() & 0xe}`, "or eax, 1", "lmsw ax"],
    () => ["mov eax, cr3", "mov cr3, eax"],
    () => [`lar ${a}, word ${m}`],
    () => [`mov ebx, ${selector}`, `lar ${a}, ebx`],
    () => [`mov ebx, ${selector}`, `lsl ${a}, ebx`],
    () => [`mov ebx, ${selector}`, "verr bx"],
    () => [`mov ebx, ${selector}`, "verw bx"],
    () => [`mov ${a}, ${draft.one(["cs", "ds", "es", "ss", "fs", "gs"])}`],
    () => [`mov ${m}, ${draft.one(["cs", "ds", "gs"])}`],
    () => [`push ${draft.one(["cs", "ds", "es", "ss", "fs", "gs"])}`],
    () => [`push ${draft.one(["cs", "ds", "es", "ss", "fs", "gs"])}`, `pop ${a}`],
    () => [`mov eax, ${selector}`, `mov ${draft.one(["es", "fs", "gs"])}, ax`, ...plain(draft)],
    () => [`mov eax, ${selector}`, "mov ds, ax", ...plain(draft), ...again],
    () => [`push dword ${selector}`, `pop ${draft.one(["es", "fs", "gs"])}`],
    () => [
      `mov eax, ${draft.one([SELECTOR.data, SELECTOR.stack16, SELECTOR.userData])}`,
      "mov ss, ax",
      ...stack(draft),
      ...stack(draft),
      `mov eax, ${SELECTOR.data}`,
      "mov ss, ax",
    ],
    () => [
      `mov dword ${m}, ${draft.address()}`,
      `mov dword [${DATA + 0x204}], ${selector}`,
      `les ${a}, ${m}`,
    ],
    () => [
      `mov dword [${GDT + SELECTOR.small}], 0x${draft.one(["0000ffff", "ffff0000", "f0000fff"])}`,
      `mov dword [${GDT + SELECTOR.small + 4}], 0x${draft.one(["ffcf93c0", "ffcf93ff", "ff4093c0", "ffcf97c0", "00cf9300", "ffc093c2"])}`,
      `mov eax, ${SELECTOR.small}`,
      `mov ${draft.one(["es", "fs", "gs"])}, ax`,
      `mov ecx, ${draft.value() & 0xfff}`,
      `${draft.one(["mov eax,", "xor eax,", "inc dword"])} [${draft.one(["es", "fs", "gs"])}:ecx]`,
      `mov [${draft.one(["es", "fs", "gs"])}:${draft.one([0, 4, 0x20000, 0x400000, -4])}], edx`,
    ],
    () => [`in al, 0xE0`],
    () => [`mov eax, ${draft.value()}`, "out 0xE0, eax", "in eax, 0xE0"],
    () => [`mov edi, ${DATA + 0x300}`, "mov edx, 0xE0", `mov ecx, ${draft.random.below(5)}`, "rep insb"],
    () => ["int 0x80"],
    () => [`int ${draft.random.below(256)}`],
    () => ["int3"],
    () => ["into"],
    () => ["ud2"],
    () => ["hlt"].slice(1),
    () => [`xor eax, eax`, "cpuid"],
    () => [`invlpg ${draft.memory()}`],
    () => ["wbinvd"],
    () => [`lgdt [${VARIABLES + 0x28}]`],
    () => [`sgdt [${DATA + 0x208}]`, `lgdt [${DATA + 0x208}]`],
    () => [`mov eax, ${selector}`, "lldt ax"],
    () => [`mov ecx, 0x174`, `mov eax, ${SELECTOR.code}`, "xor edx, edx", "wrmsr", "rdmsr"],
    () => [`mov eax, dr${draft.one([0, 1, 2, 3, 6])}`],
    () => [`mov eax, ${draft.value()}`, `mov dr${draft.one([0, 1, 2, 3])}, eax`],
    () => ["fninit", `fild dword ${m}`, "fld1", "faddp st1, st0", `fistp dword ${m}`],
    () => [`movd xmm0, ${a}`, "paddd xmm0, xmm0", `movd ${m}, xmm0`],
    () => [
      `mov eax, [${GDT + SELECTOR.userData + 4}]`,
      `xor dword [${GDT + 8 * draft.random.below(16) + 4}], 0x${draft.one(["4000", "8000", "200", "2000"])}`,
    ],
  ])();
};

const paging: Maker = (draft) => {
  const page = DATA + 4096 * draft.random.below(4);
  const entry = tableAddress(TABLE + (page >>> 10));
  const flush = draft.one([[`invlpg [${page}]`], ["mov eax, cr3", "mov cr3, eax"]]);
  const top = tableAddress(TOP_TABLE + 4 * draft.one([0, 1, 0x20, 0x3ff]));
  return draft.one<() => string[]>([
    // BTC: nothing of the accessed bit gets into the flags.
    () => [`btc dword [${entry}], ${draft.random.below(3)}`, ...flush],
    () => [
      `mov dword [${entry}], ${(0x29000 + 4096 * draft.random.below(3)) | draft.one([1, 3, 7])}`,
      ...flush,
    ],
    () => [`and dword [${entry}], -97`, ...flush, ...plain(draft)],
    () => [`btc dword [${top}], ${draft.random.below(2)}`, "mov eax, cr3", "mov cr3, eax"],
    () => [`mov dword [${top}], ${0x2a003}`, "mov eax, cr3", "mov cr3, eax"],
    () => [
      `mov eax, [${tableAddress(DIRECTORY)}]`,
      `mov dword [${tableAddress(DIRECTORY) + 4 * 0x300}], eax`,
      "mov eax, cr3",
      "mov cr3, eax",
      `inc dword [${(0xc0000000 + DATA + 0x40) | 0}]`,
    ],
  ])();
};

/** Code that changes code: an immediate, an opcode, itself a moment ago. */
const modifying: Maker = (draft) => {
  const at = draft.label();
  const a = draft.one(R32);
  const again = draft.label();
  return draft.one<() => string[]>([
    () => [`mov byte [${at}+1], ${draft.random.below(256)}`, ...plain(draft), `${at}: mov ${a}, 0x11223344`],
    () => [`xor dword [${at}+1], ${draft.value()}`, `${at}: mov ${a}, 0x11223344`],
    () => [`mov byte [${at}], 0x${draft.one(["40", "48", "90", "f8", "f9", "fa"])}`, `${at}: nop`],
    () => [
      `mov dword [${VARIABLES + 20}], 3`,
      `${again}:`,
      `${at}: mov ${a}, 0x11223344`,
      ...plain(draft),
      `add dword [${at}+1], 0x01010101`,
      `dec dword [ss:${VARIABLES + 20}]`,
      `jg ${again}`,
    ],
    () => [
      `mov esi, ${at}`,
      `mov edi, ${CALLED + 0x800}`,
      "mov ecx, 8",
      "cld",
      "rep movsb",
      `call ${CALLED + 0x800}`,
      `jmp ${again}`,
      `${at}:`,
      "inc edx",
      "ret",
      "nop",
      "nop",
      "nop",
      "nop",
      "nop",
      "nop",
      `${again}:`,
    ],
  ])();
};

/** IN and INS, and the second byte of RDTSC: two runs do not take the same time. */
const TELLS_TIME = new Set([0x6c, 0x6d, 0xe4, 0xe5, 0xec, 0xed, 0x31]);

/** Bytes that nobody meant as code. */
const garbage: Maker = (draft) => {
  const bytes = Array.from({ length: 1 + draft.random.below(12) }, () => draft.random.below(256)).filter(
    (byte) => !TELLS_TIME.has(byte),
  );
  if (draft.random.percent(40))
    bytes.unshift(draft.one([0x0f, 0x0f, 0x65, 0x2e, 0x66, 0x67, 0xf0, 0xf3, 0xff]));
  return [`db ${[0x90, ...bytes].join(", ")}`];
};

/** To ring 3 and back, by INT 80h or by a fault. */
const outside: Maker = (draft) => {
  if (draft.user.length >= 30) return plain(draft);
  const back = draft.label();
  const body = Array.from({ length: 1 + draft.random.below(3) }, () =>
    draft.random.percent(75)
      ? plain(draft)
      : draft.one([
          ["cli"],
          ["pushfd"],
          ["pop eax"],
          ["in al, 0xE0"],
          ["hlt"],
          ["mov eax, cr0"],
          ["int3"],
          ["int 0x20"],
          ["xor eax, eax", "mov fs, ax"],
          ["mov eax, ds"],
          ["push cs"],
          [`mov eax, ${SELECTOR.userData | 3}`, "mov ds, ax"],
          [`mov eax, ${SELECTOR.data}`, "mov es, ax"],
          ["lock inc dword [0x20040]"],
          ["sgdt [0x20080]"],
          [`jmp ${CODE}`],
        ]),
  );
  draft.user.push([...body.flat(), "int 0x80"]);
  const flags = 0x202 | (draft.one(FLAG_IMAGES) & 0x8d5);
  return [
    `mov dword [ss:${VARIABLES + 8}], ${back}`,
    `mov [ss:${VARIABLES + 12}], esp`,
    ...(draft.random.percent(70) ? [`mov eax, ${SELECTOR.userData | 3}`, "mov ds, ax", "mov es, ax"] : []),
    `push dword ${SELECTOR.userData | 3}`,
    `push dword ${USER_STACK}`,
    `push dword ${flags}`,
    `push dword ${SELECTOR.userCode | 3}`,
    `push dword ${USER_CODE + ROUTINE * (draft.user.length - 1)}`,
    "iretd",
    `${back}:`,
    "push ss",
    "pop ds",
    "push ss",
    "pop es",
  ];
};

/** An interrupt that waits for IF, or comes at once. */
const interrupt: Maker = (draft) => {
  const raise = [`mov edx, ${0x2000 + draft.one(LINES)}`, "mov al, 1", "out dx, al"];
  return draft.one<() => string[]>([
    () => ["cli", ...raise, ...plain(draft), "sti", ...plain(draft), ...plain(draft)],
    () => ["cli", ...raise, "sti", "cli", ...plain(draft)],
    () => ["cli", ...raise, "push dword 0x202", "popfd", ...plain(draft)],
    () => ["cli", ...raise, "pushfd", "or dword [esp], 0x200", "popfd", ...plain(draft)],
    () => ["sti", ...raise, ...plain(draft)],
    () => ["cli", ...raise, "sti", `mov eax, ${SELECTOR.data}`, "mov ss, ax", "nop"],
    () => ["cli", ...raise, "sti", "hlt"],
    () => ["sti", ...raise, "cli"],
  ])();
};

const PLAIN: readonly (readonly [number, Maker])[] = [
  [25, arithmetic],
  [18, load],
  [18, store],
  [8, unary],
  [6, shift],
  [14, various],
];

function plain(draft: Draft): string[] {
  return draft.random.weighted(PLAIN)(draft);
}

const ALL: readonly (readonly [number, Maker])[] = [
  [30, plain],
  [10, stack],
  [10, branch],
  [10, call],
  [5, strings],
  [16, sensitive],
  [5, paging],
  [6, modifying],
  [5, outside],
  [5, interrupt],
  [3, garbage],
];

/** The fragment of a seed. */
export function generate(seed: number): Source {
  const draft = new Draft(new Random(seed));
  const { random } = draft;
  const count = 2 + random.below(14);
  const items = Array.from({ length: count }, () => {
    const base = random.percent(25)
      ? [`mov ${random.one(["ebx", "esi", "edi", "ebp"])}, ${draft.address()}`]
      : [];
    return [...base, ...random.weighted(ALL)(draft)];
  });
  const registers = Array.from(
    { length: 8 },
    () => (random.percent(40) ? draft.address() : draft.value()) | 0,
  );
  return {
    items,
    called: draft.called,
    user: draft.user,
    registers,
    flags: random.one(FLAG_IMAGES),
    cr0: random.percent(60) ? 0x10000 : 0,
  };
}

/** In bytes. Throws when the assembler does not take it. */
export function build(source: Source): Fragment {
  const lines = ["bits 32", `org ${CODE}`];
  for (const [i, item] of source.items.entries()) lines.push(`i${i}:`, ...item);
  lines.push("ending:", "mov al, 0", "out 0xF4, al");
  const { bytes, symbols } = assemble(lines.join("\n"));
  const pieces = [{ at: CODE, bytes }];
  for (const [base, routines] of [
    [CALLED, source.called],
    [USER_CODE, source.user],
  ] as const)
    for (const [i, routine] of routines.entries()) {
      const at = base + ROUTINE * i;
      const text = ["bits 32", `org ${at}`, ...routine].join("\n");
      pieces.push({ at, bytes: assemble(text).bytes });
    }
  const starts = source.items.map((_, i) => symbols.get(`i${i}`) as number);
  return { pieces, starts: [...starts, symbols.get("ending") as number], ...source };
}

/** As a listing, to be read. */
export function show({ items, called, user, registers, flags, cr0 }: Source): string {
  const part = (name: string, lines: readonly (readonly string[])[]) =>
    lines.flatMap((one, i) => [`${name}${i}:`, ...one.map((line) => `  ${line}`)]);
  return [
    `registers ${registers.map((value) => (value >>> 0).toString(16)).join(" ")} flags ${flags.toString(16)} cr0 ${cr0.toString(16)}`,
    ...part("item", items),
    ...part("called", called),
    ...part("user", user),
  ].join("\n");
}
