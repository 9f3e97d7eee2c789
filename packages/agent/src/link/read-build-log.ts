/**
 * The coordinator's log of the build that serves a package, for `binhost-agent log`. The running agent asks the control
 * listener: only it holds the token that the link brought. Plain reading over HTTP; nothing is kept.
 */
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { BinhostError } from '@binhost/shared/errors';
import type { Wishes } from '@binhost/shared/protocol';
import type { Clock } from '@binhost/shared/time';
import { agentError } from '../agent-errors.ts';
import { apiAddress, chooseBuild, type KnownBuild } from './choose-build.ts';
import { openTransport } from './open-transport.ts';
import type { ServerTrust } from './server-trust.ts';

export interface LogRequest {
  /** category/name or category/name-version. */
  atom: string;
  follow: boolean;
  signal: AbortSignal;
}

export interface LogSource {
  url: string;
  /** From the newest welcome; null: none was heard. */
  readToken: string | null;
  /** How the coordinator is verified. @throws CA_UNUSABLE */
  trust: () => ServerTrust;
  /** The handshake may take this long. */
  limitMs: number;
  clock: Clock;
  pool: string | null;
  wishes: Wishes | null;
}

/** @throws LOG_UNAVAILABLE with the reason and what to do */
export async function findBuildLog({ atom, follow, signal }: LogRequest, source: LogSource): Promise<IncomingMessage> {
  if (source.url === '') throw unavailable('no coordinator.url is set', 'Set it in agent.toml.');
  const builds = await readJson(apiAddress(source.url, '/api/builds'), source, signal);
  const build = chooseBuild(atom, {
    builds: builds as KnownBuild[],
    pool: source.pool,
    wishes: source.wishes?.wishes ?? [],
  });
  if (!build)
    throw unavailable(
      `the coordinator has no build of ${atom}`,
      'binhost-agent why ATOM says what became of the wish.',
    );
  const path = `/api/builds/${build.id}/log${follow ? '?follow=1' : ''}`;
  return answer(apiAddress(source.url, path), source, signal);
}

/** An index of builds is some 400 bytes per build. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

async function readJson(url: URL, source: LogSource, signal: AbortSignal): Promise<unknown> {
  const response = await answer(url, source, signal);
  const value: unknown = JSON.parse(await textOf(response, MAX_JSON_BYTES));
  if (Array.isArray(value)) return value;
  throw unavailable(
    `expected a list of builds from ${url.href}, got something else`,
    'Update the older of both programs.',
  );
}

async function answer(url: URL, source: LogSource, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    const response = await get(url, source, signal);
    if (response.statusCode === 200) return response;
    const text = await textOf(response, MAX_ERROR_BYTES);
    throw unavailable(
      `${url.host} answered HTTP ${response.statusCode}: ${messageIn(text)}`,
      'See binhost-agent status.',
    );
  } catch (cause) {
    if (cause instanceof BinhostError) throw cause;
    throw unavailable(`${url.host} does not answer: ${(cause as Error).message}`, 'See binhost-agent status.', cause);
  }
}

const MAX_ERROR_BYTES = 64 * 1024;

async function get(url: URL, source: LogSource, signal: AbortSignal): Promise<IncomingMessage> {
  const { readToken, trust, limitMs, clock } = source;
  const headers = readToken === null ? {} : { authorization: `Bearer ${readToken}` };
  const isTls = url.protocol === 'https:';
  const socket = isTls ? await openTransport({ address: url, trust: trust(), limitMs, clock, signal }) : undefined;
  const send = isTls ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    send(url, { headers, signal, ...(socket ? { createConnection: () => socket } : {}) }, resolve)
      .on('error', reject)
      .end();
  });
}

async function textOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`an answer of more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function messageIn(text: string): string {
  try {
    const { message, hint } = JSON.parse(text) as { message?: string; hint?: string };
    return [message, hint].filter(Boolean).join(' ');
  } catch {
    return text.slice(0, 300);
  }
}

function unavailable(message: string, hint: string, cause?: unknown): BinhostError {
  return agentError('LOG_UNAVAILABLE', message, { hint, ...(cause === undefined ? {} : { cause }) });
}
