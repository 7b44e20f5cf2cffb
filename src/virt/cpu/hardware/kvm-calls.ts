/**
 * KVM's hypercalls as far as a 32-bit guest of 2008 uses them (Linux 2.6.25, include/linux/kvm_para.h and arch/x86/include/asm/kvm_para.h):
 * page-table updates, many with one VMCALL.
 *
 *     EAX 2 (KVM_HC_MMU_OP)   EBX bytes   EDX:ECX their guest-physical address      EAX ← bytes done, or a negative error number
 *
 *     write PTE   0 1   4 –   8 physical address of the entry   16 value
 *     flush TLB   0 2   4 –
 *     release     0 3   4 –   8 physical address of a table
 */
import type { Gpa } from "../../../machine/address.ts";
import { CR4 } from "../../../machine/cpu/cpu.ts";
import { EAX, EBX, ECX, EDX } from "../../../machine/cpu/registers.ts";
import type { Hypercall } from "./engine.ts";

/** CPUID 40000001h EAX. */
export const KVM_FEATURES = { nopIoDelay: 1 << 1, mmuOp: 1 << 2 } as const;

const MMU_OP = 2;
const WRITE_PTE = 1;
const FLUSH_TLB = 2;
const RELEASE_PT = 3;
const SIZES = [0, 24, 8, 16];
/** What one call does at most; the guest calls again for the rest. */
const MOST_BYTES = 512;
const EPERM = -1;
const EINVAL = -22;
const ENOSYS = -1000;

export const kvmCalls: Hypercall = (host, pager) => {
  const { cpu, bus } = host.machine;
  const { r32 } = cpu;
  const { view } = bus;
  const ram = bus.ram.length;

  const inRam = (address: number, bytes: number) => address >= 0 && address + bytes <= ram;
  const write = (address: number, low: number, high: number): boolean => {
    const wide = (cpu.cr4 & CR4.PAE) !== 0;
    const bytes = wide ? 8 : 4;
    if (!inRam(address, bytes) || address % bytes !== 0) return false;
    bus.write(address as Gpa, low >>> 0, 4);
    if (wide) bus.write((address + 4) as Gpa, high >>> 0, 4);
    return true;
  };
  const quad = (at: number) => view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);

  /** Bytes done: a request that is none ends them. */
  const mmuOp = (bytes: number, buffer: number): number => {
    let done = 0;
    while (done < bytes) {
      const at = buffer + done;
      const kind = inRam(at, 8) ? view.getUint32(at, true) : 0;
      const size = SIZES[kind] ?? 0;
      if (size === 0 || size > bytes - done || !inRam(at, size)) break;
      if (kind === WRITE_PTE) {
        if (!write(quad(at + 8), view.getInt32(at + 16, true), view.getInt32(at + 20, true))) break;
        host.ledger.pay("validate");
      } else if (kind === FLUSH_TLB) pager.loadCr3();
      else if (kind !== RELEASE_PT) break;
      done += size;
    }
    return done > 0 ? done : EINVAL;
  };

  const number = r32[EAX] as number;
  const bytes = (r32[EBX] as number) >>> 0;
  const buffer = ((r32[EDX] as number) >>> 0) * 4294967296 + ((r32[ECX] as number) >>> 0);
  if (cpu.cpl !== 0) r32[EAX] = EPERM;
  else if (number !== MMU_OP) r32[EAX] = ENOSYS;
  else r32[EAX] = mmuOp(Math.min(bytes, MOST_BYTES), buffer);
  return true;
};
