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
  const settings = [
    ...fromFile(keys, sources),
    ...fromEnvironment(keys, sources),
    ...fromFlags(sources.flags ?? {}).map((setting) => knownSetting(keys, setting)),
  ];
  const result = schema.safeParse(treeOf(settings));
  if (result.success) return deepFreeze(result.data);
  throw badValue(result.error, settings, sources.fileName);
}

/** One key with its value, and the place that gave it: a file, a variable, a flag. */
interface Setting {
  key: string;
  value: unknown;
  from: string;
}

function fromFile(keys: Map<string, z.ZodType>, { file, fileName }: ConfigSources): Setting[] {
  const settings = flatten(file, keys).map(([key, value]) => ({ key, value, from: fileName }));
  for (const setting of settings) {
    knownSetting(keys, setting);
    rejectUnknownInTables(keys.get(setting.key), setting);
  }
  return settings;
}

function fromFlags(flags: Record<string, unknown>): Setting[] {
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  return given.map(([key, value]) => ({ key, value, from: `--${key}` }));
}

/** The variable that sets a key: `link.pingInterval` → `PREFIX_LINK_PING_INTERVAL`. */
function variableName(prefix: string, key: string): string {
  return `${prefix}_${key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

function fromEnvironment(keys: Map<string, z.ZodType>, sources: ConfigSources): Setting[] {
  const byVariable = new Map([...keys.keys()].map((key) => [variableName(sources.envPrefix, key), key]));
  const found: Setting[] = [];
  for (const [name, text] of Object.entries(sources.env)) {
    if (!name.startsWith(`${sources.envPrefix}_`) || text === undefined) continue;
    const key = byVariable.get(name);
    if (key === undefined) throw unknownKey(name, nearestWord(name, [...byVariable.keys()]), 'the environment');
    found.push({ key, value: valueFromText(text, keys.get(key)), from: name });
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

/** Later settings win. Every key is a known one, so that no name such as __proto__ gets here. */
function treeOf(settings: readonly Setting[]): Tree {
  const tree: Tree = {};
  for (const { key, value } of settings) {
    const path = key.split('.');
    const last = path.pop() as string;
    let at = tree;
    for (const part of path) at = (at[part] ??= {}) as Tree;
    at[last] = value;
  }
  return tree;
}

function knownSetting(keys: Map<string, z.ZodType>, setting: Setting): Setting {
  if (keys.has(setting.key)) return setting;
  throw unknownKey(setting.key, nearestWord(setting.key, [...keys.keys()]), setting.from);
}

/** In a record of tables (`pools.NAME`) the tables have known keys, too. */
function rejectUnknownInTables(schema: z.ZodType | undefined, { key, value, from }: Setting): void {
  const record = schema && unwrap(schema);
  const table = record instanceof z.ZodRecord ? unwrap(record.valueType as z.ZodType) : undefined;
  if (!(table instanceof z.ZodObject) || typeof value !== 'object' || value === null) return;
  const known = Object.keys(table.shape);
  for (const [name, settings] of Object.entries(value as Record<string, object>)) {
    const unknown = Object.keys(Object(settings)).find((inner) => !known.includes(inner));
    if (unknown !== undefined) throw unknownKey(`${key}.${name}.${unknown}`, nearestWord(unknown, known), from);
  }
}

function badValue(error: z.ZodError, settings: readonly Setting[], fileName: string) {
  const issue = error.issues[0];
  const path = issue?.path.join('.') ?? '';
  // The last one that set the key, or the list or table that holds it.
  const setting = settings.findLast(({ key }) => path === key || path.startsWith(`${key}.`));
  const message = issue?.message.replace(/^Invalid (?:input|option): /, '') ?? 'expected another value';
  const isShown = setting && !message.includes(', got ') && !setting.key.endsWith('secret');
  const got = isShown ? `, got ${JSON.stringify(setting.value)}` : '';
  return sharedError(
    'CONFIG_BAD_VALUE',
    `${setting?.from ?? fileName}: ${path}: ${message.replace(/, received .*$/, '')}${got}`,
    { hint: `Correct ${path} and start again.` },
  );
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
