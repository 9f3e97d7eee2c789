import { readFileSync, rmSync } from 'node:fs';
import { agentError } from '../agent-errors.ts';
import { atomicWrite } from './atomic-write.ts';

/** One small JSON file of the state directory, checked when read and replaced whole when written. */
export interface StateFile<T> {
  /** @returns undefined where there is no such file @throws STATE_UNUSABLE */
  load(): T | undefined;
  /** @throws STATE_UNUSABLE */
  store(value: T): void;
  /** Nothing happens where there is none. */
  remove(): void;
}

/** @param decode unknown → typed, or throw */
export function stateFile<T>(path: string, decode: (value: unknown) => T): StateFile<T> {
  return {
    load: () => load(path, decode),
    remove: () => rmSync(path, { force: true }),
    store: (value) => {
      try {
        atomicWrite(path, `${JSON.stringify(value)}\n`);
      } catch (cause) {
        throw unusable(path, `expected to write the file: ${(cause as Error).message}`, cause);
      }
    },
  };
}

function load<T>(path: string, decode: (value: unknown) => T): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, `expected to read the file: ${(cause as Error).message}`, cause);
  }
  try {
    return decode(JSON.parse(text));
  } catch (cause) {
    throw unusable(path, `expected what the agent wrote, got something else: ${(cause as Error).message}`, cause);
  }
}

function unusable(path: string, message: string, cause: unknown) {
  return agentError('STATE_UNUSABLE', `${path}: ${message}`, {
    hint: 'Let the user that runs the agent write paths.state; a damaged file may be deleted, the agent then starts afresh.',
    cause,
  });
}
