import { readdirSync, readFileSync } from 'node:fs';
import { BinhostError } from '@binhost/shared/errors';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { agentMessage } from '../../src/protocol/agent-message.ts';
import { coordinatorMessage } from '../../src/protocol/coordinator-message.ts';
import { frame } from '../../src/protocol/frame.ts';
import { decodeAgentMessage, decodeCoordinatorMessage } from '../../src/protocol/index.ts';

/** Fields that hold text for people, and values of the node's system that reach no argv, file or path. */
const TEXT_FIELDS = [
  'collect-now.reason',
  'inventory.packages.0.provides',
  'proofs.results.0.reason',
  'report.entries.0.installed.0',
  'report.facts.cflags',
  'report.facts.chost',
  'report.facts.gcc',
  'report.facts.libc',
  'report.facts.binhosts.0',
  'report.facts.otherBinhosts.0',
  'report.facts.portageVersion',
  'report.facts.profile',
  'report.facts.repositories.0.name',
  'report.facts.repositories.0.revision',
  'report.problems.0.atom',
  'report.problems.0.lines.0',
  'report.problems.0.message',
  'wishes.wishes.0.reason',
];

const ATTACKS: Record<string, string> = {
  'a command behind a semicolon': 'a;reboot',
  'a command substitution': '$(reboot)',
  'a command in backticks': '`reboot`',
  'a second line': 'a\nb',
  'an option': '--exec=/bin/sh',
  'a way up': '../../etc/passwd',
  'an absolute path': '/etc/passwd',
  'a Cyrillic look-alike': 'dev-libs/lib\u0430-1.0',
  'a full-width look-alike': '\uff44ev-libs/a-1.0',
  'a hyphen that is none': 'dev\u2010libs/a-1.0',
  'digits of another script': 'dev-libs/a-\u0661.\u0660',
  'a NUL': 'a\u0000b',
  'a terminal escape': '\u001b]0;owned\u0007',
  'a C1 control': '\u009b2J',
  'a reversed direction': 'a\u202eb',
  'a line separator': 'a\u2028b',
  'half a character': 'a\ud800',
  'a blank': 'a b',
  'a quote': '"a\'',
  '1 MB': 'a'.repeat(1024 * 1024),
};
/** Nothing of it may be left in any text: it would deceive whoever reads it, on a terminal or in a log. */
const DECEIVING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u2028]|\p{Surrogate}/u;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const examples = readdirSync(new URL('messages/v1/', import.meta.url)).map((name) => {
  const text = readFileSync(new URL(`messages/v1/${name}`, import.meta.url), 'utf8');
  return whole(JSON.parse(text) as { [key: string]: Json });
});

/** Every list holds one entry, and every field that came later is there. */
function whole(message: { [key: string]: Json }): { [key: string]: Json } {
  if (message['type'] !== 'report') return message;
  const atom = 'dev-libs/libfoo';
  const facts = message['facts'] as { [key: string]: Json };
  const lists = {
    localChanges: [atom],
    shadowed: [atom],
    world: [atom],
    usepkgExclude: [atom],
    binhosts: ['http://a'],
  };
  const later = { ...lists, otherBinhosts: ['http://a'], provided: [`${atom}-1`], libc: `${atom}-1`, gcc: `${atom}-1` };
  const entries = (message['entries'] as { [key: string]: Json }[]).map((entry) => ({
    ...entry,
    use: { enabled: ['dbus'], disabled: ['x'] },
  }));
  const repositories = [{ name: 'gentoo', revision: 'abc' }];
  return { ...message, entries, facts: { ...facts, ...later, repositories } };
}

/** Paths of all strings, of every list its first. */
function stringPaths(value: Json, path: string[] = []): string[][] {
  if (typeof value === 'string') return path.at(-1) === 'type' ? [] : [path];
  if (Array.isArray(value)) return value.length === 0 ? [] : stringPaths(value[0] as Json, [...path, '0']);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, part]) => stringPaths(part, [...path, key]));
}

function withString(value: Json, path: string[], text: string): Json {
  const [key, ...rest] = path;
  if (key === undefined) return text;
  if (Array.isArray(value)) return [withString(value[0] as Json, rest, text)];
  return { ...(value as { [key: string]: Json }), [key]: withString((value as never)[key], rest, text) };
}

const AGENT_TYPES = ['hello', 'inventory', 'report', 'proofs', 'event-seen'];

/** @returns the decoded text; undefined where the message was refused, or the entry left out */
function decoded(message: Json, path: string[]): string | undefined {
  const { type } = message as { type: string };
  try {
    const result = AGENT_TYPES.includes(type) ? decodeAgentMessage(message) : decodeCoordinatorMessage(message);
    return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], result) as
      | string
      | undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(BinhostError);
    expect((error as BinhostError).message.length).toBeLessThan(1000);
    return undefined;
  }
}

const places = examples.flatMap((message) =>
  stringPaths(message).map((path) => ({ name: [message['type'] as string, ...path].join('.'), message, path })),
);

describe.each(Object.entries(ATTACKS))('%s', (_what, attack) => {
  test('gets into no name', () => {
    const gotIn = places.filter(({ message, path }) => decoded(withString(message, path, attack), path) !== undefined);
    expect(gotIn.map(({ name }) => name).filter((name) => !TEXT_FIELDS.includes(name))).toEqual([]);
  });

  test('deceives no reader of a text', () => {
    const left = places.filter(({ message, path }) =>
      DECEIVING.test(decoded(withString(message, path, attack), path) ?? ''),
    );
    expect(left.map(({ name }) => name)).toEqual([]);
  });
});

test('every string of a message is bounded in its length', () => {
  const strings = stringsOf(z.union([agentMessage, coordinatorMessage, frame]));
  const unbounded = strings.filter(({ schema }) => (schema.maxLength ?? 0) === 0 && schema.format !== 'uuid');
  expect(strings.length).toBeGreaterThan(60);
  expect(unbounded.map(({ path }) => path).filter((path) => !path.endsWith('.filtered.0'))).toEqual([]);
});

test('a type that is no text is refused by name', () => {
  expect(() => decodeAgentMessage({ type: { toString: 1 } })).toThrow(BinhostError);
  expect(() => decodeAgentMessage({ type: '\u001b[2J\n' })).toThrow(/'\\u001b\[2J\\n'/);
});

/** All string schemas below one; those of `listOf` filter by length themselves and are marked. */
function stringsOf(schema: z.core.$ZodType, path = ''): { path: string; schema: z.ZodString }[] {
  const { def } = schema._zod as unknown as { def: Record<string, unknown> & { type: string } };
  const into = (part: unknown, name: string): ReturnType<typeof stringsOf> =>
    stringsOf(part as z.core.$ZodType, `${path}.${name}`);
  switch (def.type) {
    case 'string':
      return [{ path, schema: schema as z.ZodString }];
    case 'object':
      return Object.entries(def['shape'] as object).flatMap(([key, part]) => into(part, key));
    case 'union':
      return (def['options'] as unknown[]).flatMap((part, at) => into(part, String(at)));
    case 'array':
      return into(def['element'], '0');
    case 'pipe':
      return (def['in'] as z.core.$ZodType)._zod.def.type === 'array'
        ? into(def['in'], 'filtered')
        : into(def['in'], '');
    case 'nullable':
    case 'optional':
    case 'default':
      return into(def['innerType'], '');
    default:
      return [];
  }
}
