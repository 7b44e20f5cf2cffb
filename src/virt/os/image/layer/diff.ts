/** What a container changed, as a layer: the upper directory of a union, with its marks turned into whiteouts. layer.md, "Creating". */
import { packTar, type TarHeader } from "modern-tar";
import { DocumentError, decodeText } from "../../document.ts";
import type { Inode } from "../../fs/inode.ts";
import { isOpaque, isWhiteout, TRUSTED } from "../../fs/overlay/layer.ts";
import type { UserNamespace } from "../../namespaces/user.ts";
import { Blocks, setDevice } from "./blocks.ts";
import { OPAQUE_NAME, shown, WHITEOUT_PREFIX, XATTR_KEY } from "./entry.ts";

interface Packed {
  readonly header: TarHeader;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly device?: readonly [number, number] | undefined;
}

/** The same tree gives the same bytes: names in order, and a time that says nothing. */
const EPOCH = new Date(0);
const TAR_TYPES = {
  file: "file",
  directory: "directory",
  symlink: "symlink",
  character: "character-device",
  block: "block-device",
  fifo: "fifo",
} as const;

/**
 * The tar archive of a directory.
 * @param here whose names of ids are written
 * @throws DocumentError for what a layer cannot say
 */
export async function packLayer(top: Inode, here: UserNamespace): Promise<Uint8Array> {
  const entries = [...walk(top, [], here, new Map())];
  const tar = await packTar(entries);
  const blocks = new Blocks(tar);
  for (const { header, device } of entries) {
    const { block } = blocks.next();
    if (device) setDevice(block, device);
    blocks.skip(header.size);
  }
  return tar;
}

function* walk(
  directory: Inode,
  at: readonly string[],
  here: UserNamespace,
  linked: Map<Inode, string>,
): Generator<Packed> {
  if (isOpaque(TRUSTED, directory)) yield mark([...at, OPAQUE_NAME]);
  for (const name of [...directory.names()].sort()) {
    const names = [...at, name];
    if (name.startsWith(WHITEOUT_PREFIX))
      throw new DocumentError(
        shown(names),
        "a layer cannot have this name, which it would take for a whiteout",
        "Rename it.",
      );
    const inode = directory.lookup(name)!;
    const { type } = inode;
    // A socket is nothing without the process that listens to it.
    if (type === "socket") continue;
    if (isWhiteout(inode)) {
      yield mark([...at, WHITEOUT_PREFIX + name]);
      continue;
    }
    const first = linked.get(inode);
    if (type !== "directory" && first === undefined) linked.set(inode, names.join("/"));
    yield packed(inode, names, here, first);
    if (type === "directory") yield* walk(inode, names, here, linked);
  }
}

/** With a "./" where the library would find a name of blanks empty. */
const tarName = (names: readonly string[]): string => {
  const name = names.join("/");
  return name.trim() === "" ? `./${name}` : name;
};

const mark = (names: readonly string[]): Packed => ({
  header: { name: names.join("/"), type: "file", size: 0, mode: 0, mtime: EPOCH },
});

/** @param first another name of the inode, which is in the archive already */
function packed(inode: Inode, names: readonly string[], here: UserNamespace, first?: string): Packed {
  const { type, attributes, device } = inode;
  const uid = here.ownId(here.uids, attributes.uid);
  const gid = here.ownId(here.gids, attributes.gid);
  if (uid === undefined || gid === undefined)
    throw new DocumentError(
      shown(names),
      "it belongs to somebody who has no name here",
      "Pack it from a user namespace that maps the owner.",
    );
  const owner = { mode: attributes.mode, uid, gid, mtime: EPOCH };
  const name = tarName(names);
  if (first !== undefined) return { header: { ...owner, name, type: "link", linkname: first, size: 0 } };
  const xattrs = inode.listXattrs().filter((key) => !key.startsWith("trusted."));
  const pax = Object.fromEntries(
    xattrs.map((key) => [XATTR_KEY + key, decodeText(inode.getXattr(key)!, `${shown(names)}: ${key}`)]),
  );
  const body = type === "file" ? new Uint8Array(inode.read(0, inode.size)) : undefined;
  return {
    header: {
      ...owner,
      name: name + (type === "directory" ? "/" : ""),
      type: TAR_TYPES[type as keyof typeof TAR_TYPES],
      size: body?.length ?? 0,
      ...(type === "symlink" ? { linkname: inode.target } : {}),
      ...(xattrs.length > 0 ? { pax } : {}),
    },
    ...(body ? { body } : {}),
    device,
  };
}
