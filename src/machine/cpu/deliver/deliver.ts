/**
 * Delivery of exceptions and interrupts: every event enters here. A fault on the way turns the event into another one
 * (SDM Vol. 3, 6.15, Table 6-5):
 *
 *     while delivering        benign fault      contributory         page fault
 *     benign, interrupt       the new one       the new one          the new one
 *     contributory            the new one       #DF                  the new one
 *     page fault              the new one       #DF                  #DF
 *     #DF                     the new one       shutdown             shutdown
 */
import type { Visit } from "../../monitor.ts";
import { EVENT } from "../../trace.ts";
import type { Cpu } from "../cpu.ts";
import { DB, DE, DF, EXIT, FAULT, faultName, GP, NP, PF, PUSHES_ERROR, SS_FAULT, TS } from "../fault.ts";
import { enterFlat } from "../flat.ts";
import { visit } from "../visit.ts";
import { EXCEPTION, EXTERNAL, NMI_KIND, SOFTWARE } from "./event.ts";
import { deliverLong } from "./long.ts";
import { deliverProtected } from "./protected.ts";
import { deliverReal } from "./real.ts";

const CONTRIBUTORY = (1 << DE) | (1 << TS) | (1 << NP) | (1 << SS_FAULT) | (1 << GP);
const SELECTOR_ERRORS = (1 << TS) | (1 << NP) | (1 << SS_FAULT) | (1 << GP);
/** In place of an error code. */
const NO_CODE = -1;
// Copies: V8 folds a module's own constants into the code, but loads an imported one each time.
const WITH_ERROR = PUSHES_ERROR;
const PAGE_FAULT = PF;
const EXCEPTIONS = EVENT.exception;
const PAGE_FAULTS = EVENT.pageFault;

/** The exception in FAULT; ip is that of the instruction that faulted. */
export function deliverFault(cpu: Cpu): void {
  deliver(cpu, EXCEPTION, FAULT.vector, FAULT.error);
}

/** An external interrupt; ip is that of the next instruction. */
export function deliverInterrupt(cpu: Cpu, vector: number): void {
  deliver(cpu, EXTERNAL, vector, 0);
}

/** NMI; IRET lets the next one in. */
export function deliverNmi(cpu: Cpu): void {
  cpu.nmiBlocked = true;
  deliver(cpu, NMI_KIND, 2, 0);
}

/** #DB for the conditions in `hits`, bits of DR6; B0 … B3 tell of this one only, the others gather (SDM Vol. 3, 17.2.3). */
export function deliverDebug(cpu: Cpu, hits: number): void {
  if (!cpu.guest?.debug(cpu, hits)) cpu.dr[6] = ((cpu.dr[6] as number) & ~15) | hits;
  deliver(cpu, EXCEPTION, DB, 0);
}

/**
 * What a hypervisor injects at VM entry: delivered as if it had happened to the guest, and not intercepted itself (SDM Vol. 3, 26.6).
 * `length`: the bytes of the instruction that a software interrupt or exception is said to come from.
 */
export function inject(cpu: Cpu, kind: number, vector: number, error: number, length: number): void {
  const { guest, cr2 } = cpu;
  if (kind === NMI_KIND) cpu.nmiBlocked = true;
  count(cpu, kind, vector);
  const code = pushesError(kind, vector) ? error : NO_CODE;
  cpu.ip = (cpu.ip + length) | 0;
  guest?.delivering(cpu, kind, vector, code);
  if (entered(cpu, kind, vector, code)) {
    guest?.delivered(cpu);
    return;
  }
  cpu.ip = (cpu.ip - length) | 0;
  escalate(cpu, kind, vector, error, cr2);
}

/** Delivers an event that is not an instruction's own doing. A triple fault leaves a stop for the interpreter. */
export function deliver(cpu: Cpu, kind: number, vector: number, error: number): void {
  const { cr2 } = cpu;
  if (!attempt(cpu, kind, vector, error)) escalate(cpu, kind, vector, error, cr2);
}

/** False: the delivery met what is in FAULT. */
function attempt(cpu: Cpu, kind: number, vector: number, error: number): boolean {
  count(cpu, kind, vector);
  const { guest } = cpu;
  const code = pushesError(kind, vector) ? error : NO_CODE;
  if (guest !== null) {
    if (guest.event(cpu, kind, vector, error)) return true;
    guest.delivering(cpu, kind, vector, code);
  } else if (cpu.monitor !== null && visit(cpu, cpu.monitor, visitOf(kind, vector, error))) return true;
  if (guest === null && enterFlat(cpu, kind, vector, code)) return true;
  if (!entered(cpu, kind, vector, code)) return false;
  guest?.delivered(cpu);
  return true;
}

/** False when it raised something; the short way raises only what leaves a guest. */
function entered(cpu: Cpu, kind: number, vector: number, code: number): boolean {
  try {
    if (cpu.guest === null || !enterFlat(cpu, kind, vector, code)) enter(cpu, kind, vector, code);
    return true;
  } catch (fault) {
    if (fault !== FAULT) throw fault;
    return false;
  }
}

/** The delivery of an event, a page fault at `cr2` if it was one, met what is in FAULT. */
function escalate(cpu: Cpu, kind: number, vector: number, error: number, cr2: number): void {
  // INT n that was injected: its own faults are the instruction's, and come first.
  const software = kind >= SOFTWARE;
  const first = software ? FAULT.vector : vector;
  const firstError = software ? FAULT.error : error;
  const firstCr2 = software ? cpu.cr2 : cr2;
  for (;;) {
    if (FAULT.vector === EXIT) {
      cpu.guest?.exit(cpu, 0);
      return;
    }
    const next = FAULT.vector;
    // EXT: the fault did not come from the program (SDM Vol. 3, 6.13).
    const ext = kind < SOFTWARE ? (SELECTOR_ERRORS >> next) & 1 : 0;
    const nextError = FAULT.error | ext;
    // A hypervisor sees the fault itself before it could become a double fault.
    if (cpu.guest?.event(cpu, EXCEPTION, next, nextError)) return;
    const serious = next === PF || isContributory(next);
    if (kind === EXCEPTION && vector === DF && serious) {
      shutDown(cpu, faultName(first, firstError, firstCr2), next);
      return;
    }
    const double =
      kind === EXCEPTION && serious && (vector === PF || (isContributory(vector) && next !== PF));
    error = double ? 0 : nextError;
    vector = double ? DF : next;
    kind = EXCEPTION;
    if (attempt(cpu, kind, vector, error)) return;
  }
}

/** INT n, INT3, INTO, INT1: raises what delivery meets, as any instruction does. `kind` of event.ts. */
export function softwareInterrupt(cpu: Cpu, kind: number, vector: number): void {
  const { guest } = cpu;
  if (guest !== null) {
    guest.software(cpu, kind, vector);
    guest.delivering(cpu, kind, vector, NO_CODE);
  } else if (cpu.monitor !== null && visit(cpu, cpu.monitor, { kind: "software", vector })) {
    cpu.trace.event(EVENT.softwareInterrupt, vector);
    return;
  }
  if (!enterFlat(cpu, kind, vector, NO_CODE)) enter(cpu, kind, vector, NO_CODE);
  guest?.delivered(cpu);
  cpu.skipsStep = true;
  cpu.trace.event(EVENT.softwareInterrupt, vector);
}

function visitOf(kind: number, vector: number, error: number): Visit {
  return kind === EXCEPTION ? { kind: "exception", vector, error } : { kind: "interrupt", vector };
}

function isContributory(vector: number): boolean {
  return vector < 32 && ((CONTRIBUTORY >> vector) & 1) !== 0;
}

function count(cpu: Cpu, kind: number, vector: number): void {
  if (kind === EXCEPTION) {
    cpu.trace.event(EXCEPTIONS, vector);
    if (vector === PAGE_FAULT) cpu.trace.event(PAGE_FAULTS, cpu.cr2 | 0);
  } else cpu.trace.event(EVENT.interrupt, vector);
}

function pushesError(kind: number, vector: number): boolean {
  return kind === EXCEPTION && vector < 32 && ((WITH_ERROR >> vector) & 1) !== 0;
}

/** The rules in full; `code` is NO_CODE where none is pushed. */
function enter(cpu: Cpu, kind: number, vector: number, code: number): void {
  const { prices, cpl } = cpu;
  cpu.clock.charge(kind === EXTERNAL ? prices.externalInterrupt : prices.exception);
  if (!cpu.protectedMode) deliverReal(cpu, vector);
  else if (cpu.longMode) deliverLong(cpu, kind, vector, code);
  else deliverProtected(cpu, kind, vector, code);
  if (cpu.cpl !== cpl) cpu.clock.charge(prices.ringChange);
  cpu.shadow = false;
  cpu.halted = false;
}

function shutDown(cpu: Cpu, first: string, vector: number): void {
  const { selector } = cpu.segments;
  const at = `${(selector[1] as number).toString(16)}:${(cpu.ip >>> 0).toString(16)}`;
  const second = faultName(vector, FAULT.error, cpu.cr2);
  const detail = `${first}, and ${second} while delivering a double fault (#DF) at ${at}`;
  if (cpu.guest !== null) {
    if (cpu.guest.shutdown(cpu, detail)) return;
  } else if (cpu.monitor !== null && visit(cpu, cpu.monitor, { kind: "shutdown", detail })) return;
  cpu.stop = { reason: "shutdown", detail };
  cpu.clock.attend();
}
