/**
 * The address space of the process that QEMU is on its host: linear is host-physical, and what it has is mapped, nothing else.
 *
 *     stack │ environment │ translations (read-only) │ … │ the guest's memory          ring 3, flat segments, 4-KiB pages
 */
import type { Gpa } from "../../../machine/address.ts";
import { CR0 } from "../../../machine/cpu/cpu.ts";
import { IF } from "../../../machine/cpu/flags.ts";
import { ESP } from "../../../machine/cpu/registers.ts";
import { setSegment, updateMode } from "../../../machine/cpu/segments.ts";
import { CS, ES, GS } from "../../../machine/isa/instruction.ts";
import type { Host } from "../host.ts";
import { ENV_BYTES } from "./env.ts";

const PAGE = 4096;
const MIB = 1 << 20;
const MOST_CODE = 4 * MIB;
const LEAST_CODE = 256 * 1024;
const ENTRIES = 1024;
const PRESENT_USER = 5;
const WRITABLE = 2;
const CODE_SELECTOR = 0x23;
const DATA_SELECTOR = 0x2b;
/** Accessed code and data of ring 3, as the second dword of a descriptor has them. */
const USER_CODE = 0xc0fb00;
const USER_DATA = 0xc0f300;
const USER = 3;

export interface Space {
  /** Host addresses. */
  readonly env: number;
  readonly code: number;
  readonly codeBytes: number;
}

/** Lays the process out in the host's memory, and puts P into it. */
export function makeSpace(host: Host): Space {
  const { bus, cpu } = host;
  const end = bus.ram.length;
  const directory = host.frame();
  const tables = take(host, Math.ceil(end / (ENTRIES * PAGE)));
  const stack = take(host, 1);
  const env = take(host, Math.ceil(ENV_BYTES / PAGE));
  const codeBytes = Math.min(MOST_CODE, host.frames.left * PAGE);
  if (codeBytes < LEAST_CODE)
    throw new RangeError("the monitor's memory is too small to keep translations: give it 1 MiB at least");
  const code = take(host, codeBytes / PAGE);
  const put = (at: number, entry: number) => bus.view.setInt32(at, entry | PRESENT_USER, true);
  const map = (from: number, to: number, rights: number) => {
    for (let at = from; at < to; at += PAGE) put(tables + (at / PAGE) * 4, at | rights);
  };
  for (let at = 0; at * ENTRIES * PAGE < end; at++) put(directory + 4 * at, (tables + at * PAGE) | WRITABLE);
  map(stack, stack + PAGE, WRITABLE);
  map(env, env + ENV_BYTES, WRITABLE);
  map(code, code + codeBytes, 0);
  map(host.base, end, WRITABLE);

  cpu.cr0 |= CR0.PE | CR0.PG | CR0.WP;
  cpu.cr3 = directory;
  cpu.cpl = USER;
  cpu.flags.eflags |= IF;
  setSegment(cpu, CS, CODE_SELECTOR, 0, 0xffffffff, USER_CODE);
  for (let segment = ES; segment <= GS; segment++)
    if (segment !== CS) setSegment(cpu, segment, DATA_SELECTOR, 0, 0xffffffff, USER_DATA);
  cpu.memory.setControl(cpu.cr0, cpu.cr4, cpu.efer);
  cpu.memory.loadCr3(cpu.cr3, 0);
  updateMode(cpu);
  cpu.r32[ESP] = stack + PAGE;
  return { env, code, codeBytes };
}

/** Frames that follow each other: at the beginning all do. */
function take(host: Host, count: number): Gpa {
  const first: number = host.frame();
  for (let i = 1; i < count; i++)
    if (host.frame() !== first + i * PAGE)
      throw new Error("invariant: the monitor's memory has holes already");
  return first as Gpa;
}
