/**
 * A container's filter of system calls: OCI runtime-spec 1.1, config-linux.md "Seccomp", as runc 1.1 hands it to libseccomp 2.5 (of which
 * its tests ask the same).
 */
import { z } from "zod";
import { DocumentError } from "../document.ts";
import type { BpfInstruction } from "../seccomp/bpf.ts";
import { compile, OPERATORS, type Operator, type Rule } from "../seccomp/compile.ts";
import { ACTIONS, ENOSYS } from "../seccomp/filter.ts";
import { SYSTEM_CALLS } from "../seccomp/numbers.ts";

const ACTION = {
  SCMP_ACT_KILL: "killThread",
  SCMP_ACT_KILL_THREAD: "killThread",
  SCMP_ACT_KILL_PROCESS: "killProcess",
  SCMP_ACT_TRAP: "trap",
  SCMP_ACT_ERRNO: "errno",
  SCMP_ACT_NOTIFY: "notify",
  SCMP_ACT_TRACE: "trace",
  SCMP_ACT_LOG: "log",
  SCMP_ACT_ALLOW: "allow",
} as const;
type ActionName = keyof typeof ACTION;
const SAYING: readonly ActionName[] = ["SCMP_ACT_ERRNO", "SCMP_ACT_TRACE"];
const EPERM = 1;
const NATIVE = "SCMP_ARCH_X86_64";
const FLAGS = ["TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV"].map((one) => `SECCOMP_FILTER_FLAG_${one}`);

const action = z.enum(Object.keys(ACTION) as ActionName[], {
  error: `no such action; there are ${Object.keys(ACTION).join(", ")}`,
});
/** A number of JSON is a double here. */
const wide = z.number().int().min(0).refine(Number.isSafeInteger, {
  error: "beyond 2^53 it is not read exactly; compare a part of it by SCMP_CMP_MASKED_EQ",
});
const errno = z.int().min(0).max(4095, { error: "an error's number is 4095 at most" });
const operators = OPERATORS.map((one) => `SCMP_CMP_${one}` as const);

export const seccompSchema = z.looseObject({
  defaultAction: action,
  defaultErrnoRet: errno.optional(),
  architectures: z.array(z.string().regex(/^SCMP_ARCH_\w+$/, { error: "no architecture" })).nullish(),
  flags: z.array(z.enum(FLAGS, { error: `no such flag; there are ${FLAGS.join(", ")}` })).nullish(),
  listenerPath: z.string().optional(),
  syscalls: z
    .array(
      z.looseObject({
        names: z.array(z.string().min(1, { error: "an empty string names no system call" })).min(1, {
          error: "it names no system call",
        }),
        action,
        errnoRet: errno.optional(),
        args: z
          .array(
            z.looseObject({
              index: z.int().min(0).max(5, { error: "a system call has six arguments, 0 to 5" }),
              value: wide,
              valueTwo: wide.optional(),
              op: z.enum(operators, { error: `no such comparison; there are ${operators.join(", ")}` }),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});
export type Seccomp = z.output<typeof seccompSchema>;
type Call = NonNullable<Seccomp["syscalls"]>[number];

/** What is right alone and wrong together. @throws DocumentError */
export function checkSeccomp(seccomp: Seccomp, where: string): void {
  const refuse = (place: string, what: string, remedy: string): never => {
    throw new DocumentError(`${where}.${place}`, what, remedy);
  };
  const calls = seccomp.syscalls ?? [];
  const saying = (name: ActionName, place: string) => {
    if (!SAYING.includes(name))
      refuse(place, `${name} returns no error`, `Leave it out, or take ${SAYING.join(" or ")}.`);
  };
  if (seccomp.defaultErrnoRet !== undefined) saying(seccomp.defaultAction, "defaultErrnoRet");
  if (seccomp.defaultAction === "SCMP_ACT_NOTIFY")
    refuse("defaultAction", "a runtime could not even start the listener", "Notify of single system calls.");
  for (const [i, call] of calls.entries()) {
    if (call.errnoRet !== undefined) saying(call.action, `syscalls[${i}].errnoRet`);
    if (call.action !== "SCMP_ACT_NOTIFY") continue;
    if (!seccomp.listenerPath)
      refuse(`syscalls[${i}].action`, "nobody is there to be notified", "Name the listener in listenerPath.");
    if (call.names.includes("write"))
      refuse(
        `syscalls[${i}].names`,
        "write cannot be one to notify of, since a runtime needs it to hand the listener over",
        "Take it out.",
      );
  }
  rulesOf(seccomp, where);
}

const returned = (name: ActionName, number: number | undefined): number =>
  (ACTIONS[ACTION[name]] | (SAYING.includes(name) ? (number ?? EPERM) : 0)) >>> 0;

export interface Filter {
  readonly program: readonly BpfInstruction[];
  /** System calls that this kernel has no number for: no program can make them. */
  readonly unknown: readonly string[];
}

export function filterOf(seccomp: Seccomp, where: string): Filter {
  const { rules, unknown } = rulesOf(seccomp, where);
  const otherwise = returned(seccomp.defaultAction, seccomp.defaultErrnoRet);
  return { program: compile({ rules, otherwise, last: lastOf(seccomp) }), unknown };
}

/**
 * A program built for a newer kernel should learn that a call is not there, and not that it may not: what is newer than all that a
 * profile names is answered so, unless it is let through anyway.
 */
function lastOf({ defaultAction, defaultErrnoRet, architectures, syscalls }: Seccomp): number | undefined {
  if (
    ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"].includes(defaultAction) ||
    defaultErrnoRet === ENOSYS
  )
    return undefined;
  if (!architectures?.includes(NATIVE)) return undefined;
  const numbers = (syscalls ?? []).flatMap(({ names }) => names.map((name) => SYSTEM_CALLS.get(name) ?? 0));
  return Math.max(0, ...numbers) || undefined;
}

/** As seccomp_rule_add(3) takes them one after the other. @throws DocumentError */
function rulesOf(seccomp: Seccomp, where: string): { rules: Rule[]; unknown: string[] } {
  const otherwise = returned(seccomp.defaultAction, seccomp.defaultErrnoRet);
  const byNumber = new Map<number, Rule[]>();
  const unknown = new Set<string>();
  for (const [i, call] of (seccomp.syscalls ?? []).entries()) {
    const value = returned(call.action, call.errnoRet);
    // What happens anyway needs no rule.
    if (value === otherwise) continue;
    for (const name of call.names) {
      const number = SYSTEM_CALLS.get(name);
      if (number === undefined) unknown.add(name);
      else
        for (const conditions of alternatives(call)) {
          const added = add(byNumber.get(number) ?? [], { number, action: value, conditions });
          if (!added)
            throw new DocumentError(
              `${where}.syscalls[${i}]`,
              `${name} has another action already under the same conditions`,
              "Say one of them.",
            );
          byNumber.set(number, added);
        }
    }
  }
  return { rules: [...byNumber.values()].flat(), unknown: [...unknown] };
}

/** All of the conditions, or, if two are of one argument, any of them: so it was before libseccomp could do better, and so it stays. */
function alternatives({ args }: Call): Rule["conditions"][] {
  const conditions = (args ?? []).map(({ index, op, value, valueTwo }) => ({
    argument: index,
    operator: op.slice("SCMP_CMP_".length) as Operator,
    value: BigInt(value),
    masked: op === "SCMP_CMP_MASKED_EQ" ? BigInt(value) & BigInt(valueTwo ?? 0) : 0n,
  }));
  const twice = new Set(conditions.map(({ argument }) => argument)).size < conditions.length;
  return twice ? conditions.map((one) => [one]) : [conditions];
}

/** The first rule without conditions stays, and takes the place of what had some. Undefined: it contradicts one that is there. */
function add(rules: readonly Rule[], rule: Rule): Rule[] | undefined {
  if (rules.some(({ conditions }) => conditions.length === 0)) return [...rules];
  if (rule.conditions.length === 0) return [rule];
  const key = ({ conditions }: Rule) =>
    conditions
      .map(({ argument, operator, value, masked }) => `${argument} ${operator} ${value} ${masked}`)
      .sort()
      .join();
  const same = rules.find((one) => key(one) === key(rule));
  if (same) return same.action === rule.action ? [...rules] : undefined;
  return [...rules, rule];
}
