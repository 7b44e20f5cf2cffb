/** The archive that a Linux kernel unpacks as its first root: cpio's "newc" format (Documentation/driver-api/early-userspace/buffer-format.rst). */

export interface Entry {
  path: string;
  /** Absent for a folder. */
  data?: Uint8Array | string;
  executable?: boolean;
}

const FOLDER = 0o040755;
const FILE = 0o100644;

/** The folder of an entry must come before it. */
export function cpio(entries: readonly Entry[]): Buffer {
  const all = [...entries, { path: "TRAILER!!!", data: "" }];
  return Buffer.concat(all.flatMap((entry, index) => member(entry, index + 1)));
}

/** Header, name with its NUL, padding to 4 bytes, data, padding to 4 bytes. */
function member({ path, data, executable }: Entry, inode: number): Buffer[] {
  const content = Buffer.from(data ?? "");
  const name = Buffer.from(`${path}\0`);
  const mode = data === undefined ? FOLDER : executable ? FILE | 0o111 : FILE;
  const [uid, gid, links, mtime, device, check] = [0, 0, 1, 0, 0, 0];
  const fields = [
    ...[inode, mode, uid, gid, links, mtime, content.length],
    ...[device, device, device, device, name.length, check],
  ];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return [padded(Buffer.concat([header, name])), padded(content)];
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
