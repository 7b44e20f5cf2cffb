/** Our machine on a multiboot image. */
import { loadMultiboot } from "../../../src/machine/load/multiboot.ts";
import { Machine } from "../../../src/machine/machine.ts";
import { WATCH_PORT } from "./loops.asm.ts";
import { MEMORY, processorTime, type Runner } from "./timing.ts";

export function ownRunner(image: Uint8Array): Runner {
  const machine = new Machine({ memory: MEMORY });
  loadMultiboot({ bus: machine.bus, fwCfg: machine.board.fwCfg }, image);
  let started = 0;
  let taken = 0;
  let goOn = 1;
  machine.bus.mapPorts(WATCH_PORT, WATCH_PORT, {
    in: () => goOn,
    out(_port, value) {
      if (value === 1) {
        started = processorTime();
        return;
      }
      taken = processorTime() - started;
      goOn = 0;
      machine.cpu.stop = { reason: "off" };
      machine.clock.attend();
    },
  });
  return async () => {
    goOn = 1;
    const stop = machine.run();
    if (stop.reason !== "off") throw new Error(`the loop ended with ${JSON.stringify(stop)}`);
    return taken;
  };
}
