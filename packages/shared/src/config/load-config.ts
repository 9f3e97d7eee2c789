import { z } from 'zod';
import { sharedError } from '../errors/shared-errors.ts';
import { nearestWord } from './nearest-word.ts';

/**
 * One configuration out of its layers: defaults (in the schema) < file < environment < flags.
 * Pure: the caller has read the file and hands in the environment.
 */
export interface ConfigSources {
  /** The file as parsed TOML; {} where there is none. */
  file: Record<string, unknown>;
  /** How the file is named in messages. */
  fileName: string;
  /** The process environment. */
  env: Record<string, string | undefined>;
  /** `BINHOST_AGENT`: key `link.pingInterval` is then `BINHOST_AGENT_LINK_PING_INTERVAL`. */
  envPrefix: string;
  /** Command line overrides by dotted key. */
  flags?: Record<string, unknown>;
}

type Tree = Record<string, unknown>;

/**
 * @throws CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE: each names the key and the place it came from
 */
export function loadConfig<S extends z.ZodObject>(schema: S, sources: ConfigSources): Readonly<z.output<S>> {
  const keys = leafKeys(schema);
  const origin = new Map<string, string>();
  const merged: Tree = {};
  for (const [key, value] of flatten(sources.file, keys)) put(merged, origin, key, value, sources.fileName);
  for (const [key, value, name] of fromEnvironment(keys, sources)) put(merged, origin, key, value, name);
  for (const [key, value] of Object.entries(sources.flags ?? {})) {
    if (value !== undefined) put(merged, origin, key, value, `--${key}`);
  }
  rejectUnknown(keys, origin);
  const result = schema.safeParse(merged);
  if (result.success) return deepFreeze(result.data);
  const issue = result.error.issues[0];
  const key = issue?.path.join('.') ?? '';
  throw sharedError('CONFIG_BAD_VALUE', `${origin.get(key) ?? sources.fileName}: ${key}: ${issue?.message}`, {
    hint: `Correct ${key} and start again.`,
  });
}

/** The variable that sets a key: `link.pingInterval` → `PREFIX_LINK_PING_INTERVAL`. */
function variableName(prefix: string, key: string): string {
  return `${prefix}_${key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

function fromEnvironment(keys: Map<string, z.ZodType>, sources: ConfigSources): [string, unknown, string][] {
  const byVariable = new Map([...keys.keys()].map((key) => [variableName(sources.envPrefix, key), key]));
  const found: [string, unknown, string][] = [];
  for (const [name, text] of Object.entries(sources.env)) {
    if (!name.startsWith(`${sources.envPrefix}_`) || text === undefined) continue;
    const key = byVariable.get(name);
    if (key === undefined) throw unknownKey(name, nearestWord(name, [...byVariable.keys()]), 'the environment');
    found.push([key, valueFromText(text, keys.get(key)), name]);
  }
  return found;
}

/** A variable is text: where the schema refuses the text itself, take it as the number, truth or list that it spells. */
function valueFromText(text: string, schema: z.ZodType | undefined): unknown {
  if (schema?.safeParse(text).success) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return schema?.safeParse([]).success ? text.split(/[\s,]+/).filter(Boolean) : text;
}

/** The dotted keys that hold values; a record (`pools`) is one key, whatever it holds. */
function leafKeys(schema: z.ZodObject, prefix = ''): Map<string, z.ZodType> {
  const keys = new Map<string, z.ZodType>();
  for (const [name, value] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    const inner = unwrap(value);
    if (inner instanceof z.ZodObject)
      for (const [key, leaf] of leafKeys(inner, `${prefix}${name}.`)) keys.set(key, leaf);
    else keys.set(`${prefix}${name}`, value);
  }
  return keys;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema;
}

function flatten(tree: Tree, keys: Map<string, z.ZodType>, prefix = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([name, value]): [string, unknown][] => {
    const key = `${prefix}${name}`;
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isTable && !keys.has(key) ? flatten(value as Tree, keys, `${key}.`) : [[key, value]];
  });
}

function put(tree: Tree, origin: Map<string, string>, key: string, value: unknown, from: string): void {
  const path = key.split('.');
  const last = path.pop() as string;
  let at = tree;
  for (const part of path) at = (at[part] ??= {}) as Tree;
  at[last] = value;
  origin.set(key, from);
}

function rejectUnknown(keys: Map<string, z.ZodType>, origin: Map<string, string>): void {
  for (const [key, from] of origin) {
    if (!keys.has(key)) throw unknownKey(key, nearestWord(key, [...keys.keys()]), from);
  }
}

function unknownKey(key: string, nearest: string | undefined, from: string) {
  return sharedError('CONFIG_UNKNOWN_KEY', `${from}: expected a known key, got '${key}'`, {
    hint: nearest ? `Did you mean '${nearest}'?` : 'docs/ lists all keys.',
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
