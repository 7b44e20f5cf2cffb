/** A target for tests: bash here, with a program `sysbench` of a few lines first on its path. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../../src/compare/engines/engine.ts";
import { pipe } from "../../../src/compare/engines/pipe.ts";

/** @param body of the program, after it has answered --version */
export function bashEngine(name: string, body: string): Engine {
  return {
    name,
    kind: "host",
    patience: 20,
    look: async () => ({ state: "there", versions: { bash: "5" }, notes: [] }),
    async open(ground) {
      const bin = join(ground.scratch, `${name}.bin`);
      await mkdir(bin, { recursive: true });
      await writeFile(
        join(bin, "sysbench"),
        `#!/bin/bash\n[ "$1" = --version ] && { echo sysbench 1.0.20; exit; }\n${body}\n`,
      );
      await chmod(join(bin, "sysbench"), 0o755);
      return {
        async start(job) {
          const work = join(ground.scratch, `${job.name}.work`);
          await mkdir(work);
          const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
          return pipe(["bash", "-c", job.script], { cwd: work, env });
        },
      };
    },
  };
}

export const REPORT = `cat <<'END'
CPU speed:
    events per second:  1000.00
General statistics:
    total time:                          0.1000s
    total number of events:              100
END
for ((i = 0; i < 20000; i++)); do :; done`;
