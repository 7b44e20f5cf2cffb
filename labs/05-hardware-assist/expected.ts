/** What is right, bit by bit and as naively as it can be said; not the reference solution. */
import type { Action, Exit, HardwareAssist, Injection, Waiting } from "./component.ts";
import { Hypervisor, type Program, show } from "./hypervisor.ts";
import { type Field, showValue } from "./scenarios.ts";

const bit = (value: number, n: number): boolean => Math.floor(value / 2 ** n) % 2 === 1;
const bits = (value: number, from: number, to: number): number =>
  Math.floor(value / 2 ** from) % 2 ** (to - from + 1);

/** Bit by bit. */
export function controlsOf({ wish, allowed }: Field): number | null {
  let value = 0;
  for (let n = 0; n < 32; n++) {
    const is = (word: number) => bit(word >>> 0, n);
    if (is(wish.required) && !is(allowed.may)) return null;
    if (is(allowed.must) || is(wish.required) || (is(wish.optional) && is(allowed.may))) value += 2 ** n;
  }
  return value;
}

const ACCESSES = ["write", "read", "clts", "lmsw"] as const;

export function actionOf(exit: Exit): Action {
  const { reason, qualification: q, length: advance, interruption: i, error } = exit;
  if (reason === 30)
    return {
      ...{ kind: "io", direction: bit(q, 3) ? "in" : "out", port: bits(q, 16, 31) },
      ...{ size: bits(q, 0, 2) + 1, string: bit(q, 4), advance },
    };
  if (reason === 28) {
    const access = ACCESSES[bits(q, 4, 5)] as (typeof ACCESSES)[number];
    const operand = access === "clts" ? 0 : access === "lmsw" ? bits(q, 16, 31) : bits(q, 8, 11);
    return { kind: "control", register: bits(q, 0, 3), access, operand, advance };
  }
  if (reason === 10 || reason === 12) return { kind: reason === 10 ? "cpuid" : "hlt", advance };
  if (reason === 1 || reason === 7) return { kind: reason === 1 ? "interrupt" : "window", advance: 0 };
  if (reason === 0 && (bits(i, 8, 10) === 3 || bits(i, 8, 10) === 6))
    return { kind: "exception", vector: bits(i, 0, 7), error: bit(i, 11) ? error : null, advance: 0 };
  return { kind: "unknown", advance: 0 };
}

export function injectionOf(waiting: Waiting): Injection {
  const { vectoring: v, vectoringError, exception, nmi, nmiBlocked, interrupt, interruptible } = waiting;
  const later = interrupt !== null;
  if (bit(v, 31))
    return {
      information: bit(v, 12) ? v - 2 ** 12 : v,
      error: bit(v, 11) ? vectoringError : 0,
      window: later,
    };
  if (exception !== null) {
    const { vector, error } = exception;
    const type = vector === 3 || vector === 4 ? 6 : 3;
    const information = 2 ** 31 + (error === null ? 0 : 2 ** 11) + type * 2 ** 8 + vector;
    return { information, error: error ?? 0, window: later };
  }
  if (nmi && !nmiBlocked) return { information: 2 ** 31 + 2 * 2 ** 8 + 2, error: 0, window: later };
  if (interrupt !== null && interruptible)
    return { information: 2 ** 31 + interrupt, error: 0, window: false };
  return { information: 0, error: 0, window: later };
}

/** The library's own component: for guests, whose course nobody computes by hand. */
export const oracle: HardwareAssist = {
  controls: (wish, allowed) => controlsOf({ wish, allowed }),
  onExit: actionOf,
  inject: injectionOf,
};

export const controlsLine = (field: Field): string => showValue(controlsOf(field));
export const exitLine = (exit: Exit): string => show(actionOf(exit));
export function injectLine(waiting: Waiting): string {
  const { information, error, window } = injectionOf(waiting);
  return `${information.toString(16)}h, error ${error.toString(16)}h${window ? ", and the window" : ""}`;
}
export const guestLines = (program: Program): string[] => new Hypervisor(oracle, program).run();
