/**
 * Wrong: believes that ports have eight bits.
 * Breaks clause: C4
 * Caught by: exits: four bytes, by a string instruction
 * Caught by hidden: exits: ports
 */
import type {
  Action,
  Allowed,
  Exit,
  HardwareAssist,
  Injection,
  Waiting,
  Wish,
} from "ringlab/labs/05-hardware-assist/component";

function controls({ required, optional }: Wish, { must, may }: Allowed): number | null {
  if ((required & ~may) !== 0) return null;
  return (must | required | (optional & may)) >>> 0;
}

const ACCESS = ["write", "read", "clts", "lmsw"] as const;

function onExit({ reason, qualification, length, interruption, error }: Exit): Action {
  switch (reason) {
    case 0: {
      const type = (interruption >>> 8) & 7;
      if (type !== 3 && type !== 6) return { kind: "unknown", advance: 0 };
      const withError = ((interruption >>> 11) & 1) === 1;
      return { kind: "exception", vector: interruption & 0xff, error: withError ? error : null, advance: 0 };
    }
    case 1:
      return { kind: "interrupt", advance: 0 };
    case 7:
      return { kind: "window", advance: 0 };
    case 10:
      return { kind: "cpuid", advance: length };
    case 12:
      return { kind: "hlt", advance: length };
    case 28: {
      const access = ACCESS[(qualification >>> 4) & 3]!;
      const register = (qualification >>> 8) & 15;
      const operand = access === "lmsw" ? qualification >>> 16 : access === "clts" ? 0 : register;
      return { kind: "control", register: qualification & 15, access, operand, advance: length };
    }
    case 30:
      return {
        kind: "io",
        direction: (qualification & 8) !== 0 ? "in" : "out",
        port: (qualification >>> 16) & 0xff,
        size: (qualification & 7) + 1,
        string: (qualification & 16) !== 0,
        advance: length,
      };
    default:
      return { kind: "unknown", advance: 0 };
  }
}

const VALID = 0x80000000;
const WITH_ERROR = 1 << 11;

function inject(waiting: Waiting): Injection {
  const { vectoring, vectoringError, exception, nmi, nmiBlocked, interrupt, interruptible } = waiting;
  const window = interrupt !== null;
  if ((vectoring & VALID) !== 0) {
    const error = (vectoring & WITH_ERROR) !== 0 ? vectoringError : 0;
    return { information: (vectoring & ~(1 << 12)) >>> 0, error, window };
  }
  if (exception !== null) {
    const type = exception.vector === 3 || exception.vector === 4 ? 6 : 3;
    const flag = exception.error === null ? 0 : WITH_ERROR;
    const information = (VALID | flag | (type << 8) | exception.vector) >>> 0;
    return { information, error: exception.error ?? 0, window };
  }
  if (nmi && !nmiBlocked) return { information: (VALID | (2 << 8) | 2) >>> 0, error: 0, window };
  if (interrupt !== null && interruptible)
    return { information: (VALID | interrupt) >>> 0, error: 0, window: false };
  return { information: 0, error: 0, window };
}

export const component: HardwareAssist = { controls, onExit, inject };
