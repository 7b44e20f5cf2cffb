import { stopOf } from "../frame.ts";
import { MSRS } from "../generate/values.ts";
import {
  DB,
  GP,
  type Mine,
  named,
  RF,
  type Rule,
  ran,
  SMALL_TASK,
  SYSCALL_VECTOR,
  SYSENTER_VECTOR,
  UD,
  xor,
} from "./rule.ts";

const low = (value: bigint) => value & 0xffffffffn;
const isCanonical = (value: bigint) => BigInt.asUintN(64, BigInt.asIntN(48, value)) === value;
/** Memory as the case left it. */
function qwordAfter({ ours, before }: Mine, at: number): bigint {
  const after = new Map(ours.changes);
  let value = 0n;
  for (let i = 7; i >= 0; i--) {
    const word = (at + i) & ~3;
    value = (value << 8n) | BigInt(((after.get(word) ?? before(word)) >>> (8 * ((at + i) & 3))) & 0xff);
  }
  return value;
}
/** Those that generate/values.ts draws. */
const KNOWN_MSRS = new Set(MSRS);
/** SYSENTER_ESP and _EIP, LSTAR, CSTAR, and the bases of FS and GS. */
const ADDRESS_MSRS = new Set([0x175, 0x176, 0xc0000082, 0xc0000083, 0xc0000100, 0xc0000101, 0xc0000102]);

export const SMALL_STACK: Rule = {
  name: "ESP of a 16-bit task",
  reason:
    "A 16-bit TSS has SP only, and the manual does not say what becomes of ESP's upper half: ones for us, as in Bochs, and then the supervisor cannot read the stack; QEMU leaves it.",
  whole: ({ theirs }) => theirs.tr === SMALL_TASK,
};

export const SYSTEM: readonly Rule[] = [
  SMALL_STACK,
  {
    name: "unknown MSRs",
    reason:
      "RDMSR and WRMSR of an MSR that does not exist are #GP(0) (SDM Vol. 2). QEMU reads zero and forgets what is written.",
    mine: ({ ours, at }) =>
      ours.vector === GP && named(at, "rdmsr", "wrmsr") && !KNOWN_MSRS.has(Number(low(ours.registers[1]!))),
  },
  {
    name: "non-canonical addresses in MSRs",
    reason:
      "WRMSR of an address that is not canonical is #GP(0), in every mode (SDM Vol. 2, WRMSR). QEMU 7.2 takes it.",
    mine: ({ ours, at }) =>
      ours.vector === GP &&
      named(at, "wrmsr") &&
      ADDRESS_MSRS.has(Number(low(ours.registers[1]!))) &&
      !isCanonical((low(ours.registers[2]!) << 32n) | low(ours.registers[0]!)),
  },
  {
    name: "control registers that do not exist",
    reason:
      "MOV to or from CR1, CR5 … is #UD, before privilege is looked at (SDM Vol. 2, MOV—Move to/from Control Registers). QEMU looks at privilege first.",
    whole: ({ ours, theirs, bytes }) =>
      ours.vector === UD &&
      theirs.vector === GP &&
      /^(66|67|f.|4.|2e|36|3e|26|64|65)*0f2[0-3]/.test(Buffer.from(bytes).toString("hex")),
  },
  {
    name: "reserved bits of CR0",
    reason: "Reserved bits of CR0 read as zero. QEMU keeps them.",
    part: (difference) =>
      difference.field === "cr0" && (xor(difference) & 0x60050017) === 0 && xor(difference) !== -1,
  },
  {
    name: "reserved bits of DR6 and DR7",
    reason:
      "Bit 12 of DR6 and bits 11, 12, 14 and 15 of DR7 are always 0 (SDM Vol. 3, 17.2). QEMU keeps them.",
    part: (difference) =>
      (difference.field === "dr6" && xor(difference) === 0x1000) ||
      (difference.field === "dr7" && (xor(difference) & ~0xd800) === 0) ||
      (/^r/.test(difference.field) &&
        typeof difference.ours === "bigint" &&
        typeof difference.theirs === "bigint" &&
        (difference.theirs & ~difference.ours & ~0xd800n) === 0n &&
        (difference.ours & ~difference.theirs) === 0n),
  },
  {
    name: "IRET to v86 mode from outer rings",
    reason:
      "VM in the image is ignored unless CPL is 0, and in IA-32e mode (SDM Vol. 2, IRET). QEMU 7.2 looks at neither.",
    whole: ({ of, theirs }) =>
      (stopOf(of, theirs).flags & 0x20000) !== 0 &&
      (of.flags & 0x20000) === 0 &&
      ((of.cs & 3) !== 0 || (of.efer & 0x400) !== 0),
  },
  {
    name: "error code of INT n in IA-32e mode",
    reason: "The error code names the vector: 8·n + 2 (SDM Vol. 3, 6.13). QEMU pushes 16·n + 2.",
    part: ({ field, ours, theirs }, both) =>
      field === "error" &&
      (both.of.efer & 0x400) !== 0 &&
      (Number(ours) & 7) === 2 &&
      Number(theirs) === 2 * (Number(ours) - 2) + 2,
  },
  {
    name: "LAR and LSL in IA-32e mode",
    reason:
      "There LAR and LSL do not know 16-bit and task-gate types (SDM Vol. 2, LAR, table 3-53). QEMU does.",
    whole: ({ of }) =>
      (of.efer & 0x400) !== 0 && ran(of).some(({ row }) => row.mnemonic === "lar" || row.mnemonic === "lsl"),
  },
  {
    name: "LTR of a null selector",
    reason: "It is #GP(0) (SDM Vol. 2, LTR). QEMU loads it.",
    mine: ({ of, ours, at }) =>
      ours.vector === GP &&
      stopOf(of, ours).error === 0 &&
      at !== undefined &&
      named(at, "ltr") &&
      (at.rm < 0 || (ours.registers[at.rm]! & 0xfffcn) === 0n),
  },
  {
    name: "non-canonical addresses of SYSRET and SYSEXIT",
    reason: "They are #GP(0) before anything has changed (SDM Vol. 2, SYSRET, SYSEXIT). QEMU goes there.",
    mine: ({ of, ours, at }) =>
      of.bits === 64 &&
      ours.vector === GP &&
      stopOf(of, ours).error === 0 &&
      ((named(at, "sysret") && !isCanonical(ours.registers[1]!)) ||
        (named(at, "sysexit") && !(isCanonical(ours.registers[1]!) && isCanonical(ours.registers[2]!)))),
  },
  {
    name: "non-canonical bases of descriptor tables",
    reason: "LGDT and LIDT of a base that is not canonical are #GP(0) (SDM Vol. 2, LGDT). QEMU loads it.",
    mine: (mine) =>
      mine.of.bits === 64 &&
      mine.ours.vector === GP &&
      mine.at !== undefined &&
      named(mine.at, "lgdt", "lidt") &&
      !isCanonical(qwordAfter(mine, mine.at.disp + 2)),
  },
  {
    name: "SYSENTER with a null selector",
    reason:
      "SYSENTER is #GP(0) when bits 2 to 15 of IA32_SYSENTER_CS are zero (SDM Vol. 2, SYSENTER, Operation). QEMU looks at all of its bits.",
    whole: ({ of, ours, theirs, at }) =>
      ours.vector === GP &&
      stopOf(of, ours).error === 0 &&
      named(at, "sysenter") &&
      theirs.vector === SYSENTER_VECTOR &&
      theirs.ss === 8,
  },
  {
    name: "SYSCALL and SYSRET outside of 64-bit mode",
    reason: "They are #UD there (SDM Vol. 2, SYSCALL, SYSRET). QEMU checks privilege and mode first.",
    whole: ({ of, ours, theirs, bytes }) =>
      (of.bits !== 64 || stopOf(of, ours).cs !== of.cs) &&
      ours.vector === UD &&
      (theirs.vector === GP || theirs.vector >= SYSCALL_VECTOR) &&
      /^(66|67|f.|2e|36|3e|26|64|65)*0f0[57]/.test(Buffer.from(bytes).toString("hex")),
  },
  {
    name: "SYSRET loads RFLAGS",
    reason: "SYSRET takes 3C7FD7 of R11 (SDM Vol. 2, SYSRET). QEMU takes VM and RF too, VIF and VIP not.",
    part: (difference, { of }) =>
      /flags$/.test(difference.field) &&
      (xor(difference) & ~(RF | 0x1a0000)) === 0 &&
      ran(of).some(({ row }) => row.mnemonic === "sysret"),
  },
  {
    name: "breakpoints that are not enabled",
    reason:
      "A single-step trap may tell in DR6 of addresses that match, whether or not DR7 enables them (SDM Vol. 3, 17.2.3). QEMU does after SYSRET; DR0 … DR3 are zero.",
    part: (difference, { ours }) =>
      difference.field === "dr6" &&
      ours.vector === DB &&
      (xor(difference) & ~0xf) === 0 &&
      (Number(difference.ours) & 0xf) === 0 &&
      (ours.dr7 & 0xff) === 0,
  },
  {
    name: "SYSEXIT to 32-bit code",
    reason:
      "Without REX.W RSP and RIP come from ECX and EDX (SDM Vol. 2, SYSEXIT). QEMU copies 64 bits of RCX.",
    part: (difference, { of }) =>
      /^(rsp|frame)/.test(difference.field) && ran(of).some(({ row }) => row.mnemonic === "sysexit"),
  },
];
