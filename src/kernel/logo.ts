/** The kernels' logo, a ring, as SVG and as PNG of any size: one geometry, no binary in the repository. */
import { crc32, deflateSync } from "node:zlib";

const CENTRE = 0.5;
const RADIUS = 0.34;
const WIDTH = 0.16;
const COLOURS = { own: "#0072b2", tslab: "#d55e00" };
export type LogoColour = keyof typeof COLOURS;

export function logoSvg(colour: LogoColour): string {
  const circle = `<circle cx="${CENTRE}" cy="${CENTRE}" r="${RADIUS}" fill="none" stroke="${COLOURS[colour]}" stroke-width="${WIDTH}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">${circle}</svg>\n`;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** `size` × `size` pixels, RGBA (PNG specification, 3rd edition, sections 5 and 11). */
export function logoPng(colour: LogoColour, size: number): Buffer {
  const [red, green, blue] = Buffer.from(COLOURS[colour].slice(1), "hex");
  const rows = Array.from({ length: size }, (_, y) => {
    const row = Buffer.alloc(1 + 4 * size); // byte 0: filter type none
    for (let x = 0; x < size; x++) {
      const distance = Math.hypot((x + 0.5) / size - CENTRE, (y + 0.5) / size - CENTRE);
      const inside = (WIDTH / 2 - Math.abs(distance - RADIUS)) * size + 0.5; // pixels to the edge
      const alpha = Math.round(255 * Math.min(1, Math.max(0, inside)));
      row.set([red as number, green as number, blue as number, alpha], 1 + 4 * x);
    }
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA, deflate, adaptive filters, not interlaced
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const image = deflateSync(Buffer.concat(rows));
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", image),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
