import { formatDuration } from '@binhost/shared';
import { z } from 'zod';

/** A configuration schema as Markdown: one row per key with its default and its help line. */
export function configTable(schema: z.ZodObject, envPrefix: string): string {
  const rows = leaves(schema).map(({ key, help, fallback }) => `| \`${key}\` | ${shown(key, fallback)} | ${help} |`);
  return [
    `Every key can also be set in the environment: \`${envPrefix}_\` and the key in capitals, its parts joined by \`_\`.`,
    'Unknown keys are an error that names the nearest known one.',
    '',
    '| key | default | what it is |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

interface Leaf {
  key: string;
  help: string;
  fallback: unknown;
}

function leaves(schema: z.ZodObject, prefix = ''): Leaf[] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([name, value]): Leaf[] => {
    const inner = core(value);
    if (inner instanceof z.ZodObject) return leaves(inner, `${prefix}${name}.`);
    const parsed = value.safeParse(undefined);
    return [
      { key: `${prefix}${name}`, help: value.description ?? '', fallback: parsed.success ? parsed.data : undefined },
    ];
  });
}

function core(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return core(schema.unwrap() as z.ZodType);
  }
  return schema;
}

const MS_KEYS = /(?:interval|timeout|timelimit|limit|pause|lease|poll|gather|longest|jitter|delay|life|check)$/i;

function shown(key: string, value: unknown): string {
  if (value === undefined || value === '') return '–';
  if (typeof value === 'number' && value >= 500 && MS_KEYS.test(key))
    return `\`${formatDuration(value).replace(' ', '')}\``;
  if (typeof value === 'number' && value >= 1024 && value % 1024 === 0) return `\`${value / 1024 ** 2}MiB\``;
  return `\`${JSON.stringify(value)}\``;
}
