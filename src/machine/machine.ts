/** The machine: a processor, its memory and a board around them, switched on. */
import { Board } from "./board.ts";
import { Bus } from "./bus.ts";
import { Clock } from "./clock.ts";
import type { CostProfile } from "./cost.ts";
import { Cpu, type Stop } from "./cpu/cpu.ts";
import { cpuid } from "./cpu/cpuid.ts";
import type { CpuModel } from "./cpu/model.ts";
import { resetCpu } from "./cpu/reset.ts";
import { Interpreter } from "./cpu/run.ts";
import { loadCpu, saveCpu } from "./cpu/snapshot.ts";
import { Disk } from "./devices/disk.ts";
import type { Card } from "./devices/pci/slot.ts";
import type { Executor } from "./executor.ts";
import { installFirmware } from "./firmware/install.ts";
import { IOMMU_BASE, type IommuOptions, PHYSICAL_BITS } from "./iommu/iommu.ts";
import { Mmu } from "./mmu/mmu.ts";
import { free } from "./profiles/free.ts";
import { PENTIUM_4 } from "./profiles/pentium4.ts";
import { loadRam, saveRam } from "./ram-image.ts";
import { SnapshotError, StateReader, StateWriter } from "./state.ts";
import { Trace } from "./trace.ts";

const MIB = 1024 * 1024;
const DEFAULT_MEMORY = 64 * MIB;
/** Seconds of a HLT without an interrupt after which a run ends. */
const PATIENCE = 10;
const MAGIC = "ringlab machine";
const VERSION = 3;

/** Steps between two looks at whether somebody wants the run to end: a fifth of a second or so. */
const BREATH = 20_000_000;
const HOOK = Symbol.for("ringlab.breathe");

/** Where a notebook's kernel has put a hook, "Interrupt" ends a run from here: by an exception, between two instructions. */
function breathe(): void {
  (globalThis as { [HOOK]?: () => void })[HOOK]?.();
}

export interface MachineOptions {
  /** Bytes of RAM: a multiple of 4096 between 1 MiB and 2 GiB; 64 MiB unless said. */
  readonly memory?: number;
  readonly profile?: CostProfile;
  /** What the processor is (CPUID) and does; the generic one unless said. */
  readonly model?: CpuModel;
  /** At most four: IDE channel 0 master and slave, channel 1 master and slave. Images are not copied. */
  readonly disks?: readonly (Disk | Uint8Array | undefined)[];
  /** At most four, of a floppy's size (160 KiB … 2.88 MiB); without any there is no floppy controller. Images are not copied. */
  readonly floppies?: readonly (Disk | Uint8Array | undefined)[];
  /** Plugged into PCI devices 3, 4, …, in this order. */
  readonly cards?: readonly Card[];
  /** A DMA remapping unit between the cards and memory; its registers are at FED90000. None unless said. */
  readonly iommu?: IommuOptions;
  /** What the clock shows at the start: seconds since 1970, UTC. 2026-01-01 unless said. */
  readonly date?: number;
  /** Without it there is no ROM: nothing is at the processor's first address. It is there unless said. */
  readonly firmware?: boolean;
  /** A virtual machine: its memory, time and counters are parts of another one's (virt/cpu/host.ts). */
  readonly virtual?: VirtualParts;
}

/**
 * A virtual machine's processor is what its guest believes to run on. It costs no time and counts nothing: an Executor runs the guest
 * on a processor that does, and keeps this one's state true.
 */
export interface VirtualParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Of what the virtual processor does by itself. */
  readonly scratch: Trace;
}

export interface RunOptions {
  /** The most steps: instructions, and deliveries of exceptions and interrupts. */
  readonly limit?: number;
  /** Linear addresses: the run stops before an instruction there, the first one included. The guest does not notice. */
  readonly breakpoints?: ReadonlySet<number>;
}

const medium = (disk: Disk | Uint8Array | undefined) => (disk instanceof Uint8Array ? new Disk(disk) : disk);

const NO_BREAKPOINTS: ReadonlySet<number> = new Set();

export class Machine {
  readonly profile: CostProfile;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly bus: Bus;
  readonly mmu: Mmu;
  readonly cpu: Cpu;
  readonly board: Board;
  /** Runs the guest in place of the machine's own interpreter. */
  executor: Executor | null = null;
  /** The processor's own interpreter: an executor steps it to emulate what it does not want to happen for real. */
  readonly interpreter: Interpreter;

  /** Throws a RangeError for a memory size or a number of disks that cannot be. */
  constructor(options: MachineOptions = {}) {
    const {
      memory = DEFAULT_MEMORY,
      profile = PENTIUM_4,
      disks = [],
      floppies = [],
      cards = [],
      iommu,
      date,
    } = options;
    const { firmware = true, model, virtual } = options;
    this.profile = profile;
    this.bus = virtual?.bus ?? new Bus(memory);
    const clock = virtual?.clock ?? new Clock();
    this.clock = clock;
    this.trace = virtual?.trace ?? new Trace(clock);
    const parts = {
      bus: this.bus,
      clock,
      ...(virtual === undefined
        ? { trace: this.trace, profile }
        : { trace: virtual.scratch, profile: free(profile) }),
    };
    this.mmu = new Mmu(parts);
    this.cpu = new Cpu({ ...parts, memory: this.mmu, prices: parts.profile, ...(model && { model }) });
    const retired = () => this.executor?.retired ?? this.cpu.retired;
    this.board = new Board({
      cpu: this.cpu,
      meter: { clock, trace: this.trace, retired },
      hertz: profile.hertz,
      disks: disks.map(medium),
      floppies: floppies.map(medium),
      cards,
      iommu,
      date,
    });
    this.interpreter = new Interpreter(this.cpu);
    this.interpreter.patience = PATIENCE * profile.hertz;
    resetCpu(this.cpu);
    if (firmware) {
      const [signature, , , features] = cpuid(this.cpu, 1, 0);
      const unit = iommu && { registers: IOMMU_BASE, addressBits: iommu.physicalBits ?? PHYSICAL_BITS };
      installFirmware({ bus: this.bus, fwCfg: this.board.fwCfg }, { signature, features }, unit);
    }
  }

  /** Runs until something stops the machine; run again to go on from there, also after an interrupt of the notebook's kernel. */
  run({ limit, breakpoints = NO_BREAKPOINTS }: RunOptions = {}): Stop {
    if (this.executor !== null) return this.#execute(this.executor, limit, breakpoints);
    const { code, breakpoints: own } = this.interpreter;
    // A run without any leaves the code as it is decoded: a debugger steps over one by it.
    own.armed = breakpoints.size > 0;
    if (own.armed && own.set(breakpoints)) code.clear();
    const end = this.steps + (limit ?? Number.POSITIVE_INFINITY);
    for (;;) {
      const rest = end - this.steps;
      const stop = this.interpreter.run(Math.min(rest, BREATH));
      if (stop.reason !== "limit" || rest <= BREATH) return stop;
      breathe();
    }
  }

  #execute(executor: Executor, limit = Number.POSITIVE_INFINITY, breakpoints: ReadonlySet<number>): Stop {
    if (breakpoints.size > 0)
      throw new RangeError("breakpoints need a guest that runs on the bare machine: this one has a monitor");
    const end = executor.steps + limit;
    for (;;) {
      const rest = end - executor.steps;
      const stop = executor.run(Math.min(rest, BREATH));
      if (stop.reason !== "limit" || rest <= BREATH) {
        executor.sync();
        return stop;
      }
      breathe();
    }
  }

  /** Steps taken so far: instructions, and deliveries of exceptions and interrupts. */
  get steps(): number {
    return (this.executor ?? this.interpreter).steps;
  }

  /** The reset button, and what a guest asked for when a run ends with "reset". RAM keeps its contents, time goes on. */
  reset(): void {
    this.board.reset();
    this.mmu.flush(true);
    resetCpu(this.cpu);
    this.executor?.adopt();
  }

  /** Called with each byte that the guest sends through its serial port. */
  onSerial(receive: (byte: number) => void): void {
    this.board.serial.onOutput = receive;
  }

  /** Types at the other end of the serial port. Bytes wait until the guest has room. */
  serialInput(bytes: Uint8Array): void {
    this.board.serial.receive(bytes);
  }

  /** Called with each byte that the guest writes to port E9h. */
  onDebug(receive: (byte: number) => void): void {
    this.board.debugConsole.onOutput = receive;
  }

  /** All of the machine. Loaded into one of the same memory, profile and disks, it runs on as this one does. */
  save(): Uint8Array {
    this.executor?.sync();
    const out = new StateWriter();
    out.section(MAGIC);
    out.int(VERSION);
    out.double(this.bus.ram.length);
    out.section(this.profile.name);
    this.clock.save(out);
    this.trace.save(out);
    saveRam(this.bus, out);
    this.mmu.save(out);
    saveCpu(this.cpu, out);
    this.board.save(out);
    return out.finish();
  }

  /**
   * Throws a SnapshotError when the bytes are no snapshot, or that of another kind of machine. Past the header that leaves the machine in
   * pieces: load another snapshot, or throw it away.
   */
  load(snapshot: Uint8Array): void {
    const from = new StateReader(snapshot);
    this.#checkHeader(from);
    this.interpreter.code.clear();
    this.clock.load(from);
    this.trace.load(from);
    loadRam(this.bus, from);
    this.mmu.load(from);
    loadCpu(this.cpu, from);
    this.board.load(from);
    this.executor?.adopt();
  }

  #checkHeader(from: StateReader): void {
    from.section(MAGIC);
    const version = from.int();
    if (version !== VERSION)
      throw new SnapshotError(`the snapshot has format ${version}, this program reads format ${VERSION}`);
    const memory = from.double();
    if (memory !== this.bus.ram.length)
      throw new SnapshotError(
        `the snapshot is of a machine with ${memory / MIB} MiB of memory, this one has ${this.bus.ram.length / MIB} MiB`,
      );
    from.section(this.profile.name);
  }
}
