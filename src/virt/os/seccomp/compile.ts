/**
 * Rules on system calls as a filter: what libseccomp's seccomp_rule_add(3) and seccomp_load(3) do. The program asks for the architecture,
 * goes through the system calls one after the other, and through the rules of the one that it is.
 *
 *     architecture? ─no─▶ kill          number: 1 ─▶ rules of 1 ─▶ default
 *     x32?          ─yes▶ kill                  2 ─▶ rules of 2 ─▶ default
 *                                               …                  default
 */
import type { BpfInstruction } from "./bpf.ts";
import { ACTIONS, ARCHITECTURE, ENOSYS } from "./filter.ts";

export const OPERATORS = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"] as const;
export type Operator = (typeof OPERATORS)[number];

/** Of one argument, as 64 bits without sign. */
export interface Condition {
  /** 0 … 5 */
  readonly argument: number;
  readonly operator: Operator;
  /** Of MASKED_EQ the mask. */
  readonly value: bigint;
  /** Of MASKED_EQ what the masked argument is to be; libseccomp masks it as well. */
  readonly masked: bigint;
}
export interface Rule {
  readonly number: number;
  /** What the filter returns: SECCOMP_RET_ERRNO | 1, … */
  readonly action: number;
  /** All of them; none at all is always true. */
  readonly conditions: readonly Condition[];
}
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly otherwise: number;
  /** Real system calls beyond this number are answered with ENOSYS before all else. */
  readonly last?: number | undefined;
}

const LOAD = 0x20;
const AND = 0x54;
const [EQUAL, GREATER, AT_LEAST] = [0x15, 0x25, 0x35];
const RETURN = 0x06;
/** Offsets in struct seccomp_data. */
const [NUMBER, MACHINE, ARGUMENTS] = [0, 4, 16];
/** __X32_SYSCALL_BIT: the same machine by another table of calls. */
const X32 = 0x40000000;
/** A tracer has taken the call away: syscall(2) returns −1 and nothing else happens. */
const NO_CALL = 0xffffffff;

const instruction = (code: number, k: number, jt = 0, jf = 0): BpfInstruction => ({ code, jt, jf, k });
const answer = (action: number): BpfInstruction => instruction(RETURN, action >>> 0);

export function compile({ rules, otherwise, last }: RuleSet): BpfInstruction[] {
  const numbers = [...new Set(rules.map(({ number }) => number))].sort((a, b) => a - b);
  const newer = last === undefined ? [] : [instruction(GREATER, last, 0, 1), answer(ACTIONS.errno | ENOSYS)];
  return [
    instruction(LOAD, MACHINE),
    instruction(EQUAL, ARCHITECTURE, 1, 0),
    answer(ACTIONS.killThread),
    instruction(LOAD, NUMBER),
    instruction(AT_LEAST, X32, 0, 2),
    instruction(EQUAL, NO_CALL, 1 + newer.length, 0),
    answer(ACTIONS.killThread),
    ...newer,
    ...numbers.flatMap((number) => call(rules, number, otherwise)),
    answer(otherwise),
  ];
}

/** Farther than a conditional jump reaches, it takes another one. */
const FARTHEST = 255;
const JUMP = 0x05;

function call(rules: readonly Rule[], number: number, otherwise: number): BpfInstruction[] {
  const body = [...rules.filter((rule) => rule.number === number).flatMap(block), answer(otherwise)];
  if (body.length <= FARTHEST) return [instruction(EQUAL, number, 0, body.length), ...body];
  return [instruction(EQUAL, number, 1, 0), instruction(JUMP, body.length), ...body];
}

/** Where a comparison leads. */
type Way = "on" | "holds" | "fails";
interface Step {
  readonly code: number;
  readonly k: number;
  readonly yes?: Way;
  readonly no?: Way;
}

/** One rule: its conditions in a row, then its action; a condition that fails leads behind it. */
function block({ conditions, action }: Rule): BpfInstruction[] {
  const parts = conditions.map(steps);
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  let start = 0;
  return [
    ...parts.flatMap((part) => {
      const targets = { holds: start + part.length, fails: length };
      const made = part.map(({ code, k, yes, no }, i): BpfInstruction => {
        const skip = (way: Way | undefined) => (way && way !== "on" ? targets[way] - (start + i + 1) : 0);
        return instruction(code, k, skip(yes), skip(no));
      });
      start += part.length;
      return made;
    }),
    answer(action),
  ];
}

/** 64 bits by two comparisons of 32, the high half first. */
function steps({ argument, operator, value, masked }: Condition): Step[] {
  const [high, low] = [ARGUMENTS + 8 * argument + 4, ARGUMENTS + 8 * argument];
  const half = (whole: bigint, at: number) => Number((whole >> (at === high ? 32n : 0n)) & 0xffffffffn);
  const load = (at: number): Step => ({ code: LOAD, k: at });
  const compare = (code: number, at: number, yes: Way, no: Way, to = value): Step => ({
    code,
    k: half(to, at),
    yes,
    no,
  });
  if (operator === "EQ" || operator === "MASKED_EQ") {
    const to = operator === "EQ" ? value : masked;
    const mask = (at: number): Step[] => (operator === "EQ" ? [] : [{ code: AND, k: half(value, at) }]);
    return [high, low].flatMap((at) => [load(at), ...mask(at), compare(EQUAL, at, "on", "fails", to)]);
  }
  if (operator === "NE")
    return [
      load(high),
      compare(EQUAL, high, "on", "holds"),
      load(low),
      compare(EQUAL, low, "fails", "holds"),
    ];
  const [more, less]: [Way, Way] =
    operator === "GT" || operator === "GE" ? ["holds", "fails"] : ["fails", "holds"];
  const strict = operator === "GT" || operator === "LE";
  return [
    load(high),
    compare(GREATER, high, more, "on"),
    compare(EQUAL, high, "on", less),
    load(low),
    compare(strict ? GREATER : AT_LEAST, low, more, less),
  ];
}
