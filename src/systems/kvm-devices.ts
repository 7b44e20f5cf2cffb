/**
 * KVM's devices: the interrupt controllers and the timer are the kernel's own, everything else is a model in QEMU's process.
 *
 *     guest ── exit ──▶ kvm.ko: PIC, PIT, I/O APIC, local APIC ── entry ──▶ guest
 *                          │
 *                          └── KVM_RUN returns ──▶ QEMU: the device ── KVM_RUN ──▶ kvm.ko ── entry ──▶ guest
 *
 * The port of POST codes is nobody's in the kernel, so that a guest's wait for slow devices goes all the way: KVM_FEATURE_NOP_IO_DELAY
 * tells guests to leave it out. (Linux, Documentation/virt/kvm/api.rst: KVM_CREATE_IRQCHIP, KVM_CREATE_PIT2, KVM_EXIT_IO, KVM_EXIT_MMIO.)
 *
 * Not here: the system call (KVM_IRQ_LINE) by which a device of QEMU's raises its line.
 */
import type { Ledger } from "../machine/ledger.ts";
import type { DeviceOwner } from "../virt/cpu/devices.ts";

/** Both PICs with their ELCRs, the PIT, and port 61h, which is half the PIT's. */
const KERNEL_PORTS = new Set([0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1, 0x40, 0x41, 0x42, 0x43, 0x61]);
const IOAPIC = 0xfec00000;
const LAPIC = 0xfee00000;
const PAGE = 4096;
/** Items of a string instruction that go to QEMU at once: 1024 bytes of dwords (Linux, arch/x86/kvm, from memory). */
const STRING = 256;

const inPage = (at: number, page: number) => at >= page && at < page + PAGE;

/** With back ends whose notifications the kernel hands on by itself (KVM_IOEVENTFD); `kicks`: those in memory. */
export const kvmDevices = (kicks: (at: number) => boolean): DeviceOwner => ({
  ...KVM_DEVICES,
  access(kind, at, ledger) {
    if (kind === "memory" && kicks(at)) {
      // A process of the host's wakes up for it, on this processor.
      ledger.pay("kick", at);
      ledger.pay("hostCall", at);
    } else KVM_DEVICES.access(kind, at, ledger);
  },
});

export const KVM_DEVICES: DeviceOwner = {
  access(kind, at, ledger: Ledger) {
    const kernel = kind === "port" ? KERNEL_PORTS.has(at) : inPage(at, IOAPIC) || inPage(at, LAPIC);
    if (!kernel) ledger.pay("hostCall", at);
    ledger.pay("device", at);
  },
  // The kernel collects what a string instruction reads or writes in a buffer, and goes to QEMU once for each that is full.
  string(port, times, ledger) {
    if (!KERNEL_PORTS.has(port)) ledger.pay("hostCall", port, Math.ceil(times / STRING));
    ledger.pay("device", port, times);
  },
  interrupt: (ledger) => ledger.pay("device"),
};
