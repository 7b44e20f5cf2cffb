/** The x87 escapes D8 … DF, all of them, so that a program with floating point has the right lengths. */
import type { Row } from "../row.ts";
import { type Line, rows } from "./rows.ts";

const FAULTS = ["#NM if CR0.EM=1 or CR0.TS=1", "#MF"];
const QUIET = ["#NM if CR0.EM=1 or CR0.TS=1"];

/** The eight operations of D8 and DC, and their integer forms in DA and DE, by ModR/M.reg. */
const OPERATIONS = ["fadd", "fmul", "fcom", "fcomp", "fsub", "fsubr", "fdiv", "fdivr"];
/** In DC and DE the register forms of the four non-commutative ones are exchanged. */
const REVERSED = ["fadd", "fmul", "fcom", "fcomp", "fsubr", "fsub", "fdivr", "fdiv"];

const memory = (opcode: string, operand: string, names: readonly string[]): Line[] =>
  names.map((name, digit) => [name, `${opcode} /${digit}`, operand] as const);
const registers = (opcode: string, operands: string, names: readonly string[]): Line[] =>
  names.map(
    (name, digit) =>
      [name, `${opcode} ${(0xc0 + 8 * digit).toString(16).toUpperCase()}+i`, operands] as const,
  );
const single = (opcode: string, names: Record<string, string>): Line[] =>
  Object.entries(names).map(([modrm, name]) => [name, `${opcode} ${modrm}`] as const);
const integer = OPERATIONS.map((name) => name.replace("f", "fi"));
/** FCMOVcc and the flags that it tests. */
const MOVES: readonly (readonly [condition: string, flags: string])[] = [
  ["b", "ct"],
  ["e", "zt"],
  ["be", "ct zt"],
  ["u", "pt"],
];
const conditionalMoves = (opcode: string, not: string): Line[] =>
  registers(
    opcode,
    "ST0 STi",
    MOVES.map(([condition]) => `fcmov${not}${condition}`),
  ).map(([name, code, operands], i) => [name, code, operands, { flags: MOVES[i]![1] }] as const);

export const X87: Row[] = [
  ...rows(
    { faults: FAULTS },
    ...memory("D8", "Md", OPERATIONS),
    ...registers("D8", "ST0 STi", OPERATIONS),
    ...memory("DC", "Mq", OPERATIONS),
    ...registers("DC", "STi ST0", REVERSED).filter(([name]) => !/^fcom/.test(name)),
    ...memory("DA", "Md", integer),
    ...memory("DE", "Mw", integer),
    ["faddp", "DE C0+i", "STi ST0"],
    ["fmulp", "DE C8+i", "STi ST0"],
    ["fsubrp", "DE E0+i", "STi ST0"],
    ["fsubp", "DE E8+i", "STi ST0"],
    ["fdivrp", "DE F0+i", "STi ST0"],
    ["fdivp", "DE F8+i", "STi ST0"],
    ["fcompp", "DE D9"],

    ["fld", "D9 /0", "Md"],
    ["fst", "D9 /2", "Md"],
    ["fstp", "D9 /3", "Md"],
    ["fld", "D9 C0+i", "STi"],
    ["fxch", "D9 C8+i", "STi"],
    ["fld", "DD /0", "Mq"],
    ["fst", "DD /2", "Mq"],
    ["fstp", "DD /3", "Mq"],
    ["fst", "DD D0+i", "STi"],
    ["fstp", "DD D8+i", "STi"],
    ["fld", "DB /5", "Mt"],
    ["fstp", "DB /7", "Mt"],
    ["fild", "DF /0", "Mw"],
    ["fist", "DF /2", "Mw"],
    ["fistp", "DF /3", "Mw"],
    ["fild", "DB /0", "Md"],
    ["fist", "DB /2", "Md"],
    ["fistp", "DB /3", "Md"],
    ["fild", "DF /5", "Mq"],
    ["fistp", "DF /7", "Mq"],
    ["fbld", "DF /4", "Mt"],
    ["fbstp", "DF /6", "Mt"],
    ["fisttp", "DF /1", "Mw", { feature: "pni" }],
    ["fisttp", "DB /1", "Md", { feature: "pni" }],
    ["fisttp", "DD /1", "Mq", { feature: "pni" }],

    ["fucom", "DD E0+i", "STi"],
    ["fucomp", "DD E8+i", "STi"],
    ["fucompp", "DA E9"],
    ["fnop", "D9 D0"],
    ...single("D9", { E0: "fchs", E1: "fabs", E4: "ftst", E5: "fxam" }),
    ...single("D9", {
      E8: "fld1",
      E9: "fldl2t",
      EA: "fldl2e",
      EB: "fldpi",
      EC: "fldlg2",
      ED: "fldln2",
      EE: "fldz",
    }),
    ...single("D9", {
      F0: "f2xm1",
      F1: "fyl2x",
      F2: "fptan",
      F3: "fpatan",
      F4: "fxtract",
      F5: "fprem1",
      F6: "fdecstp",
    }),
    ...single("D9", { F7: "fincstp", F8: "fprem", F9: "fyl2xp1", FA: "fsqrt", FB: "fsincos", FC: "frndint" }),
    ...single("D9", { FD: "fscale", FE: "fsin", FF: "fcos" }),
    ["ffree", "DD C0+i", "STi"],
    ["ffreep", "DF C0+i", "STi"],
    ["fwait", "9B", "", { faults: ["#NM if CR0.MP=1 and CR0.TS=1", "#MF"] }],
    ["fldenv", "D9 /4", "M"],
    ["fldcw", "D9 /5", "Mw"],
    ["frstor", "DD /4", "M"],
  ),
  ...rows(
    { faults: FAULTS, feature: "cmov" },
    ...conditionalMoves("DA", ""),
    ...conditionalMoves("DB", "n"),
    ["fucomi", "DB E8+i", "ST0 STi", { flags: "o0 s0 z a0 p c" }],
    ["fcomi", "DB F0+i", "ST0 STi", { flags: "o0 s0 z a0 p c" }],
    ["fucomip", "DF E8+i", "ST0 STi", { flags: "o0 s0 z a0 p c" }],
    ["fcomip", "DF F0+i", "ST0 STi", { flags: "o0 s0 z a0 p c" }],
  ),
  // These do not report a pending #MF.
  ...rows(
    { faults: QUIET },
    ["fnstenv", "D9 /6", "M"],
    ["fnstcw", "D9 /7", "Mw"],
    ["fnsave", "DD /6", "M"],
    ["fnstsw", "DD /7", "Mw"],
    ["fnstsw", "DF E0", "AX"],
    ["fnclex", "DB E2"],
    ["fninit", "DB E3"],
  ),
  // Of the 8087 and 80287, today without effect.
  ...rows({ faults: QUIET }, ...single("DB", { E0: "fneni", E1: "fndisi", E4: "fnsetpm" })),
  // Encodings that Intel does not document.
  ...rows({ faults: QUIET }, ["fstpnce", "D9 D8+i", "STi"]),
  ...rows(
    { faults: QUIET, alias: true },
    ["fcom", "DC D0+i", "ST0 STi"],
    ["fcomp", "DC D8+i", "ST0 STi"],
    ["fxch", "DD C8+i", "STi"],
    ["fcomp", "DE D0+i", "ST0 STi"],
    ["fxch", "DF C8+i", "STi"],
    ["fstp", "DF D0+i", "STi"],
    ["fstp", "DF D8+i", "STi"],
  ),
];
