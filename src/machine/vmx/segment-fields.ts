/** The eight segment registers in a VMCS: slots of selector, base, limit and access rights, by the processor's numbers (LDTR 6, TR 7). */
import { LDTR, TR } from "../cpu/cpu.ts";
import { CS, DS, ES, FS, GS, SS } from "../isa/instruction.ts";
import { UNUSABLE } from "./controls.ts";
import { FIELDS, type FieldName, slotOf } from "./fields.ts";

const NAMES: readonly (readonly [number, string])[] = [
  [ES, "Es"],
  [CS, "Cs"],
  [SS, "Ss"],
  [DS, "Ds"],
  [FS, "Fs"],
  [GS, "Gs"],
  [LDTR, "Ldtr"],
  [TR, "Tr"],
];

export interface SegmentFields {
  readonly register: number;
  /** "CS". */
  readonly name: string;
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  readonly access: number;
}

const slot = (name: string) => slotOf(FIELDS[name as FieldName]);

export const GUEST_SEGMENTS: readonly SegmentFields[] = NAMES.map(([register, name]) => ({
  register,
  name: name.toUpperCase(),
  selector: slot(`guest${name}`),
  base: slot(`guest${name}Base`),
  limit: slot(`guest${name}Limit`),
  access: slot(`guest${name}Access`),
})).sort((a, b) => a.register - b.register);

/**
 * Access rights (SDM Vol. 3, 24.4.1) are bits 23:8 of a descriptor's second dword, without its limit; the processor keeps them in
 * place (cpu.segments.access), with 0 for a register that holds nothing.
 */
export const toRights = (access: number): number => (access === 0 ? UNUSABLE : (access >>> 8) & 0xf0ff);
export const fromRights = (rights: number): number =>
  (rights & UNUSABLE) !== 0 ? 0 : (rights & 0xf0ff) << 8;
