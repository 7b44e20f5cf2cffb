/**
 * The record of one scenario: everything that crossed the component's boundary, as one flat list.
 *
 *     CALL method                        the simulator calls the component
 *       PORT parameter method given…     the component calls a method of that argument, with as many values as it takes
 *         …                              which may call the component again
 *       value                            and this came back
 *     RETURN value                       or  THREW kind text
 *     END
 *
 * Methods and parameters are numbers: their places in the lab's contract. On the wire a record is lines of JSON, each a
 * part of the list. A record says what happened in the sandbox and proves nothing: the replay takes from it what the component
 * answered, and finds everything else out by itself.
 */
import { isViewName, setMember, viewName, viewOf } from "../../src/course/plain.ts";

export const CALL = 0;
export const PORT = 1;
export const RETURN = 2;
export const THREW = 3;
export const END = 4;
/** The module did not load or exports no component: a text. */
export const ABSENT = 5;

/** Why a call did not return. */
export type ThrewKind = "error" | "absent" | "no function" | "promise" | "not plain";

/** Plain data that JSON has no word for is a record with this one key. */
const SPECIAL = "$";

/** As JSON can say it. Expects plain data (course/plain.ts). */
export function encode(value: unknown): unknown {
  if (typeof value === "number")
    return Number.isFinite(value) ? value : { [SPECIAL]: ["number", `${value}`] };
  if (typeof value === "bigint") return { [SPECIAL]: ["bigint", `${value}`] };
  if (value === undefined) return { [SPECIAL]: ["undefined"] };
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(encode);
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { [SPECIAL]: [viewName(value), Buffer.from(bytes).toString("base64")] };
  }
  const members = Object.entries(value).map(([key, item]) => [key, encode(item)] as const);
  return Object.fromEntries(
    members.length === 1 && SPECIAL in value ? [[SPECIAL, ["object", members[0]![1]]]] : members,
  );
}

/**
 * The other way, of text that may come from anybody.
 * @throws TypeError on what `encode` never writes
 */
export function decode(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > 80) throw new TypeError("nested too deeply");
  if (Array.isArray(value)) return value.map((item) => decode(item, depth + 1));
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === SPECIAL) return special((value as { $: unknown })[SPECIAL], depth);
  const result: Record<string, unknown> = {};
  for (const key of keys) {
    setMember(result, key, decode((value as Record<string, unknown>)[key], depth + 1));
  }
  return result;
}

function special(pair: unknown, depth: number): unknown {
  const [kind, content] = Array.isArray(pair) ? (pair as unknown[]) : [];
  if (kind === "undefined") return undefined;
  if (kind === "object") return { [SPECIAL]: decode(content, depth + 1) };
  if (typeof content === "string") {
    if (kind === "number") return Number(content);
    if (kind === "bigint" && /^-?\d{1,1000}$/.test(content)) return BigInt(content);
    if (isViewName(kind)) return viewOf(kind, Buffer.from(content, "base64"));
  }
  throw new TypeError(`no such special value: ${String(kind).slice(0, 20)}`);
}
