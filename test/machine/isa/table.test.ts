/** The facts of the table against what iced-x86 knows of the same encoding: flags, privilege, modes, LOCK, REP, sizes. */
import * as iced from "iced-x86";
import { expect, test } from "vitest";
import { type Mode, ROWS, type Row } from "../../../src/machine/isa/index.ts";
import { parseOpcode } from "../../../src/machine/isa/opcode.ts";
import { isReg, parseOperand, rmKind } from "../../../src/machine/isa/operand.ts";

/** A shortest instruction with this encoding. */
function sample(row: Row): Uint8Array {
  const opcode = parseOpcode(row.opcode);
  const kinds = row.operands.map((text) => parseOperand(text).place);
  const rm = kinds.map(rmKind).find((kind) => kind !== undefined);
  const hasModrm =
    rm !== undefined || kinds.some(isReg) || opcode.digit !== undefined || opcode.modrm !== undefined;
  const isRegister = rm === "register" || rm === undefined;
  // CR3 and DR3, DS: registers that exist.
  const modrm = opcode.modrm ?? (isRegister ? 0xc0 : 0x00) | ((opcode.digit ?? 3) << 3);
  const page = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]][opcode.map]!;
  const prefix = typeof opcode.prefix === "number" ? [opcode.prefix] : [];
  const bytes = [
    ...prefix,
    ...(opcode.rexW ? [0x48] : []),
    ...page,
    opcode.byte,
    ...(hasModrm ? [modrm] : []),
  ];
  return Uint8Array.from([...bytes, ...new Array(12).fill(2)]);
}

interface Known {
  op: iced.Instruction;
  info: iced.OpCodeInfo;
}

const decoded = (row: Row, bits: 32 | 64) =>
  new iced.Decoder(bits, sample(row), iced.DecoderOptions.NoWbnoinvd).decode();

function known(row: Row): Known {
  const op = decoded(row, inLegacy(row) ? 32 : 64);
  return { op, info: op.opCode };
}

const inLong = ({ modes }: Row) => !modes || modes.includes("long");
const inLegacy = ({ modes }: Row) => !modes || modes.includes("protected");
const name = (row: Row) => `${row.mnemonic} ${row.operands.join(",")} (${row.opcode})`;

/** Encodings that nobody documents, and hints: iced has other names or none for them. */
const rows = ROWS.filter((row) => !row.alias);

const FLAGS = { o: "OF", s: "SF", z: "ZF", a: "AF", c: "CF", p: "PF", d: "DF", i: "IF" } as const;
type Letter = keyof typeof FLAGS;

/** "CF~": written, undefined, cleared, set, tested, in iced's order of bits. */
function ourFlags({ flags = "" }: Row): Record<string, string> {
  const sets: Record<string, Set<string>> = {
    w: new Set(),
    "?": new Set(),
    "0": new Set(),
    "1": new Set(),
    t: new Set(),
  };
  for (const word of flags.split(" ").filter(Boolean)) {
    const kind = word[1] === "~" ? "w" : (word[1] ?? "w");
    sets[kind]!.add(word[0]!);
    if (word[1] === "~") sets.t!.add(word[0]!);
  }
  return Object.fromEntries(Object.entries(sets).map(([kind, set]) => [kind, [...set].sort().join("")]));
}

function icedFlags({ op }: Known): Record<string, string> {
  const letters = (bits: number) =>
    (Object.keys(FLAGS) as Letter[])
      .filter((letter) => bits & iced.RflagsBits[FLAGS[letter]])
      .sort()
      .join("");
  return {
    w: letters(op.rflagsWritten),
    "?": letters(op.rflagsUndefined),
    "0": letters(op.rflagsCleared),
    "1": letters(op.rflagsSet),
    t: letters(op.rflagsRead),
  };
}

/** Where the table says otherwise than iced, or nothing, and why. */
const FLAG_REASONS: Record<string, string> = {
  vmcall: "CF and ZF report the failure of a call to the SMM monitor, which we have not",
  vmfunc: "ends in a VM exit or leaves the flags alone",
  vmrun: "the world switch replaces all flags",
  skinit: "a restart of the processor",
};
const PRIVILEGE_REASONS: Record<string, string> = {
  clac: "#UD and not #GP outside CPL 0",
  stac: "#UD and not #GP outside CPL 0",
  vmcall: "exits from any CPL of a guest",
};
const MODE_REASONS: Record<string, string> = {
  syscall: "of Intel's, which knows it in 64-bit mode only",
  sysret: "of Intel's, which knows it in 64-bit mode only",
  vmcall: "exits from any mode of a guest",
};
/** Their operands have 64 bits in 64-bit mode; iced does not call that a size attribute. */
const ALWAYS_64 = /^(invpcid|invept|invvpid|vmread|vmwrite)$/;

const MODES: readonly Mode[] = ["real", "v86", "protected", "compatibility", "long"];

/** The modes of the encoding in 16- or 32-bit code and in 64-bit code, where iced has two instructions for it. */
function icedModes(row: Row): Mode[] {
  const legacy = inLegacy(row) ? [decoded(row, 32).opCode] : [];
  const infos = inLong(row) ? [...legacy, decoded(row, 64).opCode] : legacy;
  const inV86 = row.modes === undefined || row.modes.includes("v86");
  const can: Record<Mode, boolean> = {
    real: legacy.some((info) => info.realMode),
    // What needs CPL 0 is #GP in virtual-8086 mode; to iced it is not there.
    v86: row.cpl0 ? inV86 : legacy.some((info) => info.virtual8086Mode),
    protected: legacy.some((info) => info.protectedMode),
    compatibility: legacy.some((info) => info.compatibilityMode),
    long: inLong(row) && infos.some((info) => info.longMode),
  };
  return MODES.filter((mode) => can[mode]);
}

/** Every row through one question; what is wrong is listed with both answers. */
function compare(
  what: string,
  ask: (row: Row, found: Known) => [ours: unknown, theirs: unknown] | undefined,
): void {
  test(what, () => {
    const wrong = rows.flatMap((row) => {
      const answers = ask(row, known(row));
      if (!answers) return [];
      const [ours, theirs] = answers.map((answer) => JSON.stringify(answer));
      return ours === theirs ? [] : [`${name(row)}: ${ours}, iced ${theirs}`];
    });
    expect(wrong).toEqual([]);
  });
}

test("there are rows to compare", () => expect(rows.length).toBeGreaterThan(600));

compare("flags", (row, found) =>
  row.flags === "*" || FLAG_REASONS[row.mnemonic] ? undefined : [ourFlags(row), icedFlags(found)],
);

compare("privilege", (row, { info }) =>
  PRIVILEGE_REASONS[row.mnemonic]
    ? undefined
    : [
        [row.cpl0 === true, row.iopl === "io"],
        [info.mustBeCpl0, info.isInputOutput],
      ],
);

compare("modes", (row) => (MODE_REASONS[row.mnemonic] ? undefined : [row.modes ?? MODES, icedModes(row)]));

compare("LOCK and REP", (row, { info }) => [
  [row.lock === true, row.rep !== undefined, row.rep === "repz"],
  [info.canUseLockPrefix, info.canUseRepPrefix, info.canUseRepnePrefix],
]);

compare("operand size in 64-bit mode", (row) => {
  if (!inLong(row) || ALWAYS_64.test(row.mnemonic)) return undefined;
  const info = decoded(row, 64).opCode;
  const forced = info.forceOpSize64 || info.intelForceOpSize64;
  return [row.size64 ?? "", forced ? "f64" : info.defaultOpSize64 ? "d64" : ""];
});
