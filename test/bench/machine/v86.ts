/** v86 with its JIT disabled, on a multiboot image: no BIOS is needed, its own option loads the image and enters it. */
import { createRequire } from "node:module";
import { V86 } from "v86";
import { WATCH_PORT } from "./loops.asm.ts";
import { MEMORY, processorTime, type Runner } from "./timing.ts";

/** Reading this port loads the multiboot image: what v86's own option ROM does. */
const LOAD_PORT = 0xf4;

/** What the benchmark needs of v86's inside, which its types leave out. */
interface Inside {
  readonly v86: {
    readonly cpu: {
      readonly reg32: Int32Array;
      readonly io: {
        port_read32(port: number): number;
        register_read(port: number, device: object, read8: () => number): void;
        register_write(port: number, device: object, write8: (value: number) => void): void;
      };
    };
  };
}

/** `end` frees it. */
export async function v86Runner(image: Uint8Array): Promise<{ run: Runner; end: () => Promise<void> }> {
  const emulator = new V86({
    wasm_path: createRequire(import.meta.url).resolve("v86/build/v86.wasm"),
    memory_size: MEMORY,
    autostart: false,
    disable_jit: true,
    disable_speaker: true,
    log_level: 0,
    multiboot: { buffer: Uint8Array.from(image).buffer },
  });
  await new Promise<void>((ready) => emulator.add_listener("emulator-loaded", () => ready()));
  const { cpu } = (emulator as unknown as Inside).v86;
  let started = 0;
  let goOn = 1;
  let finish = (_taken: number) => {};
  cpu.io.register_read(WATCH_PORT, {}, () => goOn);
  cpu.io.register_write(WATCH_PORT, {}, (value) => {
    if (value === 1) started = processorTime();
    else {
      goOn = 0;
      finish(processorTime() - started);
    }
  });
  cpu.reg32[0] = cpu.io.port_read32(LOAD_PORT);
  const run = async () => {
    goOn = 1;
    const taken = new Promise<number>((resolve) => {
      finish = resolve;
    });
    await emulator.run();
    const milliseconds = await taken;
    await emulator.stop();
    return milliseconds;
  };
  return { run, end: () => emulator.destroy() };
}
