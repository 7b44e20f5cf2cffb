/**
 * The published list: J. S. Robin and C. E. Irvine, "Analysis of the Intel Pentium's Ability to Support a Secure Virtual Machine
 * Monitor", USENIX Security 2000, section 3: 17 instructions. Nothing in the experiment reads it; it is what we compare with.
 *
 * The list names 18 mnemonics. VERR and VERW have one entry in the manual (SDM Vol. 2, "VERR/VERW"), all others one each, and
 * 18 mnemonics in 17 entries is how we count. CALL, JMP and RET are there for their far forms, PUSH, POP and MOV for those with
 * segment registers.
 */
export const PUBLISHED: readonly string[] = [
  ...["SGDT", "SIDT", "SLDT", "SMSW", "PUSHF", "POPF"],
  ...["LAR", "LSL", "VERR", "VERW", "POP", "PUSH", "CALL", "JMP", "INT n", "RET", "STR", "MOV"],
];
export const PUBLISHED_COUNT = 17;

/** Mnemonics that share an entry of the manual, as far as they matter here. */
const SHARED: readonly (readonly string[])[] = [
  ["VERR", "VERW"],
  ["LDS", "LES", "LFS", "LGS", "LSS"],
];

/** The manual's entry: "VERR/VERW". */
export function entryOf(mnemonic: string): string {
  return SHARED.find((group) => group.includes(mnemonic))?.join("/") ?? mnemonic;
}
