/** The peer of the network images for QEMU: on a UDP socket of the loopback interface. */
import { createSocket, type Socket } from "node:dgram";
import { NetPeer } from "../../src/guests/net-frames.ts";

/** `netdev`: QEMU's option for its end. The socket is the caller's to close. */
export async function remotePeer(): Promise<{ socket: Socket; netdev: string }> {
  const peer = new NetPeer();
  const socket = createSocket("udp4");
  socket.on("message", (frame, { port }) => {
    for (const reply of peer.answer(frame)) socket.send(reply, port, "127.0.0.1");
  });
  const free = createSocket("udp4");
  await Promise.all(
    [socket, free].map((one) => new Promise<void>((resolve) => one.bind(0, "127.0.0.1", resolve))),
  );
  const [remote, local] = [socket.address().port, free.address().port];
  await new Promise<void>((resolve) => free.close(() => resolve()));
  const inet = (name: string, port: number) =>
    `${name}.type=inet,${name}.host=127.0.0.1,${name}.port=${port}`;
  return { socket, netdev: `dgram,id=net,${inet("local", local)},${inet("remote", remote)}` };
}
