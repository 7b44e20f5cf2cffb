/**
 * The WebSockets of the server: /api/kernels/<id>/channels, through which a page talks to its kernel, and
 * /api/events/subscribe, on which this server has nothing to say but which a page wants to hold open.
 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Auth } from "../auth.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Client, ClientChannel, ServedKernel } from "../kernels/served.ts";
import { binaryFraming, jsonFraming, V1 } from "./frames.ts";

/** Bytes of one message from a page: a widget may send a picture. */
const MAX_PAYLOAD = 2 ** 28;
const CHANNELS: readonly string[] = ["shell", "control", "stdin"] satisfies ClientChannel[];

function refuse(socket: Duplex, status: string, message: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${message}\n`);
}

/** Joins a page to its kernel until one of them goes. */
function join(socket: WebSocket, kernel: ServedKernel, session: string): void {
  const framing = socket.protocol === V1 ? binaryFraming : jsonFraming;
  const client: Client = {
    session,
    receive: (channel, parts) => {
      if (socket.readyState === socket.OPEN) socket.send(framing.encode(channel, parts));
    },
  };
  socket.on("message", (data: Buffer, binary) => {
    try {
      const { channel, parts } = framing.decode(data, binary);
      if (!CHANNELS.includes(channel)) throw new RangeError(`no channel "${channel}"`);
      client.session ||= JSON.parse(String(parts[0])).session; // a client that gave none in the address
      kernel.send(channel as ClientChannel, parts);
    } catch (error) {
      socket.close(1007, `not a kernel message: ${(error as Error).message}`.slice(0, 120));
    }
  });
  socket.on("close", () => kernel.disconnect(client));
  kernel.connect(client);
}

/** Takes over the upgrade requests of the servers. Returns a function that closes all sockets. */
export function serveChannels(servers: readonly Server[], auth: Auth, kernels: Kernels): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(V1) ? V1 : false),
  });

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on("error", () => socket.destroy());
    const refusal = auth.refusal(
      request.method ?? "GET",
      request.url ?? "/",
      (name) => request.headers[name],
    );
    const url = new URL(request.url ?? "/", "http://localhost");
    const kernel = kernels.find(/^\/api\/kernels\/([\w-]+)\/channels$/.exec(url.pathname)?.[1] ?? "");
    if (refusal)
      refuse(socket, refusal.status === 401 ? "401 Unauthorized" : "403 Forbidden", refusal.message);
    else if (url.pathname === "/api/events/subscribe") sockets.handleUpgrade(request, socket, head, () => {});
    else if (!kernel) refuse(socket, "404 Not Found", "no such kernel");
    else
      sockets.handleUpgrade(request, socket, head, (opened) =>
        join(opened, kernel, url.searchParams.get("session_id") ?? ""),
      );
  };
  for (const server of servers) server.on("upgrade", upgrade);
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}
