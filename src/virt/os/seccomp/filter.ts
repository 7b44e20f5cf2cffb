/** Filters of system calls, and what they say of one: seccomp(2). */
import { type BpfInstruction, run } from "./bpf.ts";

export interface SeccompFilter {
  readonly program: readonly BpfInstruction[];
}

/** AUDIT_ARCH_X86_64 */
export const ARCHITECTURE = 0xc000003e;

/**
 * struct seccomp_data, 64 bytes as 16 words of 32 bits, low halves first:
 *
 *     0 number │ 1 architecture │ 2, 3 instruction pointer │ 4 … 15 six arguments
 */
export type SeccompData = Uint32Array;
export const DATA_BYTES = 64;

export function seccompData(number: number, args: readonly bigint[]): SeccompData {
  const data = new Uint32Array(DATA_BYTES / 4);
  [data[0], data[1]] = [number, ARCHITECTURE];
  for (const [i, argument] of args.entries()) {
    data[4 + 2 * i] = Number(argument & 0xffffffffn);
    data[5 + 2 * i] = Number((argument >> 32n) & 0xffffffffn);
  }
  return data;
}

/** The high half of what a filter returns, SECCOMP_RET_…; as signed numbers the smallest prevails. */
export const ACTIONS = {
  killProcess: 0x80000000 | 0,
  killThread: 0,
  trap: 0x00030000,
  errno: 0x00050000,
  notify: 0x7fc00000,
  trace: 0x7ff00000,
  log: 0x7ffc0000,
  allow: 0x7fff0000,
} as const;
type Action = keyof typeof ACTIONS;
const MOST_ERRNO = 4095;

export type Verdict =
  | { readonly kind: "allow" }
  /** The call returns −number and nothing happens; with 0 it looks as if it had. */
  | { readonly kind: "errno"; readonly number: number }
  | { readonly kind: "kill"; readonly signal: number };

const SIGSYS = 31;
export const ENOSYS = 38;
const ALLOW: Verdict = { kind: "allow" };
const KILL: Verdict = { kind: "kill", signal: SIGSYS };

/** What becomes of a system call. Every filter is asked. */
export function judge(filters: readonly SeccompFilter[], data: SeccompData): Verdict {
  let verdict = ACTIONS.allow as number;
  for (const { program } of filters) {
    const value = run(program, data) | 0;
    if ((value & 0xffff0000) < (verdict & 0xffff0000)) verdict = value;
  }
  const action = (Object.keys(ACTIONS) as Action[]).find((one) => ACTIONS[one] === (verdict & 0xffff0000));
  switch (action) {
    case "allow":
    case "log":
      return ALLOW;
    case "errno":
      return { kind: "errno", number: Math.min(verdict & 0xffff, MOST_ERRNO) };
    // Nobody traces, and nobody listens.
    case "trace":
    case "notify":
      return { kind: "errno", number: ENOSYS };
    default:
      return KILL;
  }
}
