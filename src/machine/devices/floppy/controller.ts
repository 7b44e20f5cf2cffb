/**
 * A floppy disk controller, the part of an 82077AA (Intel 290166) that drivers use; sectors of 512 bytes, MFM, by DMA alone.
 *
 *     3F2 DOR   1 0 drive │ 2 run │ 3 DMA and interrupt │ 7 … 4 motors     3F4 MSR   7 ready │ 6 to the host │ 4 busy │ 3 … 0 seeking
 *     3F5 FIFO  command bytes in, result bytes out                         3F7 DIR   7 disk changed      (write: CCR, the data rate)
 *
 *     command ──▶ execution ──▶ interrupt 6 ──▶ result ──▶ command          of transfers and Read ID
 *     command ──▶ the head moves ──▶ interrupt 6 ──▶ Sense Interrupt       of Seek and Recalibrate
 *
 * What it does not know is an invalid command: result 80h. The data rate is kept and not compared with the disk's.
 */
import type { Clock, Timer } from "../../clock.ts";
import { loadFields, saveFields } from "../../fields.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import { type Disk, SECTOR } from "../disk.ts";
import type { IrqLine } from "../irq.ts";
import { COMMANDS, OPCODE, ST0, ST1, ST2 } from "./commands.ts";
import type { DmaChannel } from "./dma-channel.ts";
import { FloppyDrive } from "./drive.ts";

const [DOR, TDR, MSR, FIFO, DIR] = [0x3f2, 0x3f3, 0x3f4, 0x3f5, 0x3f7] as const;
const [RUN, GATE] = [4, 8] as const;
const [READY, TO_HOST, BUSY] = [0x80, 0x40, 0x10] as const;
const SOFTWARE_RESET = 0x80;
const DRIVES = 4;
const MULTI_TRACK = 0x80;
const MFM = 0x40;
/** 512 bytes, as the commands code it. */
const SIZE_CODE = 2;
const FIELDS = "dor tape rate step nonDma pending cylinder head sector due";

export interface FloppyParts {
  readonly clock: Clock;
  readonly hertz: number;
  readonly irq: IrqLine;
  readonly channel: DmaChannel;
  /** At most four. */
  readonly disks: readonly (Disk | undefined)[];
}

export class FloppyController implements Stateful {
  dor = 0;
  tape = 0;
  rate = 0;
  /** Milliseconds from one cylinder to the next. */
  step = 16;
  nonDma = false;
  /** Bit n: Sense Interrupt has something to tell of drive n. */
  pending = 0;
  /** What the transfer is at. */
  cylinder = 0;
  head = 0;
  sector = 0;
  /** The cycle at which the timer rings or should have rung. */
  due = 0;
  /** Bytes of the command so far. */
  #command: number[] = [];
  #result: number[] = [];
  #interrupt = false;
  readonly #status = new Uint8Array(DRIVES);
  readonly #drives: readonly FloppyDrive[];
  readonly #timer: Timer;
  readonly #parts: FloppyParts;

  /** Throws a RangeError for more than four disks or one that has no floppy's size. */
  constructor(parts: FloppyParts) {
    if (parts.disks.length > DRIVES)
      throw new RangeError(`${parts.disks.length} floppy disks: the controller has ${DRIVES} drives`);
    this.#parts = parts;
    this.#timer = parts.clock.timer(() => this.#execute());
    this.#drives = Array.from(
      { length: DRIVES },
      (_, n) => new FloppyDrive(parts.disks[n], parts, () => this.#tell(n)),
    );
  }

  in(port: number): number {
    switch (port) {
      case DOR:
        return this.dor;
      case TDR:
        return this.tape;
      case MSR:
        return this.#mainStatus;
      case FIFO:
        return this.#next();
      case DIR:
        return (this.#drives[this.dor & 3] as FloppyDrive).changed ? 0x80 : 0;
      default:
        return 0xff;
    }
  }

  out(port: number, value: number): void {
    if (port === DOR) {
      const before = this.dor;
      this.dor = value;
      if (!(value & RUN)) this.#stop();
      else if (!(before & RUN)) this.#restart();
      this.#update();
    } else if (port === TDR) this.tape = value & 3;
    else if (port === DIR) this.rate = value & 3;
    else if (port === MSR) {
      this.rate = value & 3;
      if (value & SOFTWARE_RESET && this.dor & RUN) this.#restart();
    } else if (port === FIFO && this.#mainStatus & READY && this.#result.length === 0) this.#take(value);
  }

  get #executing(): boolean {
    return this.#timer.deadline !== Number.POSITIVE_INFINITY;
  }

  get #mainStatus(): number {
    if (!(this.dor & RUN)) return 0;
    const seeking = this.#drives.reduce((bits, drive, n) => bits | (drive.seeking ? 1 << n : 0), 0);
    if (this.#executing) return seeking | BUSY;
    const busy = this.#command.length + this.#result.length > 0 ? BUSY : 0;
    return seeking | READY | busy | (this.#result.length > 0 ? TO_HOST : 0);
  }

  #next(): number {
    this.#interrupt = false;
    this.#update();
    return this.#result.shift() ?? 0;
  }

  #take(value: number): void {
    this.#command.push(value);
    const [opcode] = this.#command as [number];
    const form = COMMANDS.get(opcode & 0x1f);
    if (form === undefined || (opcode & 0xe0 & ~form.modifiers) !== 0) this.#answer(ST0.INVALID);
    else if (this.#command.length === form.length) this.#begin(this.#command);
  }

  /** The end of a command: its result, if it has one. */
  #answer(...result: number[]): void {
    this.#command = [];
    this.#result = result;
  }

  #begin([opcode = 0, first = 0, second = 0, head = 0, sector = 0]: readonly number[]): void {
    const { clock, hertz } = this.#parts;
    const n = first & 3;
    const drive = this.#drives[n] as FloppyDrive;
    switch (opcode & 0x1f) {
      case OPCODE.SPECIFY:
        this.step = 16 - (first >> 4);
        this.nonDma = (second & 1) !== 0;
        this.#answer();
        break;
      case OPCODE.RECALIBRATE:
      case OPCODE.SEEK: {
        const recalibrate = (opcode & 0x1f) === OPCODE.RECALIBRATE;
        drive.target = recalibrate ? 0 : second;
        this.#status[n] = ST0.SEEK_END | n;
        // Without a drive no track 0 is ever found.
        if (recalibrate && drive.disk === undefined) this.#status[n] |= ST0.ABNORMAL | ST0.EQUIPMENT;
        const steps = Math.max(1, Math.abs(drive.target - drive.cylinder));
        clock.set(drive.timer, clock.now + Math.ceil((steps * this.step * hertz) / 1000));
        this.#answer();
        break;
      }
      case OPCODE.SENSE_INTERRUPT:
        this.#senseInterrupt();
        break;
      case OPCODE.VERSION:
        this.#answer(0x90);
        break;
      case OPCODE.READ_ID:
        this.cylinder = drive.cylinder;
        this.head = (first >> 2) & 1;
        this.sector = drive.next(clock.now);
        this.#search(drive);
        break;
      default:
        [this.cylinder, this.head, this.sector] = [second, head, sector];
        this.#search(drive);
    }
  }

  /** Waits until the sector has gone by; for one that is not there, two rounds. */
  #search(drive: FloppyDrive): void {
    const { now } = this.#parts.clock;
    const missing = this.#missing(drive) !== undefined;
    this.#wait(missing ? now + 2 * drive.round : drive.passes(this.sector, now));
  }

  #wait(until: number): void {
    this.due = until;
    this.#parts.clock.set(this.#timer, until);
  }

  /** Why the sector is not found: bits of ST1 and ST2. */
  #missing(drive: FloppyDrive): readonly [st1: number, st2: number] | undefined {
    const [opcode = 0, select = 0, , head = 0, , size = SIZE_CODE] = this.#command;
    const spins = ((this.dor >> (4 + (select & 3))) & 1) !== 0 && drive.disk !== undefined;
    if (!spins || !(opcode & MFM)) return [ST1.NO_ADDRESS_MARK, 0];
    const physical = (select >> 2) & 1;
    if (drive.sector(physical, 1) === undefined) return [ST1.NO_ADDRESS_MARK, 0];
    if (this.cylinder !== drive.cylinder) return [ST1.NO_DATA, ST2.WRONG_CYLINDER];
    const transfer = (opcode & 0x1f) !== OPCODE.READ_ID;
    // Before the first sector the head of the command is the one that is meant; later, multi-track has changed it.
    const wrongHead = transfer && head !== physical;
    const found = !wrongHead && drive.sector(this.head, this.sector) !== undefined;
    return found && (!transfer || size === SIZE_CODE) ? undefined : [ST1.NO_DATA, 0];
  }

  /** The sector has gone by. */
  #execute(): void {
    const [opcode = 0, select = 0, , , , , last = 0] = this.#command;
    const drive = this.#drives[select & 3] as FloppyDrive;
    const missing = this.#missing(drive);
    if (missing !== undefined) this.#end(ST0.ABNORMAL, ...missing);
    else if ((opcode & 0x1f) === OPCODE.READ_ID) this.#end(0);
    else {
      const { moved, end } = this.#transfer(drive, (opcode & 0x1f) === OPCODE.READ);
      if (!end && moved < SECTOR) this.#end(ST0.ABNORMAL, ST1.OVERRUN);
      else this.#proceed(drive, this.#advance(last, (opcode & MULTI_TRACK) !== 0), end);
    }
  }

  #proceed(drive: FloppyDrive, beyond: boolean, end: boolean): void {
    if (end) this.#end(0);
    else if (beyond) this.#end(ST0.ABNORMAL, ST1.END_OF_CYLINDER);
    else if (this.#missing(drive)) this.#wait(this.due + 2 * drive.round);
    else this.#wait(drive.passes(this.sector, this.due));
  }

  #transfer(drive: FloppyDrive, reading: boolean): { moved: number; end: boolean } {
    const bytes = new Uint8Array(SECTOR);
    const at = drive.sector(this.head, this.sector) as number;
    const disk = drive.disk as Disk;
    if (this.nonDma || !(this.dor & GATE)) return { moved: 0, end: false };
    if (reading) disk.read(at, bytes);
    const done = this.#parts.channel.move(bytes, reading);
    // What the host did not give is zero.
    if (!reading && done.moved > 0) disk.write(at, bytes);
    return done;
  }

  /** The next sector, as the result tells it. True: the cylinder is done. */
  #advance(last: number, multiTrack: boolean): boolean {
    if (this.sector !== last) {
      this.sector = (this.sector + 1) & 0xff;
      return false;
    }
    this.sector = 1;
    if (multiTrack) this.head ^= 1;
    if (multiTrack && this.head === 1) return false;
    this.cylinder = (this.cylinder + 1) & 0xff;
    return true;
  }

  #end(st0: number, st1 = 0, st2 = 0): void {
    const select = (this.#command[1] as number) & 3;
    this.#answer(
      ...[st0 | ((this.head & 1) << 2) | select, st1, st2],
      ...[this.cylinder, this.head, this.sector, SIZE_CODE],
    );
    this.#interrupt = true;
    this.#update();
  }

  #tell(drive: number): void {
    this.pending |= 1 << drive;
    this.#update();
  }

  #senseInterrupt(): void {
    const n = [0, 1, 2, 3].find((drive) => (this.pending >> drive) & 1);
    this.pending &= n === undefined ? -1 : ~(1 << n);
    this.#update();
    if (n === undefined) this.#answer(ST0.INVALID);
    else this.#answer(this.#status[n] as number, (this.#drives[n] as FloppyDrive).cylinder);
  }

  #update(): void {
    this.#parts.irq.set((this.dor & GATE) !== 0 && (this.#interrupt || this.pending !== 0));
  }

  #stop(): void {
    const { clock } = this.#parts;
    clock.clear(this.#timer);
    for (const drive of this.#drives) clock.clear(drive.timer);
    this.#answer();
    this.#interrupt = false;
    this.pending = 0;
  }

  /** After a reset the polling of the drives tells of each of them (5.2.5). */
  #restart(): void {
    this.#stop();
    for (let n = 0; n < DRIVES; n++) this.#status[n] = ST0.POLLING | n;
    this.pending = 15;
    this.#update();
  }

  save(out: StateWriter): void {
    out.section("82077");
    saveFields(out, this, FIELDS);
    out.flag(this.#interrupt);
    out.double(this.#timer.deadline);
    for (const bytes of [this.#command, this.#result, this.#status]) out.bytes(Uint8Array.from(bytes));
    for (const drive of this.#drives) drive.save(out);
  }

  load(from: StateReader): void {
    from.section("82077");
    loadFields(from, this, FIELDS);
    this.#interrupt = from.flag();
    this.#timer.deadline = from.double();
    this.#command = [...from.bytes()];
    this.#result = [...from.bytes()];
    this.#status.set(from.bytes());
    for (const drive of this.#drives) drive.load(from);
  }
}
