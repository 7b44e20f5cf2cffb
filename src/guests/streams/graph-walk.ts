/**
 * Breadth-first search over a graph of the Graph500 kind: 2^scale vertices, 16 edges for each, drawn by the recursive matrix model R-MAT
 * (Chakrabarti, Zhan, Faloutsos, SDM 2004) with Graph500's probabilities. The graph lies in the region as compressed sparse rows, and the
 * stream is what the search reads and writes there, from one random vertex after another:
 *
 *     offsets │ 2^scale + 1 words │ where a vertex's neighbours begin
 *     edges   │ 2 · 16 · 2^scale  │ the neighbours
 *     parents │ 2^scale           │ of the search: read at each edge, written at the first to a vertex
 *     queue   │ 2^scale           │ of vertices found, written and read in order
 */
import { type AddressStream, STREAM_SPAN } from "../../machine/mmu/stream.ts";
import { Draw } from "./random.ts";

const EDGES_OF_VERTEX = 16;
/** Graph500: A, B, C; D is the rest. */
const A = 0.57;
const B = 0.19;
const C = 0.19;
const WORD = 8;
const WORDS_OF_LINE = 8;
const PAGE = 4096;

export interface GraphWalkOptions {
  /** 2^scale vertices, 1 to 22. */
  readonly scale: number;
  readonly seed: number;
}

export interface Graph {
  /** Where the neighbours of each vertex begin in `edges`, and where the last one's end. */
  readonly offsets: Uint32Array;
  readonly edges: Uint32Array;
}

/** Edges in both directions, loops and repetitions included, as Graph500's generator leaves them. */
export function rmat(scale: number, draw: Draw): Graph {
  const vertices = 2 ** scale;
  const drawn = EDGES_OF_VERTEX * vertices;
  const names = Uint32Array.from({ length: vertices }, (_, n) => n);
  draw.shuffle(names);
  const from = new Uint32Array(2 * drawn);
  const to = new Uint32Array(2 * drawn);
  for (let edge = 0; edge < drawn; edge++) {
    let row = 0;
    let column = 0;
    for (let level = 0; level < scale; level++) {
      const part = draw.unit();
      row = 2 * row + (part >= A + B ? 1 : 0);
      column = 2 * column + (part >= A + B + C || (part >= A && part < A + B) ? 1 : 0);
    }
    const [one, other] = [names[row] as number, names[column] as number];
    from[2 * edge] = one;
    to[2 * edge] = other;
    from[2 * edge + 1] = other;
    to[2 * edge + 1] = one;
  }
  const offsets = new Uint32Array(vertices + 1);
  for (const vertex of from) offsets[vertex + 1] = (offsets[vertex + 1] as number) + 1;
  for (let vertex = 0; vertex < vertices; vertex++)
    offsets[vertex + 1] = (offsets[vertex + 1] as number) + (offsets[vertex] as number);
  const place = offsets.slice();
  const edges = new Uint32Array(2 * drawn);
  for (let edge = 0; edge < from.length; edge++) {
    const vertex = from[edge] as number;
    edges[place[vertex] as number] = to[edge] as number;
    place[vertex] = (place[vertex] as number) + 1;
  }
  return { offsets, edges };
}

export class GraphWalk implements AddressStream {
  readonly span: number;
  readonly graph: Graph;
  readonly #draw: Draw;
  /** First bytes of the arrays. */
  readonly #edgesAt: number;
  readonly #parentsAt: number;
  readonly #queueAt: number;
  /** Number of the search that found a vertex last. */
  readonly #found: Uint32Array;
  readonly #queue: Uint32Array;
  #search = 0;
  #head = 0;
  #tail = 0;
  /** Of the vertex at work: where its edges are read, and where they end. */
  #edge = 0;
  #end = 0;
  /** What the step at work has yet to access. */
  readonly #due = new Uint32Array(4);
  #dueFrom = 0;
  #dueTo = 0;

  /** Throws a RangeError when the scale is not from 1 to 22. */
  constructor({ scale, seed }: GraphWalkOptions) {
    if (!Number.isInteger(scale) || scale < 1 || scale > 22)
      throw new RangeError(`a graph of scale ${scale}: it must be from 1 to 22`);
    this.#draw = new Draw(seed);
    this.graph = rmat(scale, this.#draw);
    const { offsets, edges } = this.graph;
    const vertices = 2 ** scale;
    const pages = (words: number) => Math.ceil((words * WORD) / PAGE) * PAGE;
    this.#edgesAt = pages(offsets.length);
    this.#parentsAt = this.#edgesAt + pages(edges.length);
    this.#queueAt = this.#parentsAt + pages(vertices);
    this.span = this.#queueAt + pages(vertices);
    if (this.span > STREAM_SPAN) throw new RangeError(`a graph of scale ${scale} is larger than streams`);
    this.#found = new Uint32Array(vertices);
    this.#queue = new Uint32Array(vertices);
  }

  fill(into: Uint32Array): void {
    for (let i = 0; i < into.length; i++) {
      while (this.#dueFrom === this.#dueTo) this.#step();
      into[i] = this.#due[this.#dueFrom++] as number;
    }
  }

  /** One edge, the next vertex, or the next search. */
  #step(): void {
    this.#dueFrom = 0;
    this.#dueTo = 0;
    if (this.#edge < this.#end) this.#follow();
    else if (this.#head < this.#tail) this.#visit();
    else this.#start();
  }

  #follow(): void {
    const edge = this.#edge++;
    const vertex = this.graph.edges[edge] as number;
    this.#access(this.#edgesAt, edge, 0);
    this.#access(this.#parentsAt, vertex, 0);
    if (this.#found[vertex] === this.#search) return;
    this.#find(vertex);
  }

  #visit(): void {
    const vertex = this.#queue[this.#head] as number;
    this.#access(this.#queueAt, this.#head++, 0);
    // Where they begin and where they end are read in one: mostly they lie in one line.
    this.#access(0, vertex, 0);
    this.#edge = this.graph.offsets[vertex] as number;
    this.#end = this.graph.offsets[vertex + 1] as number;
  }

  #start(): void {
    this.#search++;
    this.#head = 0;
    this.#tail = 0;
    this.#find(this.#draw.below(this.#found.length));
  }

  #find(vertex: number): void {
    this.#found[vertex] = this.#search;
    this.#access(this.#parentsAt, vertex, 1);
    this.#access(this.#queueAt, this.#tail, 1);
    this.#queue[this.#tail++] = vertex;
  }

  #access(array: number, word: number, write: number): void {
    const line = array / (WORD * WORDS_OF_LINE) + Math.floor(word / WORDS_OF_LINE);
    this.#due[this.#dueTo++] = 2 * line + write;
  }
}
