import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { ReadRange } from './remote-manifest.ts';

export interface RangeSource {
  url: URL;
  /** The file's size: the server must say the same. */
  size: number;
  /** Of all requests together. */
  signal: AbortSignal;
}

/** What is read in one go: the small members of a gpkg fit, so that few requests are made. */
const CHUNK_BYTES = 16 * 1024;
const MAX_REQUESTS = 200;

/** @returns a reader over HTTP range requests, which throws where the server gives something else */
export function rangeReader({ url, size, signal }: RangeSource): ReadRange {
  let chunk: { start: number; bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };
  let requests = 0;
  return async (start, length) => {
    const isHere = start >= chunk.start && start + length <= chunk.start + chunk.bytes.length;
    if (!isHere) {
      requests += 1;
      if (requests > MAX_REQUESTS) throw new Error(`more than ${MAX_REQUESTS} requests`);
      const end = Math.min(size, start + Math.max(length, CHUNK_BYTES)) - 1;
      chunk = { start, bytes: await readOnce(url, { start, end, size, signal }) };
    }
    return chunk.bytes.subarray(start - chunk.start, start - chunk.start + length);
  };
}

interface Range {
  start: number;
  /** The last byte. */
  end: number;
  size: number;
  signal: AbortSignal;
}

async function readOnce(url: URL, range: Range): Promise<Buffer> {
  const response = await get(url, range);
  try {
    const expected = `bytes ${range.start}-${range.end}/${range.size}`;
    if (response.statusCode !== 206) throw new Error(`expected HTTP 206 for a range, got ${response.statusCode}`);
    if (response.headers['content-range'] !== expected) {
      throw new Error(`expected the range ${expected}, got ${response.headers['content-range']}`);
    }
    return await bytesOf(response, range.end - range.start + 1);
  } finally {
    response.destroy();
  }
}

function get(url: URL, { start, end, signal }: Range): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    send(url, { headers: { range: `bytes=${start}-${end}` }, signal }, resolve)
      .on('error', reject)
      .end();
  });
}

async function bytesOf(response: IncomingMessage, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > length) break;
    chunks.push(chunk);
  }
  if (size !== length) throw new Error(`expected ${length} bytes, got ${size > length ? 'more' : size}`);
  return Buffer.concat(chunks);
}
