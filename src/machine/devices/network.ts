/** An end of a network cable: what a NIC, a port of a switch and a back end have in common. */

/** Ethernet frames, destination address first, without preamble and FCS: 14 bytes at least; a NIC pads what it must. */
export interface NetworkPort {
  /** Sends a frame to the other end. The frame is the receiver's to read only; the sender must not change it afterwards. */
  transmit(frame: Uint8Array): void;
  /** Called with each frame that the other end sends; whoever owns the port sets it. */
  onFrame: (frame: Uint8Array) => void;
}

/** A cable: what one end transmits, the other end receives, at once. */
export function cable(): [NetworkPort, NetworkPort] {
  const make = (other: () => NetworkPort): NetworkPort => ({
    transmit: (frame) => other().onFrame(frame),
    onFrame: () => {},
  });
  const left = make(() => right);
  const right = make(() => left);
  return [left, right];
}

/** Nothing is plugged in. */
export const unplugged = (): NetworkPort => ({ transmit: () => {}, onFrame: () => {} });
