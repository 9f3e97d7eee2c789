import { sharedError } from '../errors/index.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { crc32 } from './crc32.ts';

/**
 * What one pasted line carries from the binhost to a node: `binhost-agent join TOKEN`. Pure text.
 *
 * The text is `bhj` and, in base64url, these bytes: version 1 · kind of pin (0 system, 1 SHA-256) · length of the
 * fingerprint · the token's number (4) · secret (24) · fingerprint (20 or 32) · pin (0 or 32) · control address (UTF-8) ·
 * CRC-32 of all before it (4). About 145 characters.
 */
export interface JoinToken {
  /** The token's number in the coordinator's table; public. */
  id: number;
  /** 24 random bytes in base64url: whoever shows them first may join. */
  secret: string;
  /** Where the control listener is, `wss://binhost:8443`; `ws:` only on this very machine. */
  address: string;
  /** `sha256:` and the SHA-256 of the public key of the coordinator's CA in base64url, or `system`. */
  pin: string;
  /** Of the key that signs the pool's packages, upper-case hexadecimal. */
  fingerprint: string;
}

/** Verify as every other program would: the coordinator, or a proxy before it, has a certificate that the system knows. */
export const PIN_SYSTEM = 'system';
export const pinValuePattern = /^(?:system|sha256:[A-Za-z0-9_-]{43})$/;

const PREFIX = 'bhj';
const VERSION = 1;
const SECRET_BYTES = 24;
const HEAD_BYTES = 7;
const SUM_BYTES = 4;
const PIN_BYTES = 32;
const MAX_CHARACTERS = 1000;

/** @throws JOIN_TOKEN_BROKEN where a part does not fit */
export function encodeJoinToken({ id, secret, address, pin, fingerprint }: JoinToken): string {
  const secretBytes = decodeBase64url(secret);
  const key = decodeHex(fingerprint);
  const pinBytes = pin === PIN_SYSTEM ? new Uint8Array() : decodeBase64url(pin.replace(/^sha256:/, ''));
  if (!isTokenNumber(id) || secretBytes?.length !== SECRET_BYTES || !isFingerprint(key)) throw broken('a part of it');
  if (!pinValuePattern.test(pin) || !pinBytes) throw broken(`its pin is '${pin}'`);
  if (!isControlAddress(address)) throw broken(`its address is '${address}'`);
  const head = [VERSION, pinBytes.length === 0 ? 0 : 1, key.length, ...bigEndian(id)];
  const body = Uint8Array.from([...head, ...secretBytes, ...key, ...pinBytes, ...new TextEncoder().encode(address)]);
  return `${PREFIX}${encodeBase64url(Uint8Array.from([...body, ...bigEndian(crc32(body))]))}`;
}

/**
 * @param text as it was pasted; blanks and line ends that a terminal put into it are taken out
 * @throws JOIN_TOKEN_BROKEN saying what is wrong with it; its parts are never in the message
 */
export function decodeJoinToken(text: string): JoinToken {
  const bytes = bytesOf(text.replace(/\s+/g, ''));
  const body = bytes.subarray(0, -SUM_BYTES);
  const pinLength = body[1] === 1 ? PIN_BYTES : 0;
  const keyLength = body[2] ?? 0;
  const secretAt = HEAD_BYTES;
  const keyAt = secretAt + SECRET_BYTES;
  const pinAt = keyAt + keyLength;
  const addressAt = pinAt + pinLength;
  const key = body.subarray(keyAt, pinAt);
  const address = utf8(body.subarray(addressAt));
  const isKnownPin = body[1] === 0 || body[1] === 1;
  if (!isKnownPin || !isFingerprint(key) || address === undefined || !isControlAddress(address)) {
    throw broken('its parts do not fit each other');
  }
  return {
    id: numberOf(body.subarray(3, HEAD_BYTES)),
    secret: encodeBase64url(body.subarray(secretAt, keyAt)),
    address,
    pin: pinLength === 0 ? PIN_SYSTEM : `sha256:${encodeBase64url(body.subarray(pinAt, addressAt))}`,
    fingerprint: Array.from(key, (byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase(),
  };
}

/** `wss://HOST[:PORT][/PATH]`, or `ws://` on loopback; no user, query or fragment. */
export function isControlAddress(address: string): boolean {
  if (!/^wss?:\/\/[^\s\p{Cc}]+$/u.test(address) || address.length > 300 || !URL.canParse(address)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(address);
  if (username || password || search || hash || hostname === '') return false;
  return protocol === 'wss:' || /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/.test(hostname);
}

/** @returns body and sum of a token that is whole and of our version */
function bytesOf(text: string): Uint8Array {
  if (!text.startsWith(PREFIX)) throw broken(`it does not begin with ${PREFIX}`);
  if (text.length > MAX_CHARACTERS) throw broken(`it has ${text.length} characters`);
  const bytes = decodeBase64url(text.slice(PREFIX.length));
  if (!bytes || bytes.length < HEAD_BYTES + SECRET_BYTES + SUM_BYTES)
    throw broken('it is cut off, or has a wrong letter');
  const sum = numberOf(bytes.subarray(-SUM_BYTES));
  if (crc32(bytes.subarray(0, -SUM_BYTES)) !== sum)
    throw broken('its checksum does not fit: it was cut off or changed');
  if (bytes[0] !== VERSION) {
    throw sharedError('JOIN_TOKEN_BROKEN', `expected a token of version ${VERSION}, got version ${bytes[0]}`, {
      hint: 'The coordinator is newer than this agent: install the same release on both.',
    });
  }
  return bytes;
}

function broken(why: string) {
  return sharedError('JOIN_TOKEN_BROKEN', `expected a whole join token, got something else: ${why}`, {
    hint: 'Copy the whole line again, or make a new one on the binhost with binhost-coordinator token create.',
  });
}

function isFingerprint(key: Uint8Array | undefined): key is Uint8Array {
  return key?.length === 20 || key?.length === 32;
}

function isTokenNumber(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= 0xffffffff;
}

function bigEndian(value: number): number[] {
  return [value >>> 24, value >>> 16, value >>> 8, value].map((part) => part & 0xff);
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function decodeHex(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9A-F]{2})+$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
