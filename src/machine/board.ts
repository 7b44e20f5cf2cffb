/**
 * The board: an i440FX PC with one processor. What is where:
 *
 *     004 … 081 DMA and 3F2 … 3F7 floppy controller, if there are floppies
 *     020 0A0 4D0 PIC · 040 061 PIT · 060 064 092 keyboard controller · 070 RTC · 0E0 2000 test device · 0E1 marker · 0E9 debug console · 0F4 exit
 *     170 1F0 IDE · 3B0 … 3DF VGA · 3F8 serial · 510 fw_cfg · 600 ACPI · CF8 CFC PCI · CF9 reset · AE00 AFE0 hot plug of cards
 *     FEC00000 IOAPIC · FED90000 DMA remapping, if there is one · FEE00000 local APIC
 */
import type { Bus } from "./bus.ts";
import type { Clock } from "./clock.ts";
import type { Cpu, Stop } from "./cpu/cpu.ts";
import { readTsc } from "./cpu/msr.ts";
import { AcpiPm, PM_BASE, PM1_CONTROL_BOCHS } from "./devices/acpi-pm.ts";
import { DEBUG_CONSOLE_PORT, DebugConsole } from "./devices/debug-console.ts";
import type { Disk } from "./devices/disk.ts";
import { EXIT_PORT, ExitPort } from "./devices/exit-port.ts";
import { FloppyController } from "./devices/floppy/controller.ts";
import { DMA_PORTS, DmaChannel } from "./devices/floppy/dma-channel.ts";
import { FwCfg, ITEM } from "./devices/fw-cfg.ts";
import { KeyboardController } from "./devices/i8042/controller.ts";
import { IdeController } from "./devices/ide/controller.ts";
import { Ioapic } from "./devices/ioapic.ts";
import { IrqWires } from "./devices/irq.ts";
import { Lapic } from "./devices/lapic.ts";
import { LapicMsrs } from "./devices/lapic-msrs.ts";
import { MARKER_PORT, MarkerPort, type Meter } from "./devices/marker-port.ts";
import { interruptMessage } from "./devices/message.ts";
import { PciBus } from "./devices/pci/bus.ts";
import { PciHotPlug } from "./devices/pci/hot-plug.ts";
import { hostBridge } from "./devices/pci/i440fx.ts";
import { Piix3 } from "./devices/pci/piix3.ts";
import type { Card } from "./devices/pci/slot.ts";
import { FIRST_SLOT, PciSlots } from "./devices/pci/slots.ts";
import { Pic } from "./devices/pic.ts";
import { Pit } from "./devices/pit.ts";
import { BytePorts } from "./devices/ports.ts";
import { Rtc } from "./devices/rtc.ts";
import { TestDevice } from "./devices/test-device.ts";
import { Uart } from "./devices/uart.ts";
import { Vga } from "./devices/vga/vga.ts";
import { type Dma, directDma } from "./dma.ts";
import { IOMMU_BASE, Iommu, type IommuOptions } from "./iommu/iommu.ts";
import { type Stateful, StateReader, StateWriter } from "./state.ts";

const IOAPIC_BASE = 0xfec00000;
/** Requesters of the chip set's: the DMA controller's is the bridge that it is in. */
const ISA_BRIDGE = 0x08;
const IDE = 0x09;
const PAGE = 4096;

/** ISA interrupts. */
const IRQ = { timer: 0, keyboard: 1, serial: 4, floppy: 6, rtc: 8, acpi: 9, mouse: 12 } as const;

export interface BoardParts {
  readonly cpu: Cpu;
  /** What the marker port reads. */
  readonly meter: Meter;
  readonly hertz: number;
  readonly disks: readonly (Disk | undefined)[];
  readonly floppies?: readonly (Disk | undefined)[];
  /** Plugged into PCI devices 3, 4, … */
  readonly cards?: readonly Card[];
  /** Between the cards and memory. */
  readonly iommu?: IommuOptions | undefined;
  /** Seconds since 1970 at which the clock starts. */
  readonly date?: number | undefined;
}

export class Board implements Stateful {
  readonly wires = new IrqWires();
  readonly pic: Pic;
  readonly pit: Pit;
  readonly rtc: Rtc;
  readonly serial: Uart;
  readonly lapic: Lapic;
  readonly lapicMsrs: LapicMsrs;
  readonly ioapic: Ioapic;
  readonly acpi: AcpiPm;
  readonly keyboard: KeyboardController;
  readonly vga: Vga;
  readonly pci: PciBus;
  /** Cards come and go here while the guest runs. */
  readonly slots: PciSlots;
  readonly hotPlug: PciHotPlug;
  readonly fwCfg: FwCfg;
  readonly disks: readonly (Disk | undefined)[];
  readonly debugConsole = new DebugConsole();
  /** Off until its registers say otherwise: addresses and messages of cards pass as they are. */
  readonly iommu: Iommu | undefined;
  readonly marker: MarkerPort;
  readonly floppies: readonly (Disk | undefined)[];
  readonly #floppy: readonly Stateful[];
  readonly testDevice: TestDevice;
  readonly #cpu: Cpu;
  readonly #pristine: Uint8Array;

  constructor({ cpu, meter, hertz, disks, floppies = [], cards = [], iommu, date }: BoardParts) {
    const { bus, clock } = cpu;
    const { wires } = this;
    const common = { bus, clock, hertz };
    const attend = () => clock.attend();
    const message = (address: number, data: number) => {
      const interrupt = interruptMessage(address, data);
      if (interrupt !== undefined) this.lapic.deliver(interrupt);
    };
    const onReset = () => this.#stop({ reason: "reset" });
    this.#cpu = cpu;
    this.disks = disks;
    this.floppies = floppies;

    this.pic = new Pic(attend);
    this.lapic = new Lapic({
      ...{ clock, hertz, pic: this.pic, intr: attend },
      tsc: () => (readTsc(cpu) >>> 0) + (cpu.high >>> 0) * 2 ** 32,
      nmi: () => this.#nmi(),
      init: onReset,
    });
    this.lapicMsrs = new LapicMsrs(this.lapic, bus, cpu.model.features.has("x2apic"));
    this.ioapic = new Ioapic((message) => this.lapic.deliver(message));
    this.lapic.onEoi = (vector) => this.ioapic.endOfInterrupt(vector);
    wires.connect(this.pic);
    wires.connect(this.ioapic);

    this.pit = new Pit({ clock, hertz, irq: wires.source(IRQ.timer) });
    this.rtc = new Rtc({
      ...{ clock, hertz, irq: wires.source(IRQ.rtc), memory: bus.ram.length },
      ...(date !== undefined && { date }),
    });
    this.serial = new Uart({ clock, hertz, irq: wires.source(IRQ.serial) });
    this.acpi = new AcpiPm({
      ...{ clock, hertz, irq: wires.source(IRQ.acpi) },
      onOff: () => this.#stop({ reason: "off" }),
    });
    this.keyboard = new KeyboardController({
      ...common,
      keyboardIrq: wires.source(IRQ.keyboard),
      mouseIrq: wires.source(IRQ.mouse),
      onReset,
    });
    this.vga = new Vga(common);
    this.fwCfg = new FwCfg(bus);
    this.fwCfg.setNumber(ITEM.RAM_SIZE, bus.ram.length, 8);
    this.fwCfg.setNumber(ITEM.NB_CPUS, 1, 2);
    this.fwCfg.setNumber(ITEM.MAX_CPUS, 1, 2);
    this.pci = new PciBus(bus);
    const bridge = new Piix3({ bus, pci: this.pci, wires, onReset });
    this.pci.plug(0, 0, hostBridge(bus));
    this.pci.plug(1, 0, bridge);
    this.iommu = iommu && new Iommu(bus, (interrupt) => this.lapic.deliver(interrupt), iommu, clock);
    const ide = new IdeController({ ...common, dma: this.#dma(bus, IDE), wires, disks });
    this.pci.plug(1, 1, ide);
    const ways = (requester: number) => ({
      dma: this.iommu?.dma(requester) ?? directDma(bus, message),
      message: this.iommu?.message(requester) ?? message,
    });
    this.slots = new PciSlots({ pci: this.pci, common, ways });
    this.hotPlug = new PciHotPlug({
      ...{ bus, irq: wires.source(IRQ.acpi), removable: -(1 << FIRST_SLOT) },
      onEject: (device) => {
        if (this.slots.has(device)) this.slots.ejected(device);
      },
    });
    this.slots.hotPlug = this.hotPlug;
    for (const [i, card] of cards.entries()) this.slots.plug(FIRST_SLOT + i, card);
    this.marker = new MarkerPort(meter);
    this.testDevice = new TestDevice(bus, wires);
    this.#floppy = floppies.length === 0 ? [] : this.#plugFloppies(common);
    this.#mapPorts(bus);

    const pristine = new StateWriter();
    for (const part of this.#resettable()) part.save(pristine);
    this.#pristine = pristine.finish();

    cpu.irq = this.lapic;
    cpu.apicMsrs = this.lapicMsrs;
  }

  /** The RESET line: devices are as they were when the machine was made. Clock, CMOS, disks' contents and marks stay. */
  reset(): void {
    const from = new StateReader(this.#pristine);
    for (const part of this.#resettable()) part.load(from);
    this.pci.reset();
  }

  save(out: StateWriter): void {
    for (const part of this.#parts()) part.save(out);
  }

  load(from: StateReader): void {
    for (const part of this.#parts()) part.load(from);
  }

  /** The order of a snapshot. */
  #parts(): Stateful[] {
    const disks = [...this.disks, ...this.floppies].filter((disk) => disk !== undefined);
    // Cards come after what they reach memory through: one may ask again for what was in flight.
    return [...this.#resettable(), this.pci, this.rtc, this.fwCfg, this.marker, ...disks];
  }

  #resettable(): Stateful[] {
    return [
      ...[this.wires, this.pic, this.pit, this.serial, this.lapic, this.lapicMsrs, this.ioapic],
      ...[this.acpi, this.keyboard, this.vga],
      ...(this.iommu === undefined ? [] : [this.iommu]),
      ...[this.hotPlug, this.testDevice],
      ...this.#floppy,
    ];
  }

  /** A requester's way to memory. */
  #dma(bus: Bus, requester: number): Dma {
    return this.iommu?.dma(requester) ?? directDma(bus);
  }

  #plugFloppies({ bus, ...time }: { bus: Bus; clock: Clock; hertz: number }): Stateful[] {
    const channel = new DmaChannel(this.#dma(bus, ISA_BRIDGE));
    const irq = this.wires.source(IRQ.floppy);
    const controller = new FloppyController({ ...time, irq, channel, disks: this.floppies });
    const [dma, registers] = [channel, controller].map(
      (device) =>
        new BytePorts(
          (port) => device.in(port),
          (port, value) => device.out(port, value),
        ),
    ) as [BytePorts, BytePorts];
    for (const port of DMA_PORTS) bus.mapPorts(port, port, dma);
    bus.mapPorts(0x3f2, 0x3f5, registers);
    bus.mapPorts(0x3f7, 0x3f7, registers);
    return [channel, controller];
  }

  #mapPorts(bus: Bus): void {
    bus.mapMmio(IOAPIC_BASE, PAGE, this.ioapic);
    if (this.iommu !== undefined) bus.mapMmio(IOMMU_BASE, PAGE, this.iommu.registers);
    bus.mapPorts(EXIT_PORT, EXIT_PORT + 3, new ExitPort((code) => this.#stop({ reason: "exit", code })));
    bus.mapPorts(MARKER_PORT, MARKER_PORT, this.marker);
    bus.mapPorts(DEBUG_CONSOLE_PORT, DEBUG_CONSOLE_PORT, this.debugConsole);
    bus.mapPorts(PM_BASE, PM_BASE + 11, this.acpi);
    bus.mapPorts(PM1_CONTROL_BOCHS, PM1_CONTROL_BOCHS + 1, this.acpi);
    const bytes: [device: Pic | Pit | Rtc | Uart, ports: [first: number, last: number][]][] = [
      [
        this.pic,
        [
          [0x20, 0x21],
          [0xa0, 0xa1],
          [0x4d0, 0x4d1],
        ],
      ],
      [
        this.pit,
        [
          [0x40, 0x43],
          [0x61, 0x61],
        ],
      ],
      [this.rtc, [[0x70, 0x71]]],
      [this.serial, [[0x3f8, 0x3ff]]],
    ];
    for (const [device, ranges] of bytes) {
      const ports = new BytePorts(
        (port) => device.in(port),
        (port, value) => device.out(port, value),
      );
      for (const [first, last] of ranges) bus.mapPorts(first, last, ports);
    }
  }

  #nmi(): void {
    this.#cpu.nmiPending = true;
    this.#cpu.clock.attend();
  }

  #stop(stop: Stop): void {
    this.#cpu.stop = stop;
    this.#cpu.clock.attend();
  }
}
