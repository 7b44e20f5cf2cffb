/**
 * One IDE channel: two drives behind one set of registers. What goes on between a command and its end is in transfers.ts,
 * what each command does in commands.ts. (ATA/ATAPI-6, clauses 6, 7 and 9.)
 */
import type { PortDevice } from "../../bus.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import type { IrqLine } from "../irq.ts";
import type { Drive } from "./drive.ts";
import { COMMAND, CONTROL, DATA, DEVICE, DEVICE_SELECT, FEATURES, STATUS } from "./registers.ts";
import { TaskFile } from "./task-file.ts";
import { type Transfer, type TransferParts, Transfers } from "./transfers.ts";

const READY = STATUS.DRDY | STATUS.DSC;

export interface ChannelParts extends TransferParts {
  irq: IrqLine;
  drives: readonly [Drive | undefined, Drive | undefined];
  /** Carries a command out; it finds its registers in `task`. */
  execute: (channel: IdeChannel, command: number) => void;
}

export class IdeChannel implements PortDevice, Stateful {
  readonly drives: readonly [Drive | undefined, Drive | undefined];
  readonly #tasks = [new TaskFile(), new TaskFile()] as const;
  #selected: 0 | 1 = 0;
  #control = 0;
  #interrupt = false;

  readonly #parts: ChannelParts;
  readonly #transfers: Transfers;

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.drives = parts.drives;
    this.#transfers = new Transfers(this, parts);
    for (const [i, task] of this.#tasks.entries()) if (!parts.drives[i]) task.status = 0;
  }

  /** The selected device's registers. */
  get task(): TaskFile {
    return this.#tasks[this.#selected];
  }

  /** The selected drive, absent when nothing is connected there. */
  get drive(): Drive | undefined {
    return this.drives[this.#selected];
  }

  // The command block: eight ports.

  in(port: number, size: number): number {
    const register = port & 7;
    if (register === DATA) return this.#transfers.readData(size);
    if (register === COMMAND) {
      this.interrupt(false);
      return this.task.status;
    }
    if (!this.drives[0] && !this.drives[1]) return 0;
    if (register === FEATURES) return this.task.error;
    if (register === DEVICE_SELECT) return (this.task.current[DEVICE_SELECT] as number) | 0xa0;
    const { current, previous } = this.task;
    return (this.#control & CONTROL.HOB ? previous : current)[register] as number;
  }

  out(port: number, value: number, size: number): void {
    const register = port & 7;
    if (register === DATA) this.#transfers.writeData(value, size);
    else if (register === COMMAND) this.#command(value);
    else if (!(this.task.status & STATUS.BSY)) this.#set(register, value);
  }

  #set(register: number, value: number): void {
    this.#control &= ~CONTROL.HOB;
    // Both devices listen, so that the one that is selected later has the registers too.
    for (const task of this.#tasks) task.set(register, value);
    if (register === DEVICE_SELECT) this.#selected = value & DEVICE.DEV ? 1 : 0;
  }

  // The control block: alternate status and device control.

  readonly control: PortDevice = {
    in: () => this.task.status,
    out: (_port, value) => this.#setControl(value),
  };

  #setControl(value: number): void {
    const before = this.#control;
    this.#control = value;
    if (value & ~before & CONTROL.SRST) this.#beginReset();
    if (before & ~value & CONTROL.SRST) this.#endReset();
    this.#wire();
  }

  #command(command: number): void {
    if (!this.drive || this.task.status & (STATUS.BSY | STATUS.DRQ)) return;
    this.interrupt(false);
    this.task.error = 0;
    this.task.status = READY;
    this.#parts.execute(this, command);
  }

  #beginReset(): void {
    this.#transfers.cancel();
    this.interrupt(false);
    for (const [i, task] of this.#tasks.entries()) if (this.drives[i]) task.status = STATUS.BSY | STATUS.DSC;
  }

  #endReset(): void {
    for (const drive of this.drives) drive?.reset();
    this.sign();
  }

  // What commands.ts works with.

  /** Both devices have passed their test and show what they are; device 0 is selected. */
  sign(): void {
    for (const [i, task] of this.#tasks.entries()) {
      task.sign();
      if (!this.drives[i]) task.status = 0;
    }
    this.#selected = 0;
  }

  /** The command is done: ready, with an interrupt. */
  finish(): void {
    this.task.status = READY;
    this.interrupt(true);
  }

  /** The command has failed with bits of the error register. */
  fail(error: number): void {
    this.task.error = error;
    this.task.status = READY | STATUS.ERR;
    this.interrupt(true);
  }

  /** Gives the host a block of data that does not come from the medium. */
  present(block: Uint8Array): void {
    this.#transfers.present(block);
  }

  /** Starts a PIO transfer in blocks of so many sectors. */
  transfer(transfer: Transfer): void {
    this.#transfers.begin(transfer);
  }

  /** Starts a transfer that the bus master will make. */
  transferDma(transfer: Transfer): void {
    this.#transfers.beginDma(transfer);
  }

  /** Asserts or releases INTRQ. */
  interrupt(pending: boolean): void {
    if (pending) this.#parts.busMaster.interrupt();
    this.#interrupt = pending;
    this.#wire();
  }

  #wire(): void {
    this.#parts.irq.set(this.#interrupt && !(this.#control & CONTROL.NIEN));
  }

  save(out: StateWriter): void {
    out.section("ide channel");
    for (const task of this.#tasks) task.save(out);
    for (const drive of this.drives) drive?.save(out);
    this.#parts.busMaster.save(out);
    this.#transfers.save(out);
    for (const value of [this.#selected, this.#control]) out.int(value);
    out.flag(this.#interrupt);
  }

  load(from: StateReader): void {
    from.section("ide channel");
    for (const task of this.#tasks) task.load(from);
    for (const drive of this.drives) drive?.load(from);
    this.#parts.busMaster.load(from);
    this.#transfers.load(from);
    this.#selected = from.int() ? 1 : 0;
    this.#control = from.int();
    this.#interrupt = from.flag();
  }
}
