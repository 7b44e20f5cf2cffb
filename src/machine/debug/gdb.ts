/**
 * GDB's remote serial protocol (GDB manual, appendix E), as far as a debugger of one processor needs it, backwards included. It
 * knows no socket: bytes go in, replies come out.
 *
 *     $packet#checksum ──▶ + $reply#checksum          ^C (03h) ──▶ stops what runs
 */
import type { Gva } from "../address.ts";
import type { Stop } from "../cpu/cpu.ts";
import type { Debugger } from "./debugger.ts";
import { type GdbRegister, gdbDescription, gdbRegisters, gdbValues } from "./gdb-registers.ts";
import { peek, poke } from "./look.ts";
import { writeRegister } from "./registers.ts";

/** ^C. */
const INTERRUPT = "\u0003";

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Little-endian hex of `bytes` bytes. */
function value(of: bigint, bytes: number): string {
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = Number((of >> BigInt(8 * i)) & 0xffn);
  return hexOf(out);
}

function encoded({ name, bits }: GdbRegister, values: ReadonlyMap<string, bigint>): string {
  return value(values.get(name) ?? 0n, bits / 8);
}

function frame(packet: string): string {
  let sum = 0;
  for (const char of packet) sum += char.charCodeAt(0);
  return `$${packet}#${(sum & 0xff).toString(16).padStart(2, "0")}`;
}

export class GdbStub {
  readonly #debugger: Debugger;
  readonly #send: (text: string) => void;
  /** Resolves so that the socket is read between slices. */
  readonly #rest: () => Promise<void>;
  /** Asked to end (kill), or GDB was told that the guest has ended. */
  ended: Stop | "killed" | undefined;
  /** 64-bit registers: as the processor was when GDB asked what it is. */
  #wide: boolean;
  #received = "";
  #interrupted = false;
  #running = false;

  constructor(target: Debugger, send: (text: string) => void, rest: () => Promise<void>) {
    this.#debugger = target;
    this.#wide = target.machine.cpu.bits === 64;
    this.#send = send;
    this.#rest = rest;
  }

  /** GDB has gone: what runs stops. */
  leave(): void {
    this.#interrupted = true;
  }

  /** What came from GDB, in whatever pieces. */
  async receive(bytes: string): Promise<void> {
    if (bytes.includes(INTERRUPT)) this.#interrupted = true;
    this.#received += bytes.replaceAll(INTERRUPT, "");
    while (!this.#running) {
      const start = this.#received.indexOf("$");
      const end = this.#received.indexOf("#", start);
      if (start < 0 || end < 0 || this.#received.length < end + 3) return;
      const packet = this.#received.slice(start + 1, end);
      this.#received = this.#received.slice(end + 3);
      this.#send("+");
      const reply = await this.#answer(packet);
      if (reply !== undefined) this.#send(frame(reply));
    }
  }

  /** The reply to a packet; "" says that it is not known, undefined that none is due. */
  async #answer(packet: string): Promise<string | undefined> {
    const rest = packet.slice(1);
    switch (packet[0]) {
      case "?":
        return "S05";
      case "g":
        return this.#allRegisters();
      case "p":
        return this.#oneRegister(Number.parseInt(rest, 16));
      case "P":
        return this.#setRegister(rest);
      case "m":
        return this.#readMemory(rest);
      case "M":
        return this.#writeMemory(rest);
      case "s":
        return this.#stopped(this.#debugger.step().stop);
      case "c":
        return await this.#continue();
      case "b":
        return this.#backwards(rest);
      case "Z":
      case "z":
        return this.#breakpoint(packet);
      case "k":
        this.ended = "killed";
        return undefined;
      case "D":
        return "OK";
      case "H":
      case "T":
        return "OK";
      case "q":
        return this.#query(packet);
      default:
        return "";
    }
  }

  #allRegisters(): string {
    const values = gdbValues(this.#debugger.machine.cpu);
    return gdbRegisters(this.#wide)
      .map((register) => encoded(register, values))
      .join("");
  }

  #oneRegister(number: number): string {
    const register = gdbRegisters(this.#wide)[number];
    return register === undefined ? "E01" : encoded(register, gdbValues(this.#debugger.machine.cpu));
  }

  #setRegister(text: string): string {
    const [number, bytes] = text.split("=") as [string, string];
    const name = gdbRegisters(this.#wide)[Number.parseInt(number, 16)]?.name;
    if (name === undefined || bytes.length === 0) return "E01";
    const big = BigInt(`0x${Buffer.from(bytes, "hex").reverse().toString("hex")}`);
    let done = false;
    this.#debugger.input(() => {
      done = writeRegister(this.#debugger.machine.cpu, name, big);
    });
    return done ? "OK" : "E01";
  }

  /** GDB's unsigned address as the machine has it. */
  #address(text: string): Gva {
    const unsigned = BigInt(`0x${text}`);
    return Number(BigInt.asIntN(this.#debugger.machine.cpu.wide ? 64 : 32, unsigned)) as Gva;
  }

  #readMemory(text: string): string {
    const [at, length] = text.split(",") as [string, string];
    const bytes = peek(this.#debugger.machine, this.#address(at), Number.parseInt(length, 16));
    return bytes.length === 0 ? "E14" : hexOf(bytes);
  }

  #writeMemory(text: string): string {
    const [at, , data] = text.split(/[,:]/) as [string, string, string];
    const bytes = Buffer.from(data, "hex");
    let written = 0;
    this.#debugger.input(() => {
      written = poke(this.#debugger.machine, this.#address(at), bytes);
    });
    return written === bytes.length ? "OK" : "E14";
  }

  async #continue(): Promise<string> {
    this.#interrupted = false;
    this.#running = true;
    try {
      const running = this.#debugger.continuing();
      for (;;) {
        const { done, value } = running.next();
        if (done) return this.#stopped(value);
        await this.#rest();
        if (this.#interrupted) return "S02";
      }
    } finally {
      this.#running = false;
    }
  }

  /** bs, bc: reverse-stepi, reverse-continue. */
  #backwards(what: string): string {
    if (what === "s") {
      if (this.#debugger.now === 0) return "T05replaylog:begin;";
      this.#debugger.back();
      return "S05";
    }
    if (this.#debugger.backToBreakpoint()) return "S05";
    this.#debugger.goTo(0);
    return "T05replaylog:begin;";
  }

  #breakpoint(packet: string): string {
    const [type, at] = packet.slice(1).split(",") as [string, string];
    if (type !== "0" && type !== "1") return "";
    const address = this.#address(at);
    if (packet[0] === "Z") this.#debugger.breakpoints.add(address);
    else this.#debugger.breakpoints.delete(address);
    return "OK";
  }

  #stopped(stop: Stop | undefined): string {
    if (stop?.reason === "exit" || stop?.reason === "off" || stop?.reason === "reset") {
      this.ended = stop;
      return `W${((stop.reason === "exit" ? stop.code : 0) & 0xff).toString(16).padStart(2, "0")}`;
    }
    // SIGSEGV is the nearest that GDB knows to a triple fault.
    return stop?.reason === "shutdown" ? "S0b" : "S05";
  }

  #query(packet: string): string {
    if (packet.startsWith("qSupported"))
      return "PacketSize=4000;qXfer:features:read+;ReverseStep+;ReverseContinue+";
    if (packet.startsWith("qXfer:features:read:target.xml:")) {
      this.#wide = this.#debugger.machine.cpu.bits === 64;
      const [offset, length] = packet
        .slice(packet.lastIndexOf(":") + 1)
        .split(",")
        .map((text) => Number.parseInt(text, 16)) as [number, number];
      const description = gdbDescription(this.#wide);
      const part = description.slice(offset, offset + length);
      return (offset + length < description.length ? "m" : "l") + part;
    }
    if (packet.startsWith("qAttached")) return "1";
    return "";
  }
}
