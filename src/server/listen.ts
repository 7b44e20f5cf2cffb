/** Listening on loopback, under both of its addresses: whoever had the other one would be sent our token. */
import { createServer, type Server } from "node:http";

/** Nothing else listens on the port, or says so. */
export class PortInUse extends Error {
  readonly port: number;
  constructor(port: number) {
    super(`port ${port} is in use`);
    this.name = "PortInUse";
    this.port = port;
  }
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen({ host, port, exclusive: true }, () => {
      server.removeListener("error", fail);
      done();
    });
  });
}

const close = (server: Server): Promise<void> => new Promise((done) => void server.close(() => done()));

const ABSENT = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

/**
 * Binds two servers of `make` to 127.0.0.1 and, where the machine has it, ::1. Port 0 takes any free one. Throws PortInUse.
 */
export async function listenOnLoopback(
  make: () => Server,
  wanted: number,
): Promise<{ servers: Server[]; port: number }> {
  const four = make();
  await listenOn(four, "127.0.0.1", wanted).catch((error) => {
    throw error.code === "EADDRINUSE" ? new PortInUse(wanted) : error;
  });
  const port = (four.address() as { port: number }).port;
  const six = make();
  try {
    await listenOn(six, "::1", port);
    return { servers: [four, six], port };
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? "")) return { servers: [four], port };
    await close(four);
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (wanted === 0) return listenOnLoopback(make, 0);
    throw new PortInUse(port);
  }
}

/** The first port from `first` on that is free under both addresses; undefined when a hundred are taken. */
export async function freePort(first: number): Promise<number | undefined> {
  for (let port = first; port < Math.min(first + 100, 65_536); port++)
    try {
      const { servers } = await listenOnLoopback(createServer, port);
      await Promise.all(servers.map(close));
      return port;
    } catch (error) {
      if (!(error instanceof PortInUse)) throw error;
    }
  return undefined;
}
