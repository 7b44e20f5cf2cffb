/** The connection file that Jupyter hands to a kernel: five loopback ports and the signing key. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

export const CHANNELS = ["shell", "iopub", "stdin", "control", "hb"] as const;
export type Channel = (typeof CHANNELS)[number];

export interface Connection {
  transport: string;
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  key: string;
  signature_scheme: string;
  kernel_name: string;
}

export function endpoint(connection: Connection, channel: Channel): string {
  return `${connection.transport}://${connection.ip}:${connection[`${channel}_port`]}`;
}

/** Ports that were free a moment ago: all are held open together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

export async function newConnection(kernelName: string): Promise<Connection> {
  const ports = await freePorts(CHANNELS.length);
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports as [
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    transport: "tcp",
    ip: "127.0.0.1",
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    key: randomBytes(32).toString("hex"),
    signature_scheme: "hmac-sha256",
    kernel_name: kernelName,
  };
}

const FOLDER = "ringlab-kernel-";

/** Writes the file readable by its owner alone, in a folder of its own. Returns its path. */
export function writeConnection(connection: Connection): string {
  const path = join(mkdtempSync(join(tmpdir(), FOLDER)), "connection.json");
  writeFileSync(path, JSON.stringify(connection), { mode: 0o600 });
  return path;
}

/** Removes the file, and its folder if `writeConnection` made it: Jupyter keeps its files in a folder of many. */
export function removeConnection(path: string): void {
  rmSync(path, { force: true });
  const folder = dirname(path);
  if (basename(folder).startsWith(FOLDER)) rmSync(folder, { recursive: true, force: true });
}

/** Throws with the path in the message when the file is missing or is not a connection file. */
export function readConnection(path: string): Connection {
  const connection = JSON.parse(readFileSync(path, "utf8")) as Connection;
  for (const channel of CHANNELS)
    if (!Number.isInteger(connection[`${channel}_port`]))
      throw new Error(`${path} is not a Jupyter connection file: ${channel}_port is missing`);
  if (connection.signature_scheme && connection.signature_scheme !== "hmac-sha256")
    throw new Error(
      `${path}: signature scheme ${connection.signature_scheme} is not supported, only hmac-sha256`,
    );
  return connection;
}
