/** Writes archives byte by byte, also such as no archiver would write. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32, deflateRawSync, deflateSync } from "node:zlib";

export interface ZipMember {
  name: string | Buffer;
  data?: string | Buffer;
  /** Of Unix, with the file type. */
  mode?: number;
  /** 8 by default, deflated. */
  method?: number;
  flags?: number;
  /** What the headers claim. */
  claimedSize?: number;
  /** Shares the bytes of an earlier member in place of its own. */
  sameAs?: number;
}

/** APPNOTE 4.3: local headers with data, central directory, end record. */
export function zip(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const { mode = 0o100644, method = 8, flags = 0x800, sameAs } = member;
    const name = Buffer.from(member.name);
    const data = Buffer.from(member.data ?? "");
    const packed = method === 8 ? deflateRawSync(data) : data;
    const size = member.claimedSize ?? data.length;
    const offset = sameAs === undefined ? at : offsets[sameAs]!;
    offsets.push(offset);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32 ? crc32(data) : 0, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    common.copy(local, 4);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x031e, 4);
    common.copy(central, 6);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    directory.push(central, name);
    if (sameAs !== undefined) continue;
    parts.push(local, name, packed);
    at += local.length + name.length + packed.length;
  }
  const whole = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(whole.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, whole, end]);
}

export interface TarMember {
  name: string;
  data?: string | Buffer;
  /** Type flag: "0" a file, "2" a symbolic link … */
  type?: string;
  link?: string;
  claimedSize?: number;
}

/** POSIX ustar headers. */
export function tar(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap(({ name, data = "", type = "0", link = "", claimedSize }) => {
    const content = Buffer.from(data);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write("0000644\0", 100);
    header.write("0000000\0", 108);
    header.write("0000000\0", 116);
    header.write(`${(claimedSize ?? content.length).toString(8).padStart(11, "0")}\0`, 124);
    header.write("00000000000\0", 136);
    header.write("        ", 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** One record of a pax header: its length counts itself. */
export function pax(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
  return `${length}${rest}`;
}

export interface TreeEntry {
  mode: string;
  name: string;
  id: string;
}

/** A repository of loose objects. */
export class Repository {
  readonly folder: string;

  constructor(folder: string, head = "ref: refs/heads/main\n") {
    this.folder = folder;
    this.write("HEAD", head);
    this.write("config", "[core]\n\trepositoryformatversion = 0\n");
    mkdirSync(join(folder, "objects"), { recursive: true });
    mkdirSync(join(folder, "refs/heads"), { recursive: true });
  }

  write(path: string, content: string | Buffer): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  object(type: string, content: string | Buffer): string {
    const data = Buffer.from(content);
    const whole = Buffer.concat([Buffer.from(`${type} ${data.length}\0`), data]);
    const id = createHash("sha1").update(whole).digest("hex");
    this.write(`objects/${id.slice(0, 2)}/${id.slice(2)}`, deflateSync(whole));
    return id;
  }

  tree(entries: readonly TreeEntry[]): string {
    const parts = entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(id, "hex"),
    ]);
    return this.object("tree", Buffer.concat(parts));
  }

  commit(tree: string): string {
    const who = "A <a@example.org> 0 +0000";
    const id = this.object("commit", `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nwork\n`);
    this.write("refs/heads/main", `${id}\n`);
    return id;
  }

  /** A commit of files at the top. */
  commitFiles(files: Record<string, string>): string {
    return this.commit(
      this.tree(
        Object.entries(files).map(([name, text]) => ({
          mode: "100644",
          name,
          id: this.object("blob", text),
        })),
      ),
    );
  }
}

/** nbformat 4.5. */
export function notebook(
  cells: readonly { type?: string; id?: string; tags?: string[]; source: string }[],
  lab = "01-popek-goldberg",
): string {
  return JSON.stringify({
    cells: cells.map(({ type = "code", id, tags, source }) => ({
      cell_type: type,
      ...(id && { id }),
      metadata: tags ? { tags } : {},
      source: source.match(/[^\n]*\n|[^\n]+$/g) ?? [],
    })),
    metadata: { ringlab: { lab } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
