import { serialize } from "@jupyterlab/services/lib/kernel/serialize.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binaryFraming, jsonFraming, V1 } from "../../src/server/channels/frames.ts";

const json = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => Buffer.from(JSON.stringify(value)));
const header = fc
  .uuid()
  .map((id) => Buffer.from(JSON.stringify({ msg_id: id, msg_type: "status", session: "ü" })));
const buffers = fc.array(
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  { maxLength: 3 },
);
const message = fc.tuple(header, json, json, json, buffers).map(([h, p, m, c, b]) => [h, p, m, c, ...b]);

describe.each([
  ["v1", binaryFraming],
  ["JSON", jsonFraming],
])("%s", (_name, framing) => {
  test("what was encoded is decoded to the same bytes", () => {
    fc.assert(
      fc.property(message, fc.constantFrom("shell", "iopub", "stdin", "control"), (parts, channel) => {
        const encoded = framing.encode(channel as "shell", parts);
        const decoded = framing.decode(Buffer.from(encoded), typeof encoded !== "string");
        expect(decoded.channel).toBe(channel);
        expect(decoded.parts.slice(4)).toEqual(parts.slice(4));
        expect(decoded.parts.slice(0, 4).map((part) => JSON.parse(part.toString()))).toEqual(
          parts.slice(0, 4).map((part) => JSON.parse(part.toString())),
        );
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("garbage throws and does nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(() => framing.decode(Buffer.from(bytes), true)).toThrow();
      }),
      { seed: 1 },
    );
  });

  test("what Jupyter's own client sends is understood", () => {
    const sent = {
      channel: "shell",
      header: { msg_id: "1", msg_type: "comm_msg", session: "s", username: "", date: "", version: "5.3" },
      parent_header: {},
      metadata: {},
      content: { data: 1 },
      buffers: [new Uint8Array([1, 2, 3]).buffer],
    };
    // biome-ignore lint/suspicious/noExplicitAny: the client's types want every field of every message
    const data = serialize(sent as any, framing === binaryFraming ? V1 : "") as ArrayBuffer;
    const { channel, parts } = framing.decode(Buffer.from(data), true);
    expect(channel).toBe("shell");
    expect(JSON.parse(String(parts[0]))).toEqual(sent.header);
    expect(JSON.parse(String(parts[3]))).toEqual({ data: 1 });
    expect(parts[4]).toEqual(Buffer.from([1, 2, 3]));
  });
});
