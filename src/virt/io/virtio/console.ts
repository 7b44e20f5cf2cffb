/**
 * The console device (5.3) with port 0 alone: receive queue 0, transmit queue 1. Configuration space:
 *
 *     0 cols │ 2 rows │ 4 max_nr_ports │ 8 emerg_wr
 */
import type { StateReader, StateWriter } from "../../../machine/state.ts";
import type { ConsoleBackend } from "../backend.ts";
import { lengthOf } from "./buffer.ts";
import { type DeviceParts, VirtioDevice } from "./device.ts";

/** 5.3.3 */
export const CONSOLE = { size: 1n << 0n, emergencyWrite: 1n << 2n } as const;
const RECEIVE = 0;
const TRANSMIT = 1;
const EMERGENCY = 8;
/** Bytes that are copied out at a time: a buffer may be as long as memory. */
const PIECE = 4096;
/** What is typed while the driver has no buffer waits; a terminal's line discipline keeps as much (N_TTY_BUF_SIZE). */
export const TYPED_MOST = 4096;

export interface ConsoleParts extends DeviceParts {
  readonly terminal: ConsoleBackend;
  readonly columns?: number;
  readonly rows?: number;
}

export class VirtioConsole extends VirtioDevice {
  readonly id = 3;
  readonly config = new Uint8Array(12);
  /** Bytes that were typed when TYPED_MOST waited already. */
  lost = 0;
  readonly #terminal: ConsoleBackend;
  #typed = new Uint8Array(0);

  constructor({ terminal, columns = 80, rows = 25, ...parts }: ConsoleParts) {
    super(CONSOLE.size | CONSOLE.emergencyWrite, [64, 64], parts);
    this.#terminal = terminal;
    this.#setSize(columns, rows);
    terminal.onInput = (bytes) => this.#type(bytes);
  }

  /** The terminal's window has another size. */
  resize(columns: number, rows: number): void {
    this.#setSize(columns, rows);
    this.configChanged();
  }

  #setSize(columns: number, rows: number): void {
    const view = new DataView(this.config.buffer);
    view.setUint16(0, columns, true);
    view.setUint16(2, rows, true);
  }

  /** 5.3.5.1: an emergency write is allowed at any time, its lower byte counts. */
  override writeConfig(offset: number, value: number, _size: number): void {
    if (offset === EMERGENCY) this.#terminal.write(Uint8Array.of(value & 0xff));
  }

  protected override kicked(queue: number): void {
    if (queue === TRANSMIT) this.#transmit();
    else if (queue === RECEIVE) this.#deliver();
  }

  #transmit(): void {
    for (let chain = this.pop(TRANSMIT); chain !== undefined; chain = this.pop(TRANSMIT)) {
      const { readable } = chain;
      const length = lengthOf(readable);
      for (let at = 0; at < length; at += PIECE) {
        const bytes = this.transfer.read(readable, at, Math.min(PIECE, length - at));
        if (bytes === undefined) {
          this.needsReset();
          return;
        }
        this.#terminal.write(bytes);
      }
      this.push(TRANSMIT, chain, 0);
    }
    this.tell(TRANSMIT);
  }

  #type(bytes: Uint8Array): void {
    const taken = bytes.subarray(0, TYPED_MOST - this.#typed.length);
    this.lost += bytes.length - taken.length;
    const typed = new Uint8Array(this.#typed.length + taken.length);
    typed.set(this.#typed);
    typed.set(taken, this.#typed.length);
    this.#typed = typed;
    this.#deliver();
  }

  /** Puts what was typed into the driver's buffers, as far as there are any. */
  #deliver(): void {
    let delivered = false;
    while (this.#typed.length > 0) {
      const chain = this.pop(RECEIVE);
      if (chain === undefined) break;
      const bytes = this.#typed.subarray(0, lengthOf(chain.writable));
      if (!this.transfer.write(chain.writable, 0, bytes)) {
        this.needsReset();
        return;
      }
      this.#typed = this.#typed.slice(bytes.length);
      this.push(RECEIVE, chain, bytes.length);
      delivered = true;
    }
    if (delivered) this.tell(RECEIVE);
  }

  protected override resetOwn(): void {
    this.#typed = new Uint8Array(0);
  }

  override save(out: StateWriter): void {
    super.save(out);
    out.bytes(this.#typed);
  }

  override load(from: StateReader): void {
    super.load(from);
    this.#typed = from.bytes().slice();
  }
}
