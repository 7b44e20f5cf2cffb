/**
 * Hypercalls by number. A long one is done in pieces, so that a guest cannot keep the processor: what is left stands in its registers, and it
 * runs into the same INT again.
 */
import type { Ledger } from "../../../machine/ledger.ts";
import type { EventCalls } from "./event-calls.ts";
import type { GrantCalls } from "./grant-calls.ts";
import { BadPointer, type GuestMemory } from "./guest-memory.ts";
import { EFAULT, EINVAL, ENOSYS, HYPERCALL_VECTOR } from "./interface.ts";
import type { Arguments, MemoryCalls } from "./memory-calls.ts";
import type { ProcessorCalls } from "./processor-calls.ts";

const MULTICALL = 13;
const MULTICALL_ENTRY = 32;
/** Requests that one entry into the monitor does. */
const MOST = 512;

interface Call {
  readonly name: string;
  run(given: Arguments): number;
  /** Its second argument counts requests of so many bytes at the first. */
  readonly listOf?: number;
}

export interface CallsParts {
  readonly memory: GuestMemory;
  readonly memoryCalls: MemoryCalls;
  readonly processorCalls: ProcessorCalls;
  readonly eventCalls: EventCalls;
  readonly ledger: Ledger;
  /** Without neighbours there are no grants. */
  readonly grantCalls?: GrantCalls | undefined;
}

/** How a hypercall went: the result, or what is left to do, as the first two arguments. */
export interface Done {
  readonly name: string;
  readonly result: number;
  readonly rest?: { readonly at: number; readonly count: number };
}

export class Calls {
  readonly #parts: CallsParts;
  readonly #calls: ReadonlyMap<number, Call>;
  /** How often each was asked for, alone or in a multicall. */
  readonly counts = new Map<string, number>();

  constructor(parts: CallsParts) {
    this.#parts = parts;
    const { memoryCalls: memory, processorCalls: processor, eventCalls, grantCalls } = parts;
    this.#calls = new Map<number, Call>([
      [0, { name: "set_trap_table", run: (a) => processor.setTrapTable(a) }],
      [1, { name: "mmu_update", run: (a) => memory.mmuUpdate(a), listOf: 16 }],
      [2, { name: "set_gdt", run: (a) => memory.setGdt(a) }],
      [3, { name: "stack_switch", run: (a) => processor.stackSwitch(a) }],
      [4, { name: "set_callbacks", run: (a) => processor.setCallbacks(a) }],
      [10, { name: "update_descriptor", run: (a) => memory.updateDescriptor(a) }],
      [MULTICALL, { name: "multicall", run: (a) => this.#multicall(a), listOf: MULTICALL_ENTRY }],
      [14, { name: "update_va_mapping", run: (a) => memory.updateVaMapping(a) }],
      [17, { name: "xen_version", run: () => 0x00030000 }],
      [20, { name: "grant_table_op", run: (a) => grantCalls?.grantTableOp(a) ?? ENOSYS }],
      [24, { name: "vcpu_op", run: (a) => processor.vcpuOp(a) }],
      [26, { name: "mmuext_op", run: (a) => memory.mmuExtended(a), listOf: 12 }],
      [29, { name: "sched_op", run: (a) => processor.schedOp(a) }],
      [32, { name: "event_channel_op", run: (a) => eventCalls.eventOp(a) }],
    ]);
  }

  /** What the guest asks for with INT 82h. */
  make(number: number, given: Arguments): Done {
    const call = this.#calls.get(number);
    const size = call?.listOf;
    const [at, count, ...others] = given;
    if (call === undefined || size === undefined || count <= MOST) return this.#run(call, number, given);
    const done = this.#run(call, number, [at, MOST, ...others] as unknown as Arguments);
    if (done.result < 0) return done;
    return { ...done, rest: { at: at + size * MOST, count: count - MOST } };
  }

  #run(call: Call | undefined, number: number, given: Arguments): Done {
    const name = call?.name ?? `hypercall ${number}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    this.#parts.ledger.pay("hypercall", number);
    if (call === undefined) return { name, result: ENOSYS };
    try {
      return { name, result: call.run(given) };
    } catch (error) {
      if (!(error instanceof BadPointer)) throw error;
      return { name, result: EFAULT };
    }
  }

  /** (calls, count): each a number, room for its result, six arguments. */
  #multicall([calls, count]: Arguments): number {
    const { memory } = this.#parts;
    for (let n = 0; n < count; n++) {
      const at = calls + MULTICALL_ENTRY * n;
      const number = memory.read32(at) >>> 0;
      const given = Array.from({ length: 6 }, (_, i) => memory.read32(at + 8 + 4 * i) >>> 0);
      const call = this.#calls.get(number);
      const tooLong = call?.listOf !== undefined && (given[1] as number) > MOST;
      const result =
        number === MULTICALL || tooLong
          ? EINVAL
          : this.#run(call, number, given as unknown as Arguments).result;
      memory.write32(at + 4, result);
    }
    return 0;
  }
}

/** The bytes of INT 82h, which a hypercall that goes on runs again. */
export const INT_LENGTH = 2;
export const isHypercall = (vector: number): boolean => vector === HYPERCALL_VECTOR;
