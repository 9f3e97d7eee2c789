import { readFileSync, statSync } from 'node:fs';
import { PIN_PATTERN } from '@binhost/shared/trust';
import { coordinatorError } from '../coordinator-errors.ts';
import type { CoordinatorConfig } from './coordinator-config.ts';
import { isLoopback } from './listen-address.ts';
import { TOKEN_VARIABLE } from './load-coordinator-config.ts';

/** A coordinator on another machine, and what is shown there. */
export interface RemoteDoor {
  /** `https://binhost:8443/` */
  url: string;
  /** Personal token. */
  token: string;
  /** The coordinator's CA as PEM. Neither this nor a pin: the system's list of CAs decides. */
  ca?: string;
  /** Of the coordinator's CA. */
  pin?: string;
}

/**
 * How the commands reach client.url. The token comes from the environment or a file, never from an argument: everybody on a
 * machine can read arguments.
 *
 * @throws CLIENT_SETTINGS naming the setting
 */
export function remoteDoor(client: CoordinatorConfig['client'], env: Record<string, string | undefined>): RemoteDoor {
  const url = remoteUrl(client.url);
  const door = { url, token: env[TOKEN_VARIABLE]?.trim() || tokenFromFile(client.tokenFile) };
  if (client.ca !== '') return { ...door, ca: readText(client.ca, 'client.ca') };
  if (client.pin === '') return door;
  if (PIN_PATTERN.test(client.pin) && url.startsWith('https:')) return { ...door, pin: client.pin };
  throw wrong(`client.pin: expected sha256:… for an https: address, got '${client.pin}'`, {
    hint: "The coordinator's log says its pin in the line 'coordinator ready'.",
  });
}

function remoteUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isTrusted = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(bare(url.hostname)));
  if (url && isTrusted && url.username === '' && url.password === '') return url.href;
  throw wrong(
    `client.url: expected https://ADDRESS:PORT, or http: at a loopback address, got '${withoutLogin(text)}'`,
    {
      hint: 'A personal token must not go over a network in clear.',
    },
  );
}

function tokenFromFile(file: string): string {
  if (file === '') {
    throw wrong('client.tokenFile: expected a file with a personal token, got nothing', {
      hint: `Set client.tokenFile, or ${TOKEN_VARIABLE}. On the binhost: binhost-coordinator token create --role viewer --name WHO`,
    });
  }
  const mode = statMode(file);
  if ((mode & 0o077) !== 0) {
    const got = (mode & 0o777).toString(8).padStart(4, '0');
    throw wrong(`client.tokenFile: expected a file that only its owner may read, got '${file}' with mode ${got}`, {
      hint: `chmod 600 ${file}; others may have read the token: consider revoking it.`,
    });
  }
  const token = readText(file, 'client.tokenFile').trim();
  if (/^\S{1,200}$/.test(token)) return token;
  throw wrong(`client.tokenFile: expected one line with a personal token in '${file}'`, {});
}

function statMode(file: string): number {
  try {
    return statSync(file).mode;
  } catch (cause) {
    throw wrong(`client.tokenFile: expected a readable file: ${(cause as Error).message}`, { cause });
  }
}

function readText(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw wrong(`${key}: expected a readable file: ${(cause as Error).message}`, { cause });
  }
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function withoutLogin(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//…@');
}

function wrong(message: string, facts: { hint?: string; cause?: unknown }) {
  return coordinatorError('CLIENT_SETTINGS', message, facts);
}
