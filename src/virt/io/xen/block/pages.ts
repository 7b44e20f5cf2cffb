/**
 * How a back end gets at the pages of a request:
 *
 *     map         map ──▶ the device reads or writes them itself ──▶ unmap     two hypercalls a request, TLBs flushed
 *     persistent  map the first time, keep                                     the front end copies instead
 *     copy        grant copy to or from pages of the driver domain's           one hypercall a request, nothing is ever mapped
 */
import { SECTOR } from "../../backend.ts";
import { DOMID_SELF, GNTCOPY, GNTST, PAGE } from "../abi/numbers.ts";
import type { GrantCopy } from "../grants.ts";
import type { Kernel, MappedPage } from "../kernel.ts";
import type { Segment } from "./blkif.ts";

export type PageAccess = "map" | "persistent" | "copy";

/** The pages of one request, for as long as it is under way. */
export interface RequestPages {
  /** What is to be written to the medium. */
  bytes(): Uint8Array;
  /** What came from the medium, to the front end's pages. False: a page was refused. */
  fill(bytes: Uint8Array): boolean;
  release(): void;
}

export interface PageSource {
  /** "refused": a grant is none. "full": no room until another request ends. `write`: to the medium, so the pages are only read. */
  open(segments: readonly Segment[], write: boolean): RequestPages | "refused" | "full";
  close(): void;
}

/** xen_blkif_max_pgrants of Linux: what one front end can have kept mapped. */
const MOST_PERSISTENT = 352;

const length = ({ first, last }: Segment) => (last - first + 1) * SECTOR;
const total = (segments: readonly Segment[]) =>
  segments.reduce((bytes, segment) => bytes + length(segment), 0);

/** Reading and writing at frame numbers is what the device's DMA does: no processor copies. */
function reach(
  { memory }: Kernel,
  segments: readonly Segment[],
  pages: readonly { readonly gfn: number }[],
): Pick<RequestPages, "bytes" | "fill"> {
  const each = (act: (at: number, from: number, to: number) => void) => {
    let done = 0;
    for (const [n, segment] of segments.entries()) {
      const { gfn } = pages[n] as { readonly gfn: number };
      act(gfn * PAGE + segment.first * SECTOR, done, done + length(segment));
      done += length(segment);
    }
  };
  return {
    bytes() {
      const bytes = new Uint8Array(total(segments));
      each((at, from, to) => memory.read(at, to - from, bytes.subarray(from, to)));
      return bytes;
    },
    fill(bytes) {
      each((at, from, to) => memory.write(at, bytes.subarray(from, to)));
      return true;
    },
  };
}

function mapping(kernel: Kernel, domain: number): PageSource {
  return {
    open(segments, write) {
      const references = segments.map(({ reference }) => reference);
      if (kernel.freeHoles < references.length) return "full";
      const pages = kernel.map(domain, references, write);
      if (pages === undefined) return "refused";
      return { ...reach(kernel, segments, pages), release: () => kernel.unmap(pages) };
    },
    close() {},
  };
}

function persistent(kernel: Kernel, domain: number): PageSource {
  const kept = new Map<number, MappedPage>();
  return {
    open(segments, write) {
      const fresh = new Set(segments.map(({ reference }) => reference).filter((one) => !kept.has(one)));
      // A front end that uses more than that has the rest mapped and unmapped.
      if (kept.size + fresh.size > MOST_PERSISTENT) return mapping(kernel, domain).open(segments, write);
      if (fresh.size > 0) {
        if (kernel.freeHoles < fresh.size) return "full";
        const pages = kernel.map(domain, [...fresh], false);
        if (pages === undefined) return "refused";
        for (const [n, reference] of [...fresh].entries()) kept.set(reference, pages[n] as MappedPage);
      }
      const pages = segments.map(({ reference }) => kept.get(reference) as MappedPage);
      return { ...reach(kernel, segments, pages), release: () => {} };
    },
    close() {
      kernel.unmap([...kept.values()]);
      kept.clear();
    },
  };
}

function copying(kernel: Kernel, domain: number): PageSource {
  const copy = (segments: readonly Segment[], gfns: readonly number[], write: boolean): boolean => {
    if (segments.length === 0) return true;
    const operations = segments.map((segment, n): GrantCopy => {
      const offset = segment.first * SECTOR;
      const theirs = { place: segment.reference, domain, offset };
      const ours = { place: gfns[n] as number, domain: DOMID_SELF, offset };
      return write
        ? { source: theirs, destination: ours, length: length(segment), flags: GNTCOPY.sourceGrant }
        : { source: ours, destination: theirs, length: length(segment), flags: GNTCOPY.destinationGrant };
    });
    kernel.calls.copyGrants(operations);
    return operations.every(({ status }) => status === GNTST.okay);
  };
  return {
    open(segments, write) {
      if (kernel.freePages < segments.length) return "full";
      const gfns = segments.map(() => kernel.allocate() as number);
      const release = () => {
        for (const gfn of gfns) kernel.free(gfn);
      };
      if (write && !copy(segments, gfns, true)) {
        release();
        return "refused";
      }
      const { bytes, fill } = reach(
        kernel,
        segments,
        gfns.map((gfn) => ({ gfn })),
      );
      return { bytes, fill: (from) => fill(from) && copy(segments, gfns, false), release };
    },
    close() {},
  };
}

export const pageSource = (access: PageAccess, kernel: Kernel, domain: number): PageSource =>
  ({ map: mapping, persistent, copy: copying })[access](kernel, domain);
