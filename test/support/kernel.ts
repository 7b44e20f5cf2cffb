/** A kernel of our own for one test file, in a folder of its own; ended and removed afterwards. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { KernelClient, type Result } from "../../src/kernel/client.ts";
import { DEFAULT_SPEC } from "../../src/kernel/specs.ts";

export interface KernelUnderTest {
  readonly client: KernelClient;
  readonly cwd: string;
  run(code: string): Promise<Result>;
  /** text/plain of the cell's result; throws when the cell fails. */
  value(code: string): Promise<string | undefined>;
  /** Runs the cell and interrupts it so many ms after it has begun (150 unless said), and again so many after that. */
  interrupted(code: string, ...delays: number[]): Promise<Result>;
  write(file: string, text: string): void;
}

export function useKernel(env: NodeJS.ProcessEnv = {}): KernelUnderTest {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), "ringlab-own-")));
  let client: KernelClient;
  beforeAll(async () => {
    client = await KernelClient.start(DEFAULT_SPEC, { cwd, env });
  });
  afterAll(async () => {
    await client.shutdown();
    rmSync(cwd, { recursive: true });
  });
  const run = (code: string) => client.execute(code);
  return {
    get client() {
      return client;
    },
    cwd,
    run,
    async value(code) {
      const result = await run(code);
      if (result.reply.status !== "ok") throw new Error(plain(result.reply.traceback as string[]));
      return shown(result);
    },
    async interrupted(code, ...delays) {
      const rest = delays.length > 0 ? delays : [150];
      let timer: NodeJS.Timeout | undefined;
      const next = () => {
        const delay = rest.shift();
        if (delay === undefined) return;
        timer = setTimeout(() => {
          client.interrupt();
          next();
        }, delay);
      };
      const running = client.execute(code, {
        onOutput: ({ msg_type }) => {
          if (msg_type === "execute_input") next();
        },
      });
      return running.finally(() => clearTimeout(timer));
    },
    write: (file, text) => writeFileSync(join(cwd, file), text),
  };
}

export function shown({ outputs }: Result): string | undefined {
  const result = outputs.find(({ msg_type }) => msg_type === "execute_result");
  return (result?.content.data as Record<string, string> | undefined)?.["text/plain"];
}

export function streamed({ outputs }: Result, name = "stdout"): string {
  return outputs
    .filter(({ msg_type, content }) => msg_type === "stream" && content.name === name)
    .map(({ content }) => content.text)
    .join("");
}

/** A traceback without its colours. */
export function plain(traceback: readonly string[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  return traceback.join("\n").replace(/\x1b\[\d+m/g, "");
}
