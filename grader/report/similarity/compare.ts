/**
 * Which submissions share code: fingerprints of token sequences, chosen by winnowing (S. Schleimer, D. S. Wilkerson, A. Aiken,
 * "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003). A sequence of KGRAM + WINDOW − 1 tokens in common
 * is always found, wherever it stands; one shorter than KGRAM never is.
 *
 * Hashing, winnowing, index and fragments are those of Dolos (@dodona/dolos-core: MIT, no dependencies). The measure is ours:
 * the share of one's own code that is also in the other, which adding code of no use does not dilute.
 */
import { FingerprintIndex } from "@dodona/dolos-core";
import { clusters } from "./clusters.ts";
import { type Document, documentOf, type Source } from "./document.ts";
import { type Fragment, fragments } from "./fragments.ts";

const KGRAM = 18;
const WINDOW = 10;
/** Fewer fingerprints of one's own are no evidence: there are not many ways to write three lines. */
const LEAST = 10;
/** A fingerprint more frequent within one submission says nothing, and would cost its square. */
const REPEATED = 20;
/** What more of a class than this share has in common is the lab's own way to be solved. Holds from so many on. */
const COMMON = { share: 0.5, from: 20 };

export interface SimilarPair {
  left: string;
  right: string;
  /** Shares of the own code, from 0 to 1. */
  ofLeft: number;
  ofRight: number;
  /** The greater of both. */
  similarity: number;
}

export interface Similarity {
  threshold: number;
  /** Most similar first. */
  pairs: readonly SimilarPair[];
  /** Those that pairs connect, largest first. */
  clusters: readonly (readonly string[])[];
  /** Too little of their own to be compared. */
  small: readonly string[];
  /** Too long to be read to their end. */
  cut: readonly string[];
  compared: number;
  /** Code in common of one of the pairs. */
  fragments(pair: SimilarPair): Fragment[];
}

export interface Comparison {
  /** What everybody was given: starter, code of the handout. */
  template?: readonly Source[];
  /** Pairs below it are not reported. */
  threshold?: number;
}

/** @param sources with unique ids */
export function compare(
  sources: readonly Source[],
  { template = [], threshold = 0.6 }: Comparison = {},
): Similarity {
  const index = new FingerprintIndex(KGRAM, WINDOW);
  for (const given of template) index.addIgnoredFile(documentOf(given).tokenized);
  const documents = sources.map(documentOf);
  index.addFiles(documents.map(({ tokenized }) => tokenized));
  index.addIgnoredHashes(idle(index, documents.length));

  const entries = new Map(index.entries().map((entry) => [entry.file.id, entry]));
  const own = documents.map(({ tokenized }) => {
    const { shared } = entries.get(tokenized.id)!;
    return [...shared].reduce((sum, fingerprint) => sum + fingerprint.occurrencesOf(tokenized).length, 0);
  });
  const pairs = overlaps(index, documents)
    .map(({ left, right, ofLeft, ofRight }) =>
      pairOf(documents, left, right, ofLeft / own[left]!, ofRight / own[right]!, own),
    )
    .filter((pair) => pair !== undefined && pair.similarity >= threshold) as SimilarPair[];
  pairs.sort(
    (a, b) => b.similarity - a.similarity || b.ofLeft + b.ofRight - a.ofLeft - a.ofRight || order(a, b),
  );
  const byId = new Map(documents.map((document) => [document.id, document]));
  return {
    threshold,
    pairs,
    clusters: clusters(pairs),
    small: documents.filter((_, at) => own[at]! < LEAST).map(({ id }) => id),
    cut: documents.filter(({ cut }) => cut).map(({ id }) => id),
    compared: documents.length,
    fragments: ({ left, right }) => fragments(index, byId.get(left)!, byId.get(right)!),
  };
}

function order(a: SimilarPair, b: SimilarPair): number {
  const [one, other] = [JSON.stringify([a.left, a.right]), JSON.stringify([b.left, b.right])];
  return one < other ? -1 : 1;
}

/** Hashes that say nothing of who wrote it from whom. */
function idle(index: FingerprintIndex, submissions: number): number[] {
  const most = submissions < COMMON.from ? Number.POSITIVE_INFINITY : submissions * COMMON.share;
  return index
    .sharedFingerprints()
    .filter(
      (fingerprint) =>
        // The index forgets that a file of the template had it when another file has it too.
        fingerprint.ignored ||
        fingerprint.fileCount() > most ||
        fingerprint.files().some((file) => fingerprint.occurrencesOf(file).length > REPEATED),
    )
    .map(({ hash }) => hash);
}

interface Overlap {
  left: number;
  right: number;
  /** Occurrences of shared fingerprints on each side. */
  ofLeft: number;
  ofRight: number;
}

/** All pairs that share anything, in one pass over the fingerprints. */
function overlaps(index: FingerprintIndex, documents: readonly Document[]): Overlap[] {
  const count = documents.length;
  const place = new Map(documents.map(({ tokenized }, at) => [tokenized.id, at]));
  const shared = new Int32Array(count * count);
  for (const fingerprint of index.sharedFingerprints()) {
    if (fingerprint.ignored || fingerprint.fileCount() < 2) continue;
    const files = fingerprint
      .files()
      .map((file) => [place.get(file.id)!, fingerprint.occurrencesOf(file).length] as const);
    for (const [one, occurrences] of files)
      for (const [other] of files) if (one !== other) shared[one * count + other]! += occurrences;
  }
  const found: Overlap[] = [];
  for (let left = 0; left < count; left++)
    for (let right = left + 1; right < count; right++) {
      const ofLeft = shared[left * count + right]!;
      if (ofLeft > 0) found.push({ left, right, ofLeft, ofRight: shared[right * count + left]! });
    }
  return found;
}

function pairOf(
  documents: readonly Document[],
  left: number,
  right: number,
  ofLeft: number,
  ofRight: number,
  own: readonly number[],
): SimilarPair | undefined {
  if (own[left]! < LEAST || own[right]! < LEAST) return undefined;
  return {
    left: documents[left]!.id,
    right: documents[right]!.id,
    ofLeft,
    ofRight,
    similarity: Math.max(ofLeft, ofRight),
  };
}
