/** A lab for the benchmark: a device of the PC whose registers the component serves, as in programmed I/O to a disk. */
import { z } from "zod";
import { defineLab, defineScenarios, type Lab, type Scenario } from "../../../src/course/index.ts";
import { assemble, boot } from "../../../src/machine/index.ts";

export interface Device {
  /** The guest reads a register. */
  read(port: number): number;
  /** The guest writes one. */
  write(port: number, value: number): void;
}

const PORT = 0x300;

/** Asks for a word, reads it, and works it into a buffer: 60 instructions for two accesses. */
const SOURCE = `
bits 32
org 0x1000
start:
  mov ebp, COUNT
  mov esp, 0x8000
.next:
  mov dx, ${PORT}
  mov eax, ebp
  out dx, eax
  inc edx
  in eax, dx
  mov ecx, 12
.mix:
  add eax, [0x4000 + ecx * 4]
  rol eax, 5
  mov [0x4000 + ecx * 4], eax
  dec ecx
  jnz .mix
  dec ebp
  jnz .next
  hlt
`;

/** As many accesses as there should be calls. */
const accesses: Scenario<Device, { count: number }, { eax: number; instructions: number }> = {
  drive(component, { count }) {
    const { bytes } = assemble(SOURCE.replace("COUNT", `${count / 2}`));
    const machine = boot(bytes, {
      kind: "flat",
      origin: 0x1000,
      mode: "protected",
      memory: 1 << 20,
      firmware: false,
    });
    machine.bus.mapPorts(PORT, PORT + 1, {
      in: (port) => component.read(port - PORT) >>> 0,
      out: (port, value) => component.write(port - PORT, value),
    });
    const stop = machine.run({ limit: count * 100 });
    if (stop.reason !== "halt") throw new Error(`the guest did not halt: ${stop.reason}`);
    return { eax: machine.cpu.r32[0] as number, instructions: machine.steps };
  },
  describe: ({ count }) => `${count} accesses`,
};

export const SCENARIOS = defineScenarios<Device>()({ accesses });

const word = z.number().int();
const port = { name: "port", type: "number", doc: "the register" };

export const LAB: Lab<Device> = defineLab<Device>({
  id: "91-device",
  title: "A device",
  component: {
    read: { doc: "Reads.", parameters: [port], returns: { type: "number", doc: "its value", schema: word } },
    write: {
      doc: "Writes.",
      parameters: [port, { name: "value", type: "number", doc: "the value" }],
      returns: { type: "void", doc: "", schema: z.void() },
    },
  },
  clauses: [{ id: "C1", text: "A register holds what the last word makes of it." }],
  parts: [{ id: "device", title: "Device", points: 1 }],
  limits: { seconds: 30, megabytes: 512 },
});

let register = 0;

export const component: Device = {
  read: () => register,
  write: (_, value) => {
    register = (Math.imul(value, 1664525) + 1013904223) | 0;
  },
};
