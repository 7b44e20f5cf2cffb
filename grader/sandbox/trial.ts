/** A real run in a sandbox, which finds out whether it works here and shuts what it must shut. */
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "./contract.ts";

const LIMITS = { cpuSeconds: 5, megabytes: 64, recordBytes: 4096, outputBytes: 65536 };
const PATIENCE = 15_000;

/** What a sandbox keeps away from what runs in it. */
export interface Walls {
  network: boolean;
  files: boolean;
}

/** What the process inside could reach. */
interface Findings {
  echo: string;
  network: boolean;
  files: boolean;
}

const inside = (port: number, secret: string) => `
import { readFileSync, readSync, writeSync } from "node:fs";
import { connect } from "node:net";
writeSync(4, "\\n");
const bytes = Buffer.alloc(64);
const echo = bytes.toString("utf8", 0, readSync(3, bytes));
let files = true;
try { readFileSync(${JSON.stringify(secret)}); } catch { files = false; }
const tell = (network) => {
  writeSync(4, JSON.stringify({ echo, network, files }));
  process.exit(0);
};
connect(${port}, "127.0.0.1").on("connect", () => tell(true)).on("error", () => tell(false));
`;

/** Undefined when all went well, else a clause that says what did not. */
export async function trial(sandbox: Sandbox, walls: Walls): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "ringlab-trial-"));
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const secret = join(folder, "secret");
    await writeFile(secret, "");
    const job = join(folder, "job");
    await mkdir(job);
    await writeFile(join(job, "trial.mjs"), inside(port, secret));
    return await run(sandbox, job, walls);
  } catch (error) {
    return `its trial failed: ${(error as Error).message}`;
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(sandbox: Sandbox, folder: string, walls: Walls): Promise<string | undefined> {
  const running = sandbox.start({ folder, entry: "trial.mjs", limits: LIMITS });
  const timer = setTimeout(() => running.kill("timeout"), PATIENCE);
  let text = "";
  running.onData((chunk) => {
    text += chunk;
  });
  running.send(Buffer.from("echo"));
  const { kind, reason, diagnostics } = await running.ended;
  clearTimeout(timer);
  if (kind !== "exit")
    return `its trial run failed. ${reason} ${diagnostics.trim().split("\n").at(-1) ?? ""}`.trim();
  const found: Findings = JSON.parse(text);
  if (found.echo !== "echo") return "the pipes of its trial run did not work";
  if (walls.network && found.network) return "the network was reachable from its trial run";
  if (walls.files && found.files) return "files of this machine were readable in its trial run";
  return undefined;
}
