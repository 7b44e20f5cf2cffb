/**
 * Kernel messages as one WebSocket message. Source: Jupyter Server documentation, "WebSocket kernel wire protocols".
 *
 * `v1.kernel.websocket.jupyter.org`, always binary, little-endian 64-bit:
 *
 *     n | offset 0 … offset n-1 | channel | header | parent_header | metadata | content | buffer…
 *
 * where offset 0 is the start of the channel's name and offset n-1 the end of the message. Without a subprotocol, JSON
 * with the field `channel`; when there are buffers, binary, big-endian 32-bit, the JSON being the first of n pieces:
 *
 *     n | offset 0 … offset n-1 | JSON | buffer…
 */
import type { MessageChannel } from "../../kernel/launch.ts";
import type { Parts } from "../../kernel/wire.ts";

export const V1 = "v1.kernel.websocket.jupyter.org";

export interface Framed {
  channel: string;
  parts: Parts;
}

export interface Framing {
  encode(channel: MessageChannel, parts: Parts): string | Buffer;
  /** Throws when the message is not of this form. */
  decode(data: Buffer, binary: boolean): Framed;
}

/** Start of each piece when they follow each other from `start`, and the end of the last. */
function offsets(pieces: readonly Buffer[], start: number): number[] {
  const all = [start];
  for (const piece of pieces) all.push((all.at(-1) as number) + piece.length);
  return all;
}

function cut(data: Buffer, starts: readonly number[]): Buffer[] {
  return starts.slice(0, -1).map((start, index) => {
    const end = starts[index + 1] as number;
    if (start > end || end > data.length) throw new RangeError("an offset lies outside of the message");
    return data.subarray(start, end);
  });
}

export const binaryFraming: Framing = {
  encode(channel, parts) {
    const pieces = [Buffer.from(channel), ...parts];
    const count = pieces.length + 1;
    const head = Buffer.alloc(8 * (count + 1));
    head.writeBigUInt64LE(BigInt(count), 0);
    for (const [index, offset] of offsets(pieces, head.length).entries())
      head.writeBigUInt64LE(BigInt(offset), 8 * (index + 1));
    return Buffer.concat([head, ...pieces]);
  },
  decode(data) {
    const count = Number(data.readBigUInt64LE(0));
    const starts = Array.from({ length: count }, (_, index) => Number(data.readBigUInt64LE(8 * (index + 1))));
    const [channel, ...parts] = cut(data, starts);
    if (!channel || parts.length < 4) throw new RangeError("a kernel message has a channel and four parts");
    return { channel: channel.toString(), parts };
  },
};

export const jsonFraming: Framing = {
  encode(channel, parts) {
    const [header, parent, metadata, content] = parts as [Buffer, Buffer, Buffer, Buffer];
    const { msg_id, msg_type } = JSON.parse(header.toString());
    const names = JSON.stringify({ channel, msg_id, msg_type, buffers: [] }).slice(1, -1);
    const json = `{${names},"header":${header},"parent_header":${parent},"metadata":${metadata},"content":${content}}`;
    const buffers = parts.slice(4);
    if (buffers.length === 0) return json;
    const pieces = [Buffer.from(json), ...buffers];
    const head = Buffer.alloc(4 * (pieces.length + 1));
    head.writeUInt32BE(pieces.length, 0);
    for (const [index, offset] of offsets(pieces, head.length).slice(0, -1).entries())
      head.writeUInt32BE(offset, 4 * (index + 1));
    return Buffer.concat([head, ...pieces]);
  },
  decode(data, binary) {
    let [json, buffers] = [data, [] as Buffer[]];
    if (binary) {
      const count = data.readUInt32BE(0);
      const starts = Array.from({ length: count }, (_, index) => data.readUInt32BE(4 * (index + 1)));
      const [first, ...rest] = cut(data, [...starts, data.length]);
      if (!first) throw new RangeError("a binary kernel message starts with its JSON");
      [json, buffers] = [first, rest];
    }
    const { channel, header, parent_header = {}, metadata = {}, content = {} } = JSON.parse(json.toString());
    if (typeof channel !== "string" || typeof header !== "object")
      throw new TypeError("channel or header is missing");
    const parts = [header, parent_header, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
    return { channel, parts: [...parts, ...buffers] };
  },
};
