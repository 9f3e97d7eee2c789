import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { agentMessage } from '../../src/protocol/agent-message.ts';
import { coordinatorMessage } from '../../src/protocol/coordinator-message.ts';
import { OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../../src/protocol/protocol-version.ts';

/**
 * Messages as released versions sent them. They must decode as long as that version is spoken: a file here is never changed,
 * a new shape gets a file of its own.
 */
const folder = new URL('messages/', import.meta.url);
const schemas = [...agentMessage.options, ...coordinatorMessage.options];
const typeOf = (schema: (typeof schemas)[number]): string => schema.shape.type.value;

for (let version = OLDEST_PROTOCOL_VERSION; version <= PROTOCOL_VERSION; version++) {
  describe(`protocol ${version}`, () => {
    const names = readdirSync(new URL(`v${version}/`, folder)).map((name) => name.replace(/\.json$/, ''));

    test.each(names)('%s decodes, and nothing of it is lost', (name) => {
      const text = readFileSync(new URL(`v${version}/${name}.json`, folder), 'utf8');
      const value = JSON.parse(text) as { type: string };
      const schema = schemas.find((candidate) => typeOf(candidate) === value.type);
      // Fields that came later may stand beside, with their defaults.
      expect(schema?.parse(value)).toMatchObject(value);
    });
  });
}

test('every message of the newest protocol has its example', () => {
  const names = readdirSync(new URL(`v${PROTOCOL_VERSION}/`, folder)).map((name) => name.replace(/\.json$/, ''));
  expect(names.sort()).toEqual(schemas.map(typeOf).sort());
});
