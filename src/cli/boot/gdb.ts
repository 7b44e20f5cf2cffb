/** GDB at the other end of a socket, on this machine only: the guest waits at its first instruction until GDB lets it run. */
import { createServer, type Socket } from "node:net";
import type { Debugger } from "../../machine/debug/debugger.ts";
import { GdbStub } from "../../machine/debug/gdb.ts";
import { UserError } from "../errors.ts";
import type { End } from "./report.ts";

const LOOPBACK = "127.0.0.1";

export interface GdbSession {
  port: number;
  target: Debugger;
  /** Carries what the guest sends and what is typed; true when the user wants to end. */
  rest: () => Promise<boolean>;
}

/** Serves one GDB after the other until the guest ends, GDB kills it, or the user interrupts. */
export async function serveGdb({ port, target, rest }: GdbSession): Promise<End> {
  const server = createServer();
  const sockets = new Set<Socket>();
  const ended = new Promise<End>((resolve, reject) => {
    server.on("error", (error: NodeJS.ErrnoException) => reject(notServed(port, error)));
    server.on("connection", (socket) => {
      if (sockets.size > 0) {
        socket.destroy();
        return;
      }
      sockets.add(socket);
      socket.setNoDelay(true).setEncoding("latin1");
      const stub = new GdbStub(
        target,
        (text) => socket.writable && socket.write(text, "latin1"),
        async () => {
          if (await rest()) resolve({ reason: "interrupted" });
        },
      );
      socket.on("data", (bytes: string) => {
        stub
          .receive(bytes)
          .then(() => {
            if (stub.ended)
              socket.end(() =>
                resolve(stub.ended === "killed" ? { reason: "interrupted" } : (stub.ended as End)),
              );
          })
          .catch(reject);
      });
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        stub.leave();
      });
    });
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      const at = typeof address === "object" && address ? address.port : port;
      console.error(`ringlab: waiting for GDB: target remote ${LOOPBACK}:${at}`);
    });
  });
  const watch = setInterval(() => void rest().then((end) => end && server.emit("interrupted")), 50);
  const interrupted = new Promise<End>((resolve) =>
    server.on("interrupted", () => resolve({ reason: "interrupted" })),
  );
  try {
    return await Promise.race([ended, interrupted]);
  } finally {
    clearInterval(watch);
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

function notServed(port: number, { code, message }: NodeJS.ErrnoException): UserError {
  if (code === "EADDRINUSE")
    return new UserError(`port ${port} is in use: give --gdb another one, or 0 for any that is free`);
  return new UserError(`GDB cannot be served on port ${port}: ${message}`);
}

export function parsePort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65535)) throw new UserError(`--gdb takes a port from 0 to 65535, got "${text}"`);
  return port;
}
