/**
 * Network requests and responses (io/netif.h): two rings, 256 slots each.
 *
 *     tx request    0 gref (4) │ 4 offset (2) │ 6 flags (2) │ 8 id (2) │ 10 size (2)      tx response   0 id (2) │ 2 status (2, signed)
 *     rx request    0 id (2) │ 2 – │ 4 gref (4)         rx response   0 id (2) │ 2 offset (2) │ 4 flags (2) │ 6 status: length, or < 0
 */
export const TX_BYTES = 12;
export const RX_BYTES = 8;
export const NETIF_RSP = { okay: 0, error: -1, dropped: -2 } as const;
/** NETTXF_more_data, NETTXF_extra_info: only with features that neither half has. */
export const SEVERAL_SLOTS = 4 | 8;
export const SHORTEST_FRAME = 14;

export interface TxRequest {
  readonly reference: number;
  readonly offset: number;
  readonly flags: number;
  readonly id: number;
  readonly size: number;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function encodeTx({ reference, offset, flags, id, size }: TxRequest): Uint8Array {
  const bytes = new Uint8Array(TX_BYTES);
  const fields = view(bytes);
  fields.setUint32(0, reference, true);
  for (const [n, field] of [offset, flags, id, size].entries()) fields.setUint16(4 + 2 * n, field, true);
  return bytes;
}

export function decodeTx(bytes: Uint8Array): TxRequest {
  const fields = view(bytes);
  const [offset, flags, id, size] = [4, 6, 8, 10].map((at) => fields.getUint16(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  return { reference: fields.getUint32(0, true), offset, flags, id, size };
}

export function encodeTxResponse(id: number, status: number): Uint8Array {
  const bytes = new Uint8Array(4);
  view(bytes).setUint16(0, id, true);
  view(bytes).setInt16(2, status, true);
  return bytes;
}

export const decodeTxResponse = (bytes: Uint8Array) => ({
  id: view(bytes).getUint16(0, true),
  status: view(bytes).getInt16(2, true),
});

export function encodeRx(id: number, reference: number): Uint8Array {
  const bytes = new Uint8Array(RX_BYTES);
  view(bytes).setUint16(0, id, true);
  view(bytes).setUint32(4, reference, true);
  return bytes;
}

export const decodeRx = (bytes: Uint8Array) => ({
  id: view(bytes).getUint16(0, true),
  reference: view(bytes).getUint32(4, true),
});

export function encodeRxResponse(id: number, status: number): Uint8Array {
  const bytes = new Uint8Array(RX_BYTES);
  view(bytes).setUint16(0, id, true);
  view(bytes).setInt16(6, status, true);
  return bytes;
}

export const decodeRxResponse = (bytes: Uint8Array) => ({
  id: view(bytes).getUint16(0, true),
  offset: view(bytes).getUint16(2, true),
  status: view(bytes).getInt16(6, true),
});
