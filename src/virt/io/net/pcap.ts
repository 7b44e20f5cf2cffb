/**
 * Captures as tcpdump and Wireshark read them: the classic pcap format (draft-ietf-opsawg-pcap, sections 4 and 5), with Ethernet frames.
 *
 *     magic, version 2.4, zone 0, accuracy 0, snap length, link type │ seconds, fraction, kept, length, bytes │ …
 */
import type { NetworkPort } from "../../../machine/devices/network.ts";

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const SNAP = 262_144;
const LINKTYPE_ETHERNET = 1;

export interface Captured {
  /** Nanoseconds since the machine was switched on. */
  readonly time: number;
  readonly frame: Uint8Array;
}

export function pcapHeader(): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, NANOSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);
  return new Uint8Array(view.buffer);
}

export function pcapRecord({ time, frame }: Captured): Uint8Array {
  const bytes = new Uint8Array(16 + frame.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(time / 1e9), true);
  view.setUint32(4, Math.floor(time % 1e9), true);
  view.setUint32(8, frame.length, true);
  view.setUint32(12, frame.length, true);
  bytes.set(frame, 16);
  return bytes;
}

export function writePcap(captured: readonly Captured[]): Uint8Array {
  const parts = [pcapHeader(), ...captured.map(pcapRecord)];
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/**
 * Reads either byte order, micro- or nanoseconds.
 * @throws Error on what is no pcap file of Ethernet frames, or is cut in a record
 */
export function readPcap(file: Uint8Array): Captured[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 24) throw new Error(`no pcap file: ${file.length} bytes are less than its header`);
  const magics = [view.getUint32(0, true), view.getUint32(0, false)];
  const little = magics[0] === MICROSECONDS || magics[0] === NANOSECONDS;
  const magic = magics[little ? 0 : 1];
  if (magic !== MICROSECONDS && magic !== NANOSECONDS)
    throw new Error(`no pcap file: it begins with 0x${magics[0]!.toString(16)}`);
  const type = view.getUint32(20, little) & 0xffff;
  if (type !== LINKTYPE_ETHERNET) throw new Error(`the capture's link type is ${type}, not Ethernet (1)`);
  const unit = magic === NANOSECONDS ? 1 : 1000;
  const captured: Captured[] = [];
  for (let at = 24; at < file.length; ) {
    const kept = at + 16 <= file.length ? view.getUint32(at + 8, little) : Number.POSITIVE_INFINITY;
    if (at + 16 + kept > file.length) throw new Error(`the capture is cut at byte ${at}`);
    captured.push({
      time: view.getUint32(at, little) * 1e9 + view.getUint32(at + 4, little) * unit,
      frame: file.slice(at + 16, at + 16 + kept),
    });
    at += 16 + kept;
  }
  return captured;
}

/** A port through which all frames of another are seen, in both directions. */
export function tap(port: NetworkPort, sink: (frame: Uint8Array) => void): NetworkPort {
  const tapped: NetworkPort = {
    transmit(frame) {
      sink(frame);
      port.transmit(frame);
    },
    onFrame: () => {},
  };
  port.onFrame = (frame) => {
    sink(frame);
    tapped.onFrame(frame);
  };
  return tapped;
}
