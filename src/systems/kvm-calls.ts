/**
 * KVM's hypercalls: VMCALL with a number in EAX, arguments in EBX, ECX, EDX, and the result in EAX (Linux,
 * Documentation/virt/kvm/x86/hypercalls.rst). The one that does something is KVM_HC_MMU_OP of Linux 2.6.25 … 3.2 (asm/kvm_para.h of that time),
 * for which a guest puts requests one behind the other in its memory:
 *
 *     write PTE    1, 0, physical address of the entry (8 bytes), value (8 bytes)
 *     flush TLB    2, 0
 *     release      3, 0, physical address of what is a page table no more (8 bytes)
 *
 * A pointer is the guest's word: what is not RAM is not read and not written, and the number of bytes done says where it ended.
 */
import type { Gpa } from "../machine/address.ts";
import { PAGE_MMIO, PAGE_ROM } from "../machine/bus.ts";
import type { Cpu } from "../machine/cpu/cpu.ts";
import { EAX, EBX, ECX, EDX } from "../machine/cpu/registers.ts";
import type { HypercallFactory } from "../virt/cpu/hardware/engine.ts";
import type { Host } from "../virt/cpu/host.ts";

/** CPUID 40000001h EAX. */
export const KVM_FEATURE = { nopIoDelay: 1 << 1, mmuOp: 1 << 2 } as const;

const MMU_OP = 2;
const EPERM = 1;
const ENOSYS = 1000;

const WRITE_PTE = 1;
const FLUSH_TLB = 2;
const RELEASE_TABLE = 3;
const LENGTHS: Readonly<Record<number, number>> = { [WRITE_PTE]: 24, [FLUSH_TLB]: 8, [RELEASE_TABLE]: 16 };
/** Of requests that one call does, in bytes; the guest calls again for the rest. */
const BUFFER = 512;
const TWO32 = 4294967296;

export const kvmCalls =
  (features: number): HypercallFactory =>
  (host) =>
  (virtual) => {
    const result = call(host, virtual, features);
    virtual.r32[EAX] = result;
    virtual.r32[EAX + 1] = virtual.wide && result < 0 ? -1 : 0;
    return true;
  };

function call(host: Host, { cpl, r32, wide }: Cpu, features: number): number {
  if (cpl !== 0) return -EPERM;
  if (r32[EAX] !== MMU_OP || (features & KVM_FEATURE.mmuOp) === 0) return -ENOSYS;
  const high = (r32[wide ? ECX + 1 : EDX] as number) >>> 0;
  const at = high * TWO32 + ((r32[ECX] as number) >>> 0);
  return mmuOp(host, at, Math.min((r32[EBX] as number) >>> 0, BUFFER));
}

/** Bytes of the requests that were carried out. */
function mmuOp(host: Host, at: number, bytes: number): number {
  const { bus } = host.machine;
  if (at + bytes > bus.ram.length) return 0;
  const requests = new DataView(bus.dmaRead(at as Gpa, bytes).buffer);
  let done = 0;
  while (bytes - done >= 8) {
    const length = LENGTHS[requests.getUint32(done, true)];
    if (length === undefined || bytes - done < length) break;
    if (!request(host, new DataView(requests.buffer, done, length))) break;
    done += length;
  }
  return done;
}

function request({ machine, cpu, ledger }: Host, words: DataView): boolean {
  const { bus } = machine;
  const operation = words.getUint32(0, true);
  ledger.pay("emulate");
  if (operation === FLUSH_TLB) cpu.memory.flush(true);
  // A frame that is a table no more: the pager finds it out by itself.
  if (operation !== WRITE_PTE) return true;
  const entry = words.getUint32(12, true) * TWO32 + words.getUint32(8, true);
  const { entryBytes } = machine.mmu.translation.paging.format;
  if (entry % entryBytes !== 0 || (bus.flags(entry as Gpa) & (PAGE_MMIO | PAGE_ROM)) !== 0) return false;
  const low = words.getInt32(16, true);
  // The pager hears of it from the bus, as of a store.
  if (entryBytes === 8) bus.write64(entry as Gpa, low, words.getInt32(20, true));
  else bus.write(entry as Gpa, low, 4);
  return true;
}
