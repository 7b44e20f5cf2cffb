/**
 * VT-x as the control block of the hardware-assisted engine. With shadow tables the monitor lives in the guest's shadow address space, so
 * the host's CR0, CR3 and CR4 are the ones that the pager gave P for the guest; under EPT the guest's are its own, and the host is in long
 * mode. The monitor reads what an exit's handler needs and writes what has changed, by VMREAD and
 * VMWRITE; V, the picture of the guest for whoever looks, is drawn without charge.
 */
import type { Gpa } from "../../../machine/address.ts";
import { type Cpu, CR0 } from "../../../machine/cpu/cpu.ts";
import { refreshWatch } from "../../../machine/cpu/debug.ts";
import { NMI_KIND, SOFTWARE } from "../../../machine/cpu/deliver/event.ts";
import { DELIVERY } from "../../../machine/devices/lapic.ts";
import { LapicRegisters } from "../../../machine/devices/lapic-registers.ts";
import { PostedDescriptor } from "../../../machine/iommu/index.ts";
import { BusTables } from "../../../machine/mmu/bus-tables.ts";
import { capabilitiesOf, type VmxCapabilities } from "../../../machine/vmx/capabilities.ts";
import type { CheckContext } from "../../../machine/vmx/check-controls.ts";
import { checkGuest } from "../../../machine/vmx/check-guest.ts";
import {
  BLOCKING,
  CPU,
  CPU2,
  ENTRY_CONTROL,
  EPTP,
  EXIT_CONTROL,
  INTERRUPTION,
  PIN,
} from "../../../machine/vmx/controls.ts";
import { loadRegisters } from "../../../machine/vmx/entry.ts";
import { pdptesOf } from "../../../machine/vmx/ept.ts";
import { saveGuest } from "../../../machine/vmx/exit.ts";
import {
  FIELD_NAMES,
  FIELDS,
  type FieldName,
  fieldName,
  isReadOnly,
  slotOf,
} from "../../../machine/vmx/fields.ts";
import { ApicAccessPage, type VirtualApic } from "../../../machine/vmx/virtual-apic.ts";
import type { Vmcs } from "../../../machine/vmx/vmcs.ts";
import { Vmx } from "../../../machine/vmx/vmx.ts";
import { INVVPID } from "../../../machine/vmx/vpid.ts";
import type { NestedTables } from "../../mmu/pager.ts";
import type { Host } from "../host.ts";
import type { Posting } from "../interrupts.ts";
import { readExit, settleTrap } from "./vtx-exit.ts";
import {
  type Exit,
  enterLongMode,
  type GuestEvent,
  type WorldSwitch,
  type WorldSwitchFactory,
} from "./world-switch.ts";

const TWO32 = 4294967296;
const PAGE_FAULT = 1 << 14;
const VMXE = 1 << 13;
/** What decides about the guest's translation. */
const PAGING_FIELDS = [FIELDS.guestCr0, FIELDS.guestCr3, FIELDS.guestCr4, FIELDS.entryControls];
/** 0 is the host's. */
const GUEST_VPID = 1;
/** Bits of CR0 that the guest changes without an exit. */
const GUEST_CR0 = CR0.TS;
const VTPR = 0x80;
/** The host's vector for what is posted (Linux: POSTED_INTR_VECTOR). */
const NOTIFICATION = 0xf2;
/** The local APIC's place in the guest's memory. */
const APIC = 0xfee00000;
const PAGE = 4096;
export interface VtxOptions {
  /** Under EPT the guest's translations carry a VPID where the processor has them, and outlive its exits. They do unless said. */
  readonly vpid?: boolean;
  /**
   * "injected": each interrupt is an exit and an injection, each EOI an exit. "virtual": the processor delivers what the monitor notes, and
   * EOIs stay in the guest. "posted": it learns of them by itself, too. (SDM Vol. 3, chapter 29; Haswell-EP.) "injected" unless said.
   */
  readonly interrupts?: "injected" | "virtual" | "posted";
}

export class VtxSwitch implements WorldSwitch {
  readonly name = "vt-x";
  readonly deliversInterrupts: boolean;
  readonly #host: Host;
  readonly #vmx: Vmx;
  readonly #vmcs: Vmcs;
  /** What the VMCS is to hold at the next entry. */
  readonly #wanted: Vmcs;
  readonly #virtualApic: number;
  /** Slots of the fields that software writes. */
  readonly #slots: Int32Array;
  readonly #context: CheckContext;
  readonly #nested: NestedTables | undefined;

  /** Bits of CR0 without which the guest cannot be entered, whatever else it is. */
  #mode: number = CR0.PE;
  /** The guest has a VPID … */
  #tagged: boolean;
  /** … under which its processor may know what is not so any more. */
  #stale = true;

  constructor(
    host: Host,
    capabilities: VmxCapabilities,
    nested: NestedTables | undefined,
    { vpid = true, interrupts = "injected" }: VtxOptions,
  ) {
    this.deliversInterrupts = interrupts !== "injected";
    this.#host = host;
    this.#tagged = vpid;
    this.#nested = nested;
    if (nested !== undefined && (nested.kind !== "ept" || capabilities.ept === undefined))
      throw new RangeError(
        `${nested.kind.toUpperCase()} on a ${capabilities.id}: VT-x has EPT, from Nehalem on (profile nehalem, westmere, sandybridge, haswell)`,
      );
    const { cpu, ledger } = host;
    this.#vmx = new Vmx(cpu, capabilities, (event, detail) => ledger.pay(event, detail));
    this.#vmcs = this.#vmx.create();
    this.#wanted = this.#vmx.create();
    this.#vmx.vmptrld(this.#vmcs);
    this.#virtualApic = host.frame();
    this.#slots = Int32Array.from(
      FIELD_NAMES.map((name) => FIELDS[name])
        .filter((field) => !isReadOnly(field) && this.#vmcs.has(field))
        .map(slotOf),
    );
    this.#context = {
      vmcs: this.#wanted,
      capabilities,
      physicalBits: cpu.prices.physicalBits,
      longMode: true,
      byte: (at) => host.bus.read(at as never, 1),
    };
    this.#configure(capabilities);
    if (nested !== undefined) this.#configureNested(nested, capabilities);
    if (interrupts !== "injected") this.#configureApic(interrupts === "posted", capabilities);
  }

  /** The guest's local APIC is the processor's affair (virtual-apic.ts); its page is one of the host's that nothing else is in. */
  #configureApic(posted: boolean, { id, pin, secondary }: VmxCapabilities): void {
    const second = CPU2.apicAccesses | CPU2.apicRegisters | CPU2.virtualInterrupts;
    const has = ((secondary?.may ?? 0) & second) === second && (!posted || (pin.may & PIN.posted) !== 0);
    if (!has || this.#nested === undefined)
      throw new RangeError(
        `interrupts without exits on a ${id}${this.#nested ? "" : " with shadow paging"}: they need EPT and APIC virtualization, which Haswell-EP has (profile haswell)`,
      );
    const host = this.#host;
    const { lapic } = host.machine.board;
    const wanted = this.#wanted;
    const priority = (this.#virtualApic + VTPR) as Gpa;
    const posting = posted ? this.#post() : undefined;
    const model: VirtualApic = {
      registers: new LapicRegisters(lapic),
      requests: () => {
        const shadowed = host.bus.read(priority, 1);
        if (shadowed !== lapic.tpr) lapic.tpr = shadowed;
        // What came while the guest ran the processor knows of when it is posted, or when the monitor has noted it.
        return (posted || host.interrupts.noted) && lapic.requests();
      },
      take: () => {
        host.interrupts.noted = false;
        return lapic.acknowledge();
      },
      levelInService: () => lapic.levelInService(),
      setTaskPriority: (value) => host.bus.write(priority, value, 1),
      processPosted: () => posting?.take(),
    };
    const page = new ApicAccessPage(model, () => host.clock.attend());
    this.#vmx.apic = { model, page };
    const frame = host.frame();
    host.assigned.assign(APIC, frame, PAGE, page);
    if (posted) host.interrupts.posted = () => lapic.requests();
    wanted.set(FIELDS.apicAccess, frame);
    wanted.set(FIELDS.secondaryControls, wanted.get(FIELDS.secondaryControls) | second);
    if (posting === undefined) return;
    wanted.set(FIELDS.postedVector, posting.notification);
    wanted.set(FIELDS.postedDescriptor, posting.descriptor);
    wanted.set(FIELDS.pinControls, wanted.get(FIELDS.pinControls) | PIN.posted);
    wanted.set(FIELDS.exitControls, wanted.get(FIELDS.exitControls) | EXIT_CONTROL.acknowledge);
  }

  /** A descriptor in the host's memory, where the host's devices may post. */
  #post(): Posting {
    const { bus, interrupts, machine } = this.#host;
    const descriptor = this.#host.frame();
    const posted = new PostedDescriptor(new BusTables(bus), descriptor);
    posted.prepare(NOTIFICATION, interrupts.apic);
    const { lapic } = machine.board;
    const common = { delivery: DELIVERY.fixed, levelTriggered: false, logical: false };
    const take = () => posted.sync((vector) => lapic.deliver({ vector, destination: lapic.id, ...common }));
    const posting = { descriptor, notification: NOTIFICATION, take };
    // It came while the guest did not run.
    interrupts.on(NOTIFICATION, take);
    interrupts.posting = posting;
    return posting;
  }

  /** The guest keeps its page faults, its CR3 and INVLPG. */
  #configureNested({ root, marks }: NestedTables, { secondary }: VmxCapabilities): void {
    const { cpu } = this.#host;
    const wanted = this.#wanted;
    const own = CPU.invlpg | CPU.cr3Load | CPU.cr3Store;
    const primary = (wanted.get(FIELDS.primaryControls) & ~own) | CPU.secondary;
    wanted.set(FIELDS.primaryControls, primary);
    const unrestricted = (secondary?.may ?? 0) & CPU2.unrestricted;
    this.#mode = unrestricted === 0 ? CR0.PE | CR0.PG : 0;
    const vpid = this.#tagged ? (secondary?.may ?? 0) & CPU2.vpid : 0;
    const second = wanted.get(FIELDS.secondaryControls) | CPU2.ept | unrestricted | vpid;
    wanted.set(FIELDS.secondaryControls, second);
    this.#tagged = vpid !== 0;
    if (this.#tagged) wanted.set(FIELDS.vpid, GUEST_VPID);
    wanted.set(FIELDS.eptPointer, root | EPTP.writeBack | EPTP.fourLevels | (marks ? EPTP.marks : 0));
    wanted.set(FIELDS.exceptionBitmap, 0);
    cpu.cr4 |= VMXE;
    enterLongMode({ cpu, frame: this.#host.frame() });
    wanted.set(FIELDS.hostCr0, cpu.cr0);
    wanted.set(FIELDS.hostCr3, cpu.cr3);
    wanted.set(FIELDS.hostCr4, cpu.cr4);
    wanted.set(FIELDS.exitControls, wanted.get(FIELDS.exitControls) | EXIT_CONTROL.host64);
  }

  /** What never changes. */
  #configure({ pin, primary, secondary, exit, entry }: VmxCapabilities): void {
    const wanted = this.#wanted;
    const set = (values: Partial<Record<FieldName, number>>) => {
      for (const [name, value] of Object.entries(values)) wanted.set(FIELDS[name as FieldName], value);
    };
    const second = secondary === undefined ? 0 : secondary.may & (CPU2.rdtscp | CPU2.invpcid);
    set({
      pinControls: pin.must | PIN.externalInterrupt | PIN.nmi | (pin.may & PIN.virtualNmis),
      primaryControls:
        primary.must |
        CPU.hlt |
        CPU.invlpg |
        CPU.rdpmc |
        CPU.cr3Load |
        CPU.cr3Store |
        CPU.tprShadow |
        CPU.tscOffset |
        CPU.movDr |
        CPU.io |
        (second === 0 ? 0 : CPU.secondary),
      exitControls: exit.must | EXIT_CONTROL.saveDebug,
      entryControls: entry.must | ENTRY_CONTROL.loadDebug,
      exceptionBitmap: PAGE_FAULT,
      cr0Mask: ~GUEST_CR0,
      cr4Mask: -1,
      virtualApic: this.#virtualApic,
      // Selectors of the monitor's own GDT: nothing here ever runs there.
      hostCs: 0x08,
      hostSs: 0x10,
      hostDs: 0x10,
      hostEs: 0x10,
      hostTr: 0x18,
    });
    if (this.#vmcs.has(FIELDS.secondaryControls)) wanted.set(FIELDS.secondaryControls, second);
    wanted.set(FIELDS.vmcsLink, -1, -1);
  }

  fits(virtual: Cpu): boolean {
    // Asked at every instruction that is interpreted, so what is often so comes first. A shadow pager has no tables for real mode.
    if ((virtual.cr0 & this.#mode) !== this.#mode) return false;
    this.#describe(virtual);
    const wanted = this.#wanted;
    wanted.set(FIELDS.guestCr0, virtual.cr0 | CR0.NE | (this.#nested === undefined ? CR0.PG : 0));
    if (this.#nested === undefined) wanted.set(FIELDS.guestCr3, 0);
    wanted.set(FIELDS.guestCr4, virtual.cr4 | VMXE);
    wanted.set(FIELDS.entryInterruption, 0);
    return checkGuest(this.#context) === null;
  }

  /** V's state in the guest-state area. */
  #describe(virtual: Cpu): void {
    const blocking = virtual.shadow ? (virtual.debugShadow ? BLOCKING.movSs : BLOCKING.sti) : 0;
    saveGuest(virtual, this.#wanted, blocking, 0);
  }

  enter(virtual: Cpu, event: GuestEvent | null, window: boolean): void {
    const { cpu, bus } = this.#host;
    const wanted = this.#wanted;
    this.#describe(virtual);
    if (this.#nested === undefined) this.#enterShadow();
    else this.#enterNested(virtual);
    wanted.set(FIELDS.cr0Shadow, virtual.cr0);
    wanted.set(FIELDS.cr4Shadow, virtual.cr4);
    const primary = wanted.get(FIELDS.primaryControls) & ~CPU.interruptWindow;
    wanted.set(FIELDS.primaryControls, primary | (window ? CPU.interruptWindow : 0));
    wanted.set(FIELDS.tscOffset, virtual.tscOffset | 0, Math.floor(virtual.tscOffset / TWO32));
    this.#inject(event);
    const priority = virtual.cr8;
    const shadow = (this.#virtualApic + VTPR) as Gpa;
    if (bus.read(shadow, 1) >> 4 !== priority) bus.write(shadow, priority << 4, 1);
    // Lowering it may let an interrupt in; the processor that delivers them sees that by itself.
    wanted.set(FIELDS.tprThreshold, this.deliversInterrupts ? 0 : priority);
    this.#write();

    cpu.msr.set(virtual.msr);
    cpu.dr.set(virtual.dr);
    cpu.drHigh.set(virtual.drHigh);
    cpu.cr2 = virtual.cr2;
    cpu.cr2High = virtual.cr2High;
    const result = this.#vmcs.launched ? this.#vmx.vmresume() : this.#vmx.vmlaunch();
    if (result.kind !== "entered") throw new Error(`invariant: VM entry ${result.kind}: ${result.rule}`);
  }

  forget(): void {
    this.#stale = true;
  }

  /** The address space is the guest's own. What V changed of it by itself was no change of P's, whose TLBs must be told. */
  #enterNested(virtual: Cpu): void {
    const wanted = this.#wanted;
    const vmcs = this.#vmcs;
    wanted.set(FIELDS.guestCr0, virtual.cr0 | CR0.NE);
    wanted.set(FIELDS.guestCr4, virtual.cr4 | VMXE);
    const changed = PAGING_FIELDS.some((field) => vmcs.get(field) !== wanted.get(field));
    if (this.#tagged && (changed || this.#stale)) this.#vmx.invvpid(INVVPID.context, GUEST_VPID);
    this.#stale = false;
  }

  /** The address space is the pager's, for the guest and for the monitor. */
  #enterShadow(): void {
    const { cpu } = this.#host;
    const wanted = this.#wanted;
    cpu.cr0 |= CR0.NE;
    cpu.cr4 |= VMXE;
    wanted.set(FIELDS.guestCr0, cpu.cr0);
    wanted.set(FIELDS.guestCr3, cpu.cr3, cpu.cr3High);
    wanted.set(FIELDS.guestCr4, cpu.cr4);
    wanted.set(FIELDS.hostCr0, cpu.cr0);
    wanted.set(FIELDS.hostCr3, cpu.cr3, cpu.cr3High);
    wanted.set(FIELDS.hostCr4, cpu.cr4);
    const exit = wanted.get(FIELDS.exitControls) & ~EXIT_CONTROL.host64;
    wanted.set(FIELDS.exitControls, exit | (cpu.longMode ? EXIT_CONTROL.host64 : 0));
  }

  #inject(event: GuestEvent | null): void {
    const wanted = this.#wanted;
    if (event === null) {
      wanted.set(FIELDS.entryInterruption, 0);
      return;
    }
    const { kind, vector, error, length } = event;
    wanted.set(
      FIELDS.entryInterruption,
      vector | (kind << 8) | (error >= 0 ? INTERRUPTION.error : 0) | INTERRUPTION.valid,
    );
    if (error >= 0) wanted.set(FIELDS.entryErrorCode, error);
    if (kind >= SOFTWARE) wanted.set(FIELDS.entryInstructionLength, length);
    // The type of an NMI blocks others, and one that comes again was counted as blocking already.
    if (kind === NMI_KIND)
      wanted.set(FIELDS.interruptibility, wanted.get(FIELDS.interruptibility) & ~BLOCKING.nmi);
  }

  /** Writes the fields that are not what they are to be. */
  #write(): void {
    const { low, high } = this.#wanted;
    const vmcs = this.#vmcs;
    for (const slot of this.#slots) {
      if (vmcs.low[slot] === low[slot] && vmcs.high[slot] === high[slot]) continue;
      this.#vmx.vmwrite(fieldName(2 * slot) as FieldName, low[slot] as number, high[slot] as number);
    }
  }

  leave(virtual: Cpu): Exit {
    this.#draw(virtual);
    return readExit(this.#vmx, this.#host.machine.cpu.wide);
  }

  /** V from the VMCS and from what a world switch leaves in P. */
  #draw(virtual: Cpu): void {
    const { cpu, bus } = this.#host;
    const vmcs = this.#vmcs;
    virtual.msr.set(cpu.msr);
    virtual.dr[6] = cpu.dr[6] as number;
    virtual.cr2 = cpu.cr2;
    virtual.cr2High = cpu.cr2High;
    if (this.#nested !== undefined) this.#drawCr3(virtual);
    virtual.cr0 = (virtual.cr0 & ~GUEST_CR0) | (vmcs.get(FIELDS.guestCr0) & GUEST_CR0);
    loadRegisters(virtual, vmcs);
    refreshWatch(virtual);
    const priority = bus.read((this.#virtualApic + VTPR) as never, 1) >> 4;
    if (virtual.cr8 !== priority) virtual.cr8 = priority;
  }

  /** The guest loaded CR3 and flushed its TLB without anybody being told: V's has nothing that may be stale, nor PDPTEs of its own. */
  #drawCr3(virtual: Cpu): void {
    const vmcs = this.#vmcs;
    virtual.cr3 = vmcs.get(FIELDS.guestCr3);
    virtual.cr3High = vmcs.getHigh(FIELDS.guestCr3);
    virtual.memory.pdpteSource = pdptesOf(vmcs);
    virtual.memory.loadCr3(virtual.cr3, virtual.cr3High);
    virtual.memory.pdpteSource = null;
    virtual.memory.flush(true);
  }

  withdraw(virtual: Cpu): GuestEvent | null {
    this.#vmx.withdraw();
    this.#draw(virtual);
    settleTrap(this.#vmx);
    const vmcs = this.#vmcs;
    const information = vmcs.get(FIELDS.entryInterruption);
    if ((information & INTERRUPTION.valid) === 0) return null;
    const kind = (information >> 8) & 7;
    return {
      kind,
      vector: information & 0xff,
      error: (information & INTERRUPTION.error) !== 0 ? vmcs.get(FIELDS.entryErrorCode) : -1,
      length: kind >= SOFTWARE ? vmcs.get(FIELDS.entryInstructionLength) : 0,
    };
  }
}

/** A processor's generation decides which controls there are: by its price list unless said. */
export const vtx =
  (capabilities?: VmxCapabilities, options: VtxOptions = {}): WorldSwitchFactory =>
  (host, nested) =>
    new VtxSwitch(host, capabilities ?? capabilitiesOf(host.cpu.prices.id), nested, options);
