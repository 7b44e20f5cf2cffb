/**
 * The Jupyter wire protocol 5.4 over ZeroMQ: one message is a list of frames
 *
 *     [routing ids…] <IDS|MSG> signature header parent_header metadata content [buffers…]
 *
 * Source: Jupyter client documentation, "Messaging in Jupyter", section "The Wire Protocol".
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

export const PROTOCOL_VERSION = "5.4";
const DELIMITER = Buffer.from("<IDS|MSG>");

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
}

export type Content = Record<string, unknown>;

export interface Message {
  header: Header;
  /** `{}` when the message answers nothing. */
  parent_header: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Content;
  buffers: Buffer[];
}

/** A message as it travels after the delimiter and signature: four JSON parts, then binary buffers. */
export type Parts = Buffer[];

export function header(msg_type: string, session: string, username = "ringlab"): Header {
  const date = new Date().toISOString();
  return { msg_id: randomUUID(), session, username, date, msg_type, version: PROTOCOL_VERSION };
}

/** HMAC-SHA256 over the four JSON parts, hex; the empty string when the connection has no key. */
export function sign(parts: readonly Buffer[], key: string): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts.slice(0, 4)) hmac.update(part);
  return hmac.digest("hex");
}

export function toParts(message: Omit<Message, "buffers"> & { buffers?: Buffer[] }): Parts {
  const json = [message.header, message.parent_header, message.metadata, message.content];
  return [...json.map((part) => Buffer.from(JSON.stringify(part))), ...(message.buffers ?? [])];
}

/** Throws SyntaxError when a part is not JSON. */
export function fromParts(parts: Parts): Message {
  if (parts.length < 4) throw new SyntaxError(`a Jupyter message has 4 JSON parts, got ${parts.length}`);
  const [head, parent, metadata, content] = parts.slice(0, 4).map((part) => JSON.parse(part.toString()));
  return { header: head, parent_header: parent, metadata, content, buffers: parts.slice(4) };
}

export function toFrames(ids: readonly Buffer[], parts: Parts, key: string): Buffer[] {
  return [...ids, DELIMITER, Buffer.from(sign(parts, key)), ...parts];
}

/** Splits frames and checks the signature. Returns undefined for a message that is malformed or forged. */
export function fromFrames(
  frames: readonly Buffer[],
  key: string,
): { ids: Buffer[]; parts: Parts } | undefined {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0 || frames.length < at + 6) return undefined;
  const parts = frames.slice(at + 2);
  const expected = Buffer.from(sign(parts, key));
  const actual = frames[at + 1] as Buffer;
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  return { ids: frames.slice(0, at), parts };
}
