/** A tar archive as entries: modern-tar reads it, and what it lets through and a layer may not hold is refused here. */
import { type TarHeader, unpackTar } from "modern-tar";
import { DocumentError } from "../../document.ts";
import { Blocks } from "./blocks.ts";
import { type Entry, OPAQUE_NAME, shown, WHITEOUT_PREFIX, XATTR_KEY } from "./entry.ts";
import type { Limits } from "./limits.ts";

const TYPES: Record<string, Entry["type"]> = {
  "\0": "file",
  "0": "file",
  "1": "hard link",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
};
/** (uid_t) −1 is nobody's. */
const GREATEST_ID = 2 ** 32 - 2;
const PACK_AGAIN = "Pack the layer again.";
const HOSTILE = "Don't use this layer unless you know who made it.";

type Refuse = (what: string, remedy?: string) => never;

/**
 * @param where the layer, for errors
 * @throws DocumentError
 */
export async function readEntries(tar: Uint8Array, where: string, limits: Limits): Promise<Entry[]> {
  const refuse: Refuse = (what, remedy = PACK_AGAIN) => {
    throw new DocumentError(where, what, remedy);
  };
  const entries: Entry[] = [];
  const paths = new Set<string>();
  const blocks = new Blocks(tar);
  const look = (header: TarHeader): boolean => {
    if (entries.length === limits.entries)
      refuse(`more than ${limits.entries} entries`, "Raise limits.entries if you trust the image.");
    const entry = entryOf(header, blocks.next(), limits, refuse);
    blocks.skip(header.size);
    const path = shown(entry.names);
    // layer.md: a layer must not have two entries of one path.
    if (paths.has(path)) refuse(`${path} is there twice`);
    paths.add(path);
    entries.push(entry);
    return entry.type === "file";
  };
  try {
    const files = await unpackTar(tar, { strict: true, filter: look });
    const data = files.values();
    return entries.map((entry) =>
      entry.type === "file" ? { ...entry, data: data.next().value!.data! } : entry,
    );
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    return refuse(`damaged tar (${(error as Error).message})`);
  }
}

function entryOf(
  header: TarHeader,
  { flag, size, device }: ReturnType<Blocks["next"]>,
  limits: Limits,
  refuse: Refuse,
): Entry {
  const name = JSON.stringify(header.name);
  const pax = header.pax ?? {};
  const known =
    TYPES[flag] ?? refuse(`${name} is of a type that a layer has no use for (${JSON.stringify(flag)})`);
  // The library takes an old archive's "name/" for a directory, and passes over what it says to hold.
  const type = known === "file" && header.type === "directory" ? "directory" : known;
  if (type !== known && (size > 0 || pax.size !== undefined)) refuse(`${name} is a directory with content`);
  if (Object.keys(pax).some((key) => key.startsWith("GNU.sparse.")))
    refuse(`${name} is a sparse file`, "Pack the layer without sparse files.");
  const { uid = 0, gid = 0, mode = 0o644 } = header;
  for (const id of [uid, gid])
    if (!Number.isInteger(id) || id < 0 || id > GREATEST_ID)
      refuse(`${name} belongs to ${id}, which is no user or group`);
  const names = namesOf(header.name, refuse);
  if (names.length > limits.depth)
    refuse(`${name} lies more than ${limits.depth} deep`, "Raise limits.depth if you trust the image.");
  if (names.length === 0 && type !== "directory") refuse(`${name} is no name`);
  // The library leaves such a file out.
  if (type === "file" && header.name.trim() === "") refuse(`${name} is a name of blanks alone`);
  checkMarks(names, type, size, refuse);
  const special = type === "character" || type === "block";
  if (special && device[0] === 0 && device[1] === 0)
    refuse(
      `${name} is the device 0:0, by which a union marks what is gone`,
      `Use a file ${WHITEOUT_PREFIX}NAME.`,
    );
  return {
    names,
    type,
    mode: mode & 0o7777,
    uid,
    gid,
    target: type === "hard link" ? shown(namesOf(header.linkname ?? "", refuse)) : (header.linkname ?? ""),
    device: special ? device : undefined,
    data: new Uint8Array(),
    xattrs: xattrsOf(name, pax, refuse),
  };
}

/** A path as names from the layer's top. A first slash means the top, as it does to a process whose root that is. */
function namesOf(path: string, refuse: Refuse): string[] {
  const name = JSON.stringify(path);
  if (path === "") refuse("an entry without a name");
  if (path.includes("\0") || path.includes("\ufffd")) refuse(`${name} is not a name in UTF-8`, HOSTILE);
  const names = path.split("/").filter((one) => one !== "" && one !== ".");
  if (names.includes("..")) refuse(`${name} leads up`, HOSTILE);
  return names;
}

/** layer.md, "Whiteouts": empty files, and nothing else may have such a name. */
function checkMarks(names: readonly string[], type: Entry["type"], size: number, refuse: Refuse): void {
  const path = shown(names);
  const last = names.at(-1);
  const marks = names.filter((name) => name.startsWith(WHITEOUT_PREFIX));
  if (marks.length === 0) return;
  if (marks.length > 1 || marks[0] !== last || type !== "file" || size > 0)
    refuse(`${path} has a whiteout's name and is none (an empty file)`, HOSTILE);
  if (last === OPAQUE_NAME) return;
  const gone = last!.slice(WHITEOUT_PREFIX.length);
  if (gone === "" || gone === "." || gone === ".." || gone.startsWith(WHITEOUT_PREFIX))
    refuse(`${path} is a whiteout of nothing that can be there`, HOSTILE);
}

function xattrsOf(name: string, pax: Record<string, string>, refuse: Refuse): Map<string, Uint8Array> {
  const found = Object.entries(pax).filter(([key]) => key.startsWith(XATTR_KEY));
  const xattrs = found.map(
    ([key, value]) => [key.slice(XATTR_KEY.length), new TextEncoder().encode(value)] as const,
  );
  for (const [key] of xattrs)
    if (/^(trusted|user)\.overlay\./.test(key)) refuse(`${name} has a union's own mark, ${key}`, HOSTILE);
  return new Map(xattrs);
}
