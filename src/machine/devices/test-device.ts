/**
 * The device that hypervisors' test suites drive (QEMU's pc-testdev): interrupt lines under a guest's hand, ports and memory that
 * return what was written.
 *
 *     E0h  a port of 32 bits        E8h  the same, byte by byte       2000h + n  interrupt line n: 0 low, else high
 *     E4h  takes anything           FF000000h … FF00FFFFh  memory of a device
 */
import type { Bus, MmioDevice, PortDevice } from "../bus.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import type { IrqLine, IrqWires } from "./irq.ts";

const WHOLE = 0xe0;
const FLUSH = 0xe4;
const BYTES = 0xe8;
const LINES = 0x2000;
const LINE_COUNT = 24;
const MEMORY = 0xff000000;
const MEMORY_BYTES = 0x10000;

export class TestDevice implements PortDevice, MmioDevice, Stateful {
  readonly #port = new DataView(new ArrayBuffer(4));
  readonly #memory = new DataView(new ArrayBuffer(MEMORY_BYTES));
  readonly #lines: readonly IrqLine[];

  constructor(bus: Bus, wires: IrqWires) {
    this.#lines = Array.from({ length: LINE_COUNT }, (_, irq) => wires.source(irq));
    for (const port of [WHOLE, FLUSH, BYTES]) bus.mapPorts(port, port, this);
    bus.mapPorts(LINES, LINES + LINE_COUNT - 1, this);
    bus.mapMmio(MEMORY, MEMORY_BYTES, this);
  }

  in(port: number, size: number): number {
    return port === WHOLE || port === BYTES ? get(this.#port, 0, size) : 0;
  }

  out(port: number, value: number, size: number): void {
    if (port === WHOLE || port === BYTES) set(this.#port, 0, value, size);
    else if (port >= LINES) (this.#lines[port - LINES] as IrqLine).set(value !== 0);
  }

  read(offset: number, size: number): number {
    return get(this.#memory, offset, size);
  }

  write(offset: number, value: number, size: number): void {
    set(this.#memory, offset, value, size);
  }

  save(out: StateWriter): void {
    out.section("test device");
    out.array(this.#port);
    out.array(this.#memory);
  }

  load(from: StateReader): void {
    from.section("test device");
    from.array(this.#port);
    from.array(this.#memory);
  }
}

function get(view: DataView, at: number, size: number): number {
  if (size === 1) return view.getUint8(at);
  return size === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

function set(view: DataView, at: number, value: number, size: number): void {
  if (size === 1) view.setUint8(at, value);
  else if (size === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
}
