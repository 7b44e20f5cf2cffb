/**
 * The IDE function of a PIIX3: two channels at the PC's old ports and interrupts, their bus masters at base address
 * register 4 (Intel 82371SB, 2.3).
 *
 *     channel 0   1f0 … 1f7, 3f6, interrupt 14, bus master +0
 *     channel 1   170 … 177, 376, interrupt 15, bus master +8
 */
import type { Bus } from "../../bus.ts";
import type { Clock } from "../../clock.ts";
import { type Dma, directDma } from "../../dma.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import type { Disk } from "../disk.ts";
import type { IrqWires } from "../irq.ts";
import { BUS_MASTER, PciFunction } from "../pci/function.ts";
import { BytePorts } from "../ports.ts";
import { BusMaster } from "./bus-master.ts";
import { IdeChannel } from "./channel.ts";
import { execute } from "./commands.ts";
import { CACHED_IMAGE, type DiskTiming, Drive } from "./drive.ts";

const CHANNELS = [
  { command: 0x1f0, control: 0x3f6, irq: 14 },
  { command: 0x170, control: 0x376, irq: 15 },
] as const;

/** The most drives of a controller: two on each channel. */
export const MOST_DRIVES = 4;

export interface IdeParts {
  bus: Bus;
  /** Its bus masters' way to memory; straight onto the bus unless said. */
  dma?: Dma;
  clock: Clock;
  /** Cycles a second. */
  hertz: number;
  wires: IrqWires;
  /** Channel 0 master and slave, channel 1 master and slave. */
  disks: readonly (Disk | undefined)[];
  timing?: DiskTiming;
}

export class IdeController extends PciFunction {
  readonly channels: readonly IdeChannel[];

  /** Throws a RangeError for a fifth disk. */
  constructor({ bus, dma = directDma(bus), clock, hertz, wires, disks, timing = CACHED_IMAGE }: IdeParts) {
    super(bus, { vendor: 0x8086, device: 0x7010, class: 0x010180 });
    if (disks.length > MOST_DRIVES) throw new RangeError(`${disks.length} disks: there are four IDE drives`);
    this.preset(0x06, [0x80, 0x02]);
    this.writable(0x40, new Array(8).fill(0xff));
    const busMasters = CHANNELS.map(() => new BusMaster(dma, () => (this.command & BUS_MASTER) !== 0));
    this.channels = CHANNELS.map(({ command, control, irq }, i) => {
      const drives = [0, 1].map((n) => drive(disks[2 * i + n], 2 * i + n));
      const channel = new IdeChannel({
        clock,
        hertz,
        timing,
        irq: wires.source(irq),
        busMaster: busMasters[i] as BusMaster,
        drives: [drives[0], drives[1]],
        execute,
      });
      bus.mapPorts(command, command + 7, channel);
      bus.mapPorts(control, control, channel.control);
      return channel;
    });
    const registers = new BytePorts(
      (port) => (busMasters[(port >> 3) & 1] as BusMaster).read(port & 7),
      (port, value) => (busMasters[(port >> 3) & 1] as BusMaster).write(port & 7, value),
    );
    this.window(4, { kind: "io", size: 16, device: registers });
  }

  override save(out: StateWriter): void {
    super.save(out);
    for (const channel of this.channels) channel.save(out);
  }

  override load(from: StateReader): void {
    super.load(from);
    for (const channel of this.channels) channel.load(from);
  }
}

function drive(disk: Disk | undefined, number: number): Drive | undefined {
  return disk && new Drive(disk, `RL${String(number).padStart(5, "0")}`);
}
